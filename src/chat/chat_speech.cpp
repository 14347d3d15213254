// Chat: what is said, in rooms and between two; who may say it, and when again.
#include "base/limits.h"
#include "chat/chat.h"
#include "chat/message_text.h"

#include <algorithm>
#include <utility>

namespace veche::chat {

using base::SessionId;
using base::UserId;

namespace {

constexpr std::chrono::minutes kBetweenRequests{1};

const std::string kNothing;

}  // namespace

/// What somebody says, by whichever command. Borrows the command's texts.
struct Chat::Speech {
  MessageKind kind = MessageKind::text;
  const std::string& text;
  const std::string& tags;
  bool tags_only = false;
  Ranks to = 0;
  bool echo = false;
  const std::string& target;  ///< the subject of a refusal
};

void Chat::handle(const Asker& asker, const Say& command) {
  Room* room = room_of_member(asker, command.room);
  if (room == nullptr) return refuse(asker.id, Refusal::not_in_room);
  say(asker, *room, {command.kind, command.text, kNothing, false, 0, command.echo, room->name.text});
}

void Chat::handle(const Asker& asker, const Tell& command) {
  tell(asker, {MessageKind::text, command.text, kNothing, false, 0, false, command.name});
}

void Chat::handle(const Asker& asker, const Speak& command) {
  const Utterance& said = *command.utterance;
  const Speech speech{said.kind, said.text, said.tags, said.tags_only, said.to, said.echo, command.target};
  if (!command.target.starts_with('#')) return tell(asker, speech);
  Room* room = room_called(command.target);
  if (room == nullptr) return refuse(asker.id, Refusal::no_such_room, command.target);
  say(asker, *room, speech);
}

bool Chat::can_be_said(const Asker& asker, const Speech& speech) {
  if (speech.tags_only) return true;
  if (!speech.text.empty() && speech.text.size() <= policy_.message_bytes_max) return true;
  refuse(asker.id, speech.text.empty() ? Refusal::message_empty : Refusal::message_too_long, speech.target);
  return false;
}

// --- in a room

void Chat::say(const Asker& asker, Room& room, const Speech& speech) {
  User& user = *asker.user;
  if (!can_be_said(asker, speech) || !may_speak(asker, speech.target)) return;
  Ranks to = speech.to;
  if (const auto why = why_not_said(user, room, speech)) {
    const bool is_heard = *why == Refusal::may_not_speak && room.has(RoomFlag::operators_hear);
    if (!is_heard) return refuse(asker.id, *why, speech.target);
    to = std::max(to, bit(Rank::half_operator));
  }
  std::string plain;
  const bool strips = !speech.tags_only && room.has(RoomFlag::no_formatting);
  if (strips && (plain = without_formatting(speech.text)).empty()) {
    return refuse(asker.id, Refusal::message_empty, speech.target);
  }
  const bool is_stored = policy_.history && !speech.tags_only && to == 0;
  if (is_stored && store_closed_) return refuse(asker.id, *store_closed_, speech.target);
  if (!speech.tags_only) {
    if (!may_speak_again(asker, room, speech.target)) return;
    note_spoken(room, user.id);
  }

  EventPtr event;
  if (speech.tags_only) {
    undo_.keep_value(last_serial_);
    event = make_event(Tagged{room.name.text, person_of(user), speech.tags, to, now_, ++last_serial_});
  } else {
    undo_.keep_value(last_message_);
    const base::MessageId id{++last_message_.value};
    auto message = std::make_shared<const Message>(
        Message{id, room.id, now_, speech.kind, user.account, user.name.text, strips ? plain : speech.text});
    if (is_stored) {
      keep_room(room);
      out().keep(MessageAdded{message});
      remember_message(room, message);
    }
    event = make_event(Said{std::move(message), room.name.text, person_of(user), speech.tags, to});
  }
  if (to == 0) {
    out().to_room(room.id, event, asker.id);
  } else {
    to_ranks(room, to, event, asker.id);
  }
  if (speech.echo) out().to_session(asker.id, event);
}

/// Why a room's rules do not let `user` say it; nothing: they do.
std::optional<Refusal> Chat::why_not_said(const User& user, const Room& room, const Speech& speech) const {
  if (!room.state) return {};
  const RoomState& state = *room.state;
  if (state.has(RoomFlag::no_notices) && speech.kind == MessageKind::notice && !speech.tags_only) {
    return Refusal::notices_off;
  }
  if (state.has(RoomFlag::no_ctcp) && is_query(speech.text)) return Refusal::queries_off;

  const bool is_member = user.membership(room.id) != nullptr;
  if (!is_member && state.has(RoomFlag::members_only)) return Refusal::may_not_speak;
  if (at_least(ranks_in(room, user), Rank::voice)) return {};
  if (state.has(RoomFlag::moderated)) return Refusal::may_not_speak;
  if (state.has(RoomFlag::accounts_speak) && !user.account) return Refusal::may_not_speak;
  const bool is_silenced =
      is_on(user, state.list(MaskList::mutes)) || is_on(user, state.list(MaskList::bans));
  if (is_silenced && !is_on(user, state.list(MaskList::exceptions))) return Refusal::may_not_speak;
  return {};
}

void Chat::remember_message(Room& room, MessagePtr message) {
  if (policy_.playback_messages == 0) return;
  MessagePtr oldest;
  if (room.recent.size() >= policy_.playback_messages) {
    oldest = std::move(room.recent.front());
    room.recent.pop_front();
  }
  room.recent.push_back(std::move(message));
  undo_.push([this, id = room.id, oldest] {
    auto& recent = rooms_.at(id).recent;
    recent.pop_back();
    if (oldest) recent.push_front(oldest);
  });
}

// --- between two

void Chat::tell(const Asker& asker, const Speech& speech) {
  if (!can_be_said(asker, speech)) return;
  const auto folded = fold_name(speech.target);
  User* receiver = folded ? user_named(*folded) : nullptr;
  if (receiver == nullptr) return refuse(asker.id, Refusal::no_such_person, speech.target);
  if (!may_speak(asker, speech.target) || !takes_messages(asker, *receiver)) return;

  User& sender = *asker.user;
  accept_answers(sender, *receiver);
  undo_.keep_value(last_serial_);
  const std::uint64_t serial = ++last_serial_;
  const PersonPtr person = person_of(sender);
  const EventPtr event = speech.tags_only
                             ? make_event(Tagged{receiver->name.text, person, speech.tags, 0, now_, serial})
                             : make_event(Told{sender.name.text, speech.text, now_, speech.kind, person,
                                               receiver->name.text, speech.tags, serial});
  for (const SessionId session : receiver->sessions) out().to_session(session, event);
  if (speech.echo) out().to_session(asker.id, event);
  const bool is_answered = !speech.tags_only && speech.kind != MessageKind::notice;
  const std::string& away = *profile_of(*receiver).away;
  if (is_answered && !away.empty()) out().to_session(asker.id, AwayNoted{receiver->name.text, away});
}

/// Who takes messages only from some, and writes to somebody, is to get the answer.
void Chat::accept_answers(User& sender, const User& receiver) {
  const Profile& kept = profile_of(sender);
  if (!kept.has(UserFlag::asks_first) && !kept.has(UserFlag::accounts_only)) return;
  const auto& accepted = *kept.accepted;
  const std::string& name = receiver.name.folded;
  if (accepted.size() >= base::limits::kAcceptedMax) return;
  if (std::find(accepted.begin(), accepted.end(), name) != accepted.end()) return;
  Profile profile = kept;
  auto longer = accepted;
  longer.push_back(name);
  profile.accepted = std::move(longer);
  put_profile(sender, std::move(profile));
}

/// False: `receiver` does not wish to hear from `asker`, who is told so; and `receiver` is told of the
/// attempt, but not all the time.
bool Chat::takes_messages(const Asker& asker, User& receiver) {
  User& sender = *asker.user;
  if (sender.id == receiver.id) return true;
  const Profile& profile = profile_of(receiver);
  const auto& accepted = *profile.accepted;
  if (std::find(accepted.begin(), accepted.end(), sender.name.folded) != accepted.end()) return true;
  if (!policy_.guest_messages && !sender.account && profile.office->empty()) {
    refuse(asker.id, Refusal::guests_only_answer, receiver.name.text);
    return false;
  }
  if (profile.has(UserFlag::accounts_only) && !sender.account) {
    refuse(asker.id, Refusal::takes_accounts_only, receiver.name.text);
    return false;
  }
  if (!profile.has(UserFlag::asks_first)) return true;
  const auto now = std::chrono::floor<Seconds::duration>(now_);
  const bool is_recent = receiver.asked <= now && now - receiver.asked < kBetweenRequests;
  refuse(asker.id, is_recent ? Refusal::asked_already : Refusal::asks_first, receiver.name.text);
  if (is_recent) return false;
  undo_.keep(users_, receiver.id);
  receiver.asked = now;
  const EventPtr event = make_event(AskedToBeAccepted{look_of(sender)});
  for (const SessionId session : receiver.sessions) out().to_session(session, event);
  return false;
}

// --- who may speak at all, and when again

/// False: he is muted, and is told so.
bool Chat::may_speak(const Asker& asker, const std::string& target) {
  const SanctionRecord* mute = sanction_on(SanctionKind::mute, asker.session, asker.user);
  if (mute == nullptr) return true;
  out().to_session(asker.id, Refused{Refusal::muted, kind_, time_left(*mute, now_), mute->reason, target});
  return false;
}

/// What he gives as a reason; nothing from one who is muted.
const std::string& Chat::words_of(const Asker& asker, const std::string& text) const {
  return sanction_on(SanctionKind::mute, asker.session, asker.user) == nullptr ? text : kNothing;
}

/// False: the room is in slow mode and it is too early, which he is told.
bool Chat::may_speak_again(const Asker& asker, const Room& room, const std::string& target) {
  if (room.slow.count() == 0 || at_least(ranks_in(room, *asker.user), Rank::voice)) return true;
  const auto last = room.spoken.find(asker.user->id);
  if (last == room.spoken.end()) return true;
  // From a time that has not come yet one has not spoken: the clock was set back.
  if (now_ < last->second || now_ - last->second >= room.slow) return true;
  const auto wait = std::chrono::ceil<std::chrono::seconds>(last->second + room.slow - now_);
  refuse_for(asker.id, Refusal::too_fast, wait, target);
  return false;
}

void Chat::note_spoken(Room& room, UserId user) {
  if (room.slow.count() == 0) return;
  if (room.spoken.size() > 2 * room.members.size() + 16) {  // most of them have gone
    undo_.push([this, id = room.id, spoken = room.spoken] { rooms_.at(id).spoken = spoken; });
    std::erase_if(room.spoken, [&](const auto& entry) { return now_ - entry.second >= room.slow; });
  }
  std::optional<base::WallTime> before;
  if (const auto last = room.spoken.find(user); last != room.spoken.end()) before = last->second;
  undo_.push([this, id = room.id, user, before] {
    auto& spoken = rooms_.at(id).spoken;
    if (before) {
      spoken[user] = *before;
    } else {
      spoken.erase(user);
    }
  });
  room.spoken[user] = now_;
}

}  // namespace veche::chat

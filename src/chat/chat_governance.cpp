// Chat: how rooms are governed: who is put out, topics, invitations, knocks, names.
#include "chat/chat.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace veche::chat {

using base::SessionId;
using base::UserId;

namespace {

constexpr std::chrono::minutes kBetweenKnocks{1};

/// The highest alone.
Ranks highest(Ranks ranks) { return std::bit_floor(ranks); }

}  // namespace

/// The room of that name, if `asker` is a member or keeps order everywhere; else he is refused.
Chat::Room* Chat::room_to_govern(const Asker& asker, const std::string& name) {
  Room* room = room_called(name);
  const bool is_in = room != nullptr && asker.user->membership(room->id) != nullptr;
  if (is_in || (room != nullptr && keeps_order(*asker.user))) return room;
  const bool is_known = room != nullptr && !room->has(RoomFlag::secret);
  refuse(asker.id, is_known ? Refusal::not_in_room : Refusal::no_such_room, name);
  return nullptr;
}

void Chat::set_state(Room& room, RoomStatePtr state) {
  if ((state ? state->slow : std::chrono::seconds{0}) != room.slow) {  // it outlives the other rules
    RoomState slowed = state ? *state : RoomState{};
    slowed.slow = room.slow;
    state = std::make_shared<const RoomState>(std::move(slowed));
  }
  if (room.state == state) return;
  undo_.push([this, id = room.id, old = room.state] { rooms_.at(id).state = old; });
  if (room.charter) keep_state(room, room.state ? *room.state : RoomState{}, state ? *state : RoomState{});
  room.state = std::move(state);
}

/// While the store is open. The state shows it when it is set next.
void Chat::set_slow(Room& room, std::chrono::seconds slow) {
  keep_room(room);
  undo_.push([this, id = room.id, old = room.slow, spoken = room.spoken] {
    rooms_.at(id).slow = old;
    rooms_.at(id).spoken = spoken;
  });
  room.slow = slow;
  room.spoken.clear();
  out().keep(RoomSlowed{room.id, slow});
}

/// NAME!USERNAME@HOST, as lists and topics name who made them.
std::string Chat::mask_of(const Person& person) {
  return person.name + "!" + person.username + "@" + person.host;
}

void Chat::handle(const Asker& asker, const Expel& command) {
  Room* room = room_to_govern(asker, command.room);
  if (room == nullptr) return;
  const Ranks own = rights_in(*room, *asker.user);
  if (!at_least(own, Rank::half_operator)) return refuse(asker.id, Refusal::rank_needed, command.room);
  User* member = member_called(asker, *room, command.name);
  if (member == nullptr) return;
  if (highest(own) < highest(ranks_in(*room, *member))) {
    return refuse(asker.id, Refusal::rank_needed, command.room);
  }
  const EventPtr event = make_event(Expelled{room->id, room->name.text, member->name.text,
                                             words_of(asker, command.reason), look_of(*asker.user), now_});
  // Each of his sessions by itself: it has to know where it is no more.
  for (const SessionId session : member->sessions) {
    out().effects.push_back(Unsubscribe{session, room->id});
    out().to_session(session, event);
  }
  if (member == asker.user) {
    out().to_room(room->id, event);
  } else {
    to_room_and(asker, *room, event);
  }
  undo_.keep(users_, member->id);
  member->leave(room->id);
  remove_member(*room, member->id);
}

/// The member of that name; else `asker` is refused.
Chat::User* Chat::member_called(const Asker& asker, const Room& room, const std::string& name) {
  const auto folded = fold_name(name);
  User* user = folded ? user_named(*folded) : nullptr;
  if (user != nullptr && user->membership(room.id) != nullptr) return user;
  refuse(asker.id, user == nullptr ? Refusal::no_such_person : Refusal::member_not_in_room, name);
  return nullptr;
}

void Chat::handle(const Asker& asker, const SetTopic& command) {
  Room* room = room_to_govern(asker, command.room);
  if (room == nullptr) return;
  const bool is_locked = room->has(RoomFlag::topic_locked);
  if (is_locked && !at_least(rights_in(*room, *asker.user), Rank::half_operator)) {
    return refuse(asker.id, Refusal::rank_needed, command.room);
  }
  if (command.text.size() > policy_.message_bytes_max) {
    return refuse(asker.id, Refusal::message_too_long, command.room);
  }
  if (!may_speak(asker, command.room) || !may_keep(asker, *room, command.room)) return;
  const PersonPtr by = look_of(*asker.user);
  RoomState state = room->state ? *room->state : RoomState{};
  state.topic = command.text.empty() ? Topic{} : Topic{command.text, mask_of(*by), now_};
  set_state(*room, std::make_shared<const RoomState>(std::move(state)));
  to_room_and(asker, *room, make_event(TopicSet{room->name.text, command.text, by, now_}));
}

// --- invitations and knocks

void Chat::handle(const Asker& asker, const Invite& command) {
  Room* room = room_to_govern(asker, command.room);
  if (room == nullptr) return;
  const bool is_open = !room->has(RoomFlag::invite_only) || room->has(RoomFlag::free_invite);
  if (!is_open && !at_least(rights_in(*room, *asker.user), Rank::half_operator)) {
    return refuse(asker.id, Refusal::rank_needed, command.room);
  }
  const auto folded = fold_name(command.name);
  const User* guest = folded ? user_named(*folded) : nullptr;
  if (guest == nullptr) return refuse(asker.id, Refusal::no_such_person, command.name);
  if (guest->membership(room->id) != nullptr) {
    return refuse(asker.id, Refusal::already_in_room, guest->name.text);
  }
  auto& invited = room->invited;
  undo_.push([this, id = room->id, old = invited] { rooms_.at(id).invited = old; });
  std::erase_if(invited, [&](UserId id) { return id == guest->id || !users_.contains(id); });
  invited.push_back(guest->id);

  const EventPtr event = make_event(
      Invited{room->name.text, guest->name.text, look_of(*asker.user), *profile_of(*guest).away, now_});
  for (const SessionId session : guest->sessions) {
    if (session != asker.id) out().to_session(session, event);
  }
  to_ranks(*room, bit(Rank::half_operator), event, asker.id);
  out().to_session(asker.id, event);
}

void Chat::handle(const Asker& asker, const Knock& command) {
  User& user = *asker.user;
  Room* room = room_called(command.room);
  if (room == nullptr) return refuse(asker.id, Refusal::no_such_room, command.room);
  if (user.membership(room->id) != nullptr) {
    return refuse(asker.id, Refusal::already_in_room, command.room);
  }
  const std::optional<Refusal> why = why_not_in(user, *room, {});
  if (!why) return refuse(asker.id, Refusal::knock_needless, command.room);
  if (*why == Refusal::banned_from_room) return refuse(asker.id, *why, command.room);
  if (room->has(RoomFlag::no_knocks)) return refuse(asker.id, Refusal::knocks_off, command.room);
  if (command.text.size() > policy_.message_bytes_max) {
    return refuse(asker.id, Refusal::message_too_long, command.room);
  }
  if (!may_speak(asker, command.room)) return;

  const auto now = std::chrono::floor<Seconds::duration>(now_);
  const auto is_recent = [&](const Knocker& one) {
    return one.time <= now && now - one.time < kBetweenKnocks;
  };
  auto& knocked = room->knocked;
  const auto before =
      std::find_if(knocked.begin(), knocked.end(), [&](const Knocker& one) { return one.user == user.id; });
  if (before != knocked.end() && is_recent(*before)) {
    return refuse(asker.id, Refusal::knock_too_soon, command.room);
  }
  undo_.push([this, id = room->id, old = knocked] { rooms_.at(id).knocked = old; });
  std::erase_if(knocked, [&](const Knocker& one) { return one.user == user.id || !is_recent(one); });
  knocked.push_back({user.id, now});
  const EventPtr event = make_event(Knocked{room->name.text, command.text, look_of(user)});
  to_ranks(*room, bit(Rank::half_operator), event, asker.id);
  out().to_session(asker.id, event);
}

// --- names

/// The server's own room is renamed by those alone who keep order everywhere.
void Chat::handle(const Asker& asker, const RenameRoom& command) {
  Room* room = room_to_govern(asker, command.old_name);
  if (room == nullptr) return;
  const std::string servers = fold_name(policy_.default_room).value_or("");
  const bool is_founded =
      room->charter || std::any_of(room->members.begin(), room->members.end(), [&](UserId id) {
        return (users_.at(id).membership(room->id)->ranks & bit(Rank::founder)) != 0;
      });
  const Rank least = is_founded ? Rank::founder : Rank::oper;
  const bool may = room->name.folded == servers ? keeps_order(*asker.user)
                                                : at_least(rights_in(*room, *asker.user), least);
  if (!may) return refuse(asker.id, Refusal::rank_needed, command.old_name);
  const NameOrFault parsed = parse_room_name(command.new_name, policy_.room_code_points_max);
  if (std::holds_alternative<NameFault>(parsed)) {
    return refuse(asker.id, Refusal::room_name, command.new_name);
  }
  const Name& name = std::get<Name>(parsed);
  const bool is_own = name.folded == room->name.folded && name.text != room->name.text;  // in other letters
  if (!is_own && (name.folded == servers || rooms_by_name_.contains(name.folded))) {
    return refuse(asker.id, Refusal::room_exists, command.new_name);
  }
  if (!may_speak(asker, command.old_name)) return;
  if (room->kept && store_closed_) return refuse(asker.id, *store_closed_, command.old_name);

  const std::string old_name = room->name.text;
  undo_.keep(rooms_by_name_, room->name.folded);
  undo_.keep(rooms_by_name_, name.folded);
  undo_.push([this, id = room->id, old = room->name] { rooms_.at(id).name = old; });
  rooms_by_name_.erase(room->name.folded);
  rooms_by_name_[name.folded] = room->id;
  room->name = name;
  if (room->kept) out().keep(RoomNameChanged{room->id, name.text});

  const EventPtr event =
      make_event(RoomRenamed{room->id, old_name, name.text, words_of(asker, command.reason),
                             look_of(*asker.user), room->state, roster_of(*room), now_});
  // Each session by itself: it knows its rooms by name.
  to_ranks(*room, 0, event, asker.id);
  out().to_session(asker.id, event);
}

}  // namespace veche::chat

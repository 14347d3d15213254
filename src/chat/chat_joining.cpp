// Chat: who may come into a room, and coming in.
#include "base/limits.h"
#include "chat/chat.h"

#include <algorithm>
#include <utility>

namespace veche::chat {

using base::SessionId;
using base::UserId;

namespace {

Rate<base::WallTime> rate_of(const JoinLimit& limit) {
  if (limit.joins == 0) return {};
  return {limit.joins, base::WallTime::duration(std::chrono::seconds{limit.seconds}) / limit.joins};
}

}  // namespace

void Chat::handle(const Asker& asker, const Join& command) { enter_room(asker, command, true); }

/// `by_himself`: not because he has just come to the server.
void Chat::enter_room(const Asker& asker, const Join& command, bool by_himself) {
  User& user = *asker.user;
  const NameOrFault parsed = parse_room_name(command.room, policy_.room_code_points_max);
  if (std::holds_alternative<NameFault>(parsed)) {
    return refuse(asker.id, Refusal::room_name, command.room);
  }
  const Name& name = std::get<Name>(parsed);
  const auto known = rooms_by_name_.find(name.folded);
  Room* room = known == rooms_by_name_.end() ? nullptr : &rooms_.at(known->second);
  if (room != nullptr && user.membership(room->id) != nullptr) {
    return show_room(asker.id, user, *room, true);  // there already: only look at it
  }
  const bool too_many = user.rooms.size() >= base::limits::kRoomsPerUserMax ||
                        (room == nullptr && rooms_.size() >= base::limits::kRoomsMax);
  if (too_many) return refuse(asker.id, Refusal::too_many_rooms, command.room);
  if (by_himself) {
    const auto wait = paces_.join(user.id, now_);
    if (wait.count() != 0) return refuse_for(asker.id, Refusal::joins_too_fast, wait, command.room);
  }
  if (room == nullptr) return join(user, room_named(name));

  const std::optional<Refusal> why = why_not_in(user, *room, command.key);
  if (!why) return join(user, *room);
  Room* other = room->state->forward.empty() ? nullptr : room_called(room->state->forward);
  const bool is_there = other != nullptr && user.membership(other->id) != nullptr;
  if (other == nullptr || (!is_there && why_not_in(user, *other, {}))) {
    return refuse(asker.id, *why, command.room);
  }
  out().to_session(asker.id, Forwarded{room->name.text, other->name.text});
  if (is_there) return show_room(asker.id, user, *other, true);
  join(user, *other);
}

/// Why `user` may not come in; nothing: he may. An invitation stands for all but an account; and nobody is
/// kept out of a room where his account is more than a voice.
std::optional<Refusal> Chat::why_not_in(const User& user, const Room& room, std::string_view key) const {
  if (!room.state || at_least(standing_in(room, user), Rank::half_operator)) return {};
  const RoomState& state = *room.state;
  if (std::find(room.invited.begin(), room.invited.end(), user.id) == room.invited.end()) {
    if (!state.key.empty() && key != state.key) return Refusal::wrong_key;
    if (state.has(RoomFlag::invite_only) && !is_on(user, state.list(MaskList::invite_exceptions))) {
      return Refusal::invitation_needed;
    }
    if (state.limit != 0 && room.members.size() >= state.limit) return Refusal::room_full;
    if (room.arrivals.wait(rate_of(state.joining), now_).count() != 0) return Refusal::room_throttled;
    if (is_on(user, state.list(MaskList::bans)) && !is_on(user, state.list(MaskList::exceptions))) {
      return Refusal::banned_from_room;
    }
  }
  if (state.has(RoomFlag::accounts_join) && !user.account) return Refusal::account_needed;
  return {};
}

RoomStatePtr Chat::fresh_state() {
  if (policy_.room_flags == 0) return nullptr;
  if (!fresh_state_ || fresh_state_->flags != policy_.room_flags) {
    fresh_state_ = std::make_shared<const RoomState>(RoomState{.flags = policy_.room_flags});
  }
  return fresh_state_;
}

void Chat::join(User& user, Room& room) {
  const bool first = room.members.empty();
  // The default room is the server's own: nobody owns it by coming first.
  const bool owned = first && room.name.folded != fold_name(policy_.default_room);
  const Ranks ranks = room.charter ? room.charter->ranks_of(user.account)
                      : owned      ? bit(Rank::oper)
                                   : Ranks{0};
  const bool is_listed =
      room.roster || std::any_of(user.sessions.begin(), user.sessions.end(),
                                 [this](auto id) { return sessions_.at(id).wants_roster; });
  const PersonPtr person = is_listed ? person_of(user) : look_of(user);
  if (first) {
    if (!room.charter) set_state(room, fresh_state());
  } else {
    const Profile& profile = profile_of(user);
    out().to_room(room.id, make_event(Arrived{room.name.text, user.name.text, person, profile.realname,
                                              *profile.away, ranks, now_}));
  }
  if (room.state && room.state->joining.joins != 0) {
    undo_.push([this, id = room.id, old = room.arrivals] { rooms_.at(id).arrivals = old; });
    room.arrivals.take(rate_of(room.state->joining), now_);
  }
  add_member(room, user.id);
  if (room.roster) room.roster->append({person, ranks});
  if (const auto invited = std::find(room.invited.begin(), room.invited.end(), user.id);
      invited != room.invited.end()) {
    undo_.push([this, id = room.id, old = room.invited] { rooms_.at(id).invited = old; });
    room.invited.erase(invited);
  }
  undo_.keep(users_, user.id);
  user.rooms.push_back({room.id, ranks});
  for (const SessionId session : user.sessions) {
    out().effects.push_back(Subscribe{session, room.id});
    show_room(session, user, room);
  }
}

/// Tells a session what is in a room of its user's.
void Chat::show_room(SessionId session, User& user, Room& room, bool again) {
  Joined event;
  event.room = room.id;
  event.name = room.name.text;
  event.user = user.name.text;
  event.member_count = room.members.size();
  event.again = again;
  event.realname = profile_of(user).realname;
  event.state = room.state;
  event.created = room.created;
  const bool wants_roster = sessions_.at(session).wants_roster;
  if (wants_roster) event.roster = roster_of(room);
  event.self = look_of(user);
  if (wants_roster) return out().to_session(session, std::move(event));
  const auto shown = static_cast<std::ptrdiff_t>(std::min(room.recent.size(), policy_.playback_messages));
  event.recent.assign(room.recent.end() - shown, room.recent.end());
  for (const UserId member : room.members) {
    if (event.members.size() == kMembersShown) break;
    if (member != user.id) event.members.push_back(users_.at(member).name.text);
  }
  out().to_session(session, std::move(event));
}

}  // namespace veche::chat

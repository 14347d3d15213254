// Chat: rooms, who comes and goes, who may speak.
#include "base/check.h"
#include "base/limits.h"
#include "chat/chat.h"

#include <algorithm>
#include <utility>

namespace veche::chat {

using base::RoomId;
using base::SessionId;
using base::UserId;

Chat::Room* Chat::room_of(RoomId id) {
  const auto found = rooms_.find(id);
  return found == rooms_.end() ? nullptr : &found->second;
}

/// The room of that name, made if there is none. It gets a row in the store with its first message.
Chat::Room& Chat::room_named(const Name& name) {
  const auto found = rooms_by_name_.find(name.folded);
  if (found != rooms_by_name_.end()) return rooms_.at(found->second);
  undo_.keep_value(last_room_);
  const RoomId id{++last_room_.value};
  undo_.keep(rooms_by_name_, name.folded);
  undo_.push([this, id] { rooms_.erase(id); });
  rooms_by_name_[name.folded] = id;
  Room room;
  room.id = id;
  room.name = name;
  room.created = now_;
  return rooms_[id] = std::move(room);
}

void Chat::add_member(Room& room, UserId user) {
  room.members.push_back(user);
  undo_.push([this, id = room.id] { rooms_.at(id).members.pop_back(); });
}

void Chat::remove_member(Room& room, UserId user) {
  const auto found = std::find(room.members.begin(), room.members.end(), user);
  base::check(found != room.members.end(), "a user is a member of his rooms");
  undo_.push([this, id = room.id, user, at = found - room.members.begin()] {
    auto& members = rooms_.at(id).members;
    members.insert(members.begin() + at, user);
  });
  room.members.erase(found);
  if (!room.members.empty() || room.kept) return;
  // Nobody ever said anything here: nothing to remember. (Without a store, what was said goes too.)
  undo_.keep(rooms_by_name_, room.name.folded);
  rooms_by_name_.erase(room.name.folded);
  const RoomId id = room.id;
  undo_.push([this, id, old = room] { rooms_[id] = old; });
  rooms_.erase(id);
}

void Chat::handle(const Asker& asker, const Join& command) {
  User& user = *asker.user;
  const NameOrFault parsed = parse_room_name(command.room, policy_.room_code_points_max);
  if (std::holds_alternative<NameFault>(parsed)) return refuse(asker.id, Refusal::room_name);
  const Name& name = std::get<Name>(parsed);
  const auto known = rooms_by_name_.find(name.folded);
  if (known != rooms_by_name_.end()) {
    if (user.membership(known->second) != nullptr) {
      return show_room(asker.id, user, rooms_.at(known->second));  // there already: only look at it
    }
  } else if (rooms_.size() >= base::limits::kRoomsMax) {
    return refuse(asker.id, Refusal::too_many_rooms);
  }
  if (user.rooms.size() >= base::limits::kRoomsPerUserMax) return refuse(asker.id, Refusal::too_many_rooms);
  join(user, room_named(name));
}

void Chat::join(User& user, Room& room) {
  if (!room.members.empty()) out().to_room(room.id, make_event(Arrived{room.name.text, user.name.text}));
  add_member(room, user.id);
  undo_.keep(users_, user.id);
  user.rooms.push_back({room.id, 0});
  for (const SessionId session : user.sessions) {
    out().effects.push_back(Subscribe{session, room.id});
    show_room(session, user, room);
  }
}

/// Tells a session what is in a room of its user's.
void Chat::show_room(SessionId session, const User& user, const Room& room) {
  Joined event;
  event.room = room.id;
  event.name = room.name.text;
  event.user = user.name.text;
  event.member_count = room.members.size();
  const auto shown = static_cast<std::ptrdiff_t>(std::min(room.recent.size(), policy_.playback_messages));
  event.recent.assign(room.recent.end() - shown, room.recent.end());
  for (const UserId member : room.members) {
    if (event.members.size() == kMembersShown) break;
    if (member != user.id) event.members.push_back(users_.at(member).name.text);
  }
  out().to_session(session, std::move(event));
}

void Chat::handle(const Asker& asker, const Leave& command) {
  User& user = *asker.user;
  Room* room = room_of_member(asker, command.room);
  if (room == nullptr) return refuse(asker.id, Refusal::not_in_room);
  const EventPtr left = make_event(Left{room->id, room->name.text, user.name.text});
  for (const SessionId session : user.sessions) {
    out().effects.push_back(Unsubscribe{session, room->id});
    out().to_session(session, left);
  }
  out().to_room(room->id, make_event(Departed{room->name.text, user.name.text}));
  undo_.keep(users_, user.id);
  user.leave(room->id);
  remove_member(*room, user.id);
}

/// The room, if `asker` is in it.
Chat::Room* Chat::room_of_member(const Asker& asker, RoomId id) {
  return asker.user->membership(id) == nullptr ? nullptr : room_of(id);
}

/// Gives the room its row in the store.
void Chat::keep_room(Room& room) {
  if (room.kept) return;
  undo_.push([this, id = room.id] { rooms_.at(id).kept = false; });
  room.kept = true;
  out().keep(RoomAdded{{room.id, room.name.text, room.created, {}}});
}

/// False: he is muted, and is told so.
bool Chat::may_speak(const Asker& asker) {
  const SanctionRecord* mute = sanction_on(SanctionKind::mute, asker.session, asker.user);
  if (mute == nullptr) return true;
  out().to_session(asker.id, Refused{Refusal::muted, kind_, time_left(*mute, now_), mute->reason});
  return false;
}

/// False: the room is in slow mode and it is too early, which he is told.
bool Chat::may_speak_again(const Asker& asker, Room& room) {
  if (room.slow.count() == 0) return true;
  const auto last = room.spoken.find(asker.user->id);
  if (last == room.spoken.end()) return true;
  // From a time that has not come yet one has not spoken: the clock was set back.
  if (now_ < last->second || now_ - last->second >= room.slow) return true;
  const auto wait = std::chrono::ceil<std::chrono::seconds>(last->second + room.slow - now_);
  out().to_session(asker.id, Refused{Refusal::too_fast, kind_, wait});
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

void Chat::handle(const Asker& asker, const AskMembers& command) {
  Members answer;
  if (command.room) {
    const Room* room = room_of(command.room);
    if (room == nullptr) return refuse(asker.id, Refusal::no_such_room);
    answer.room = room->name.text;
    for (const UserId member : room->members) answer.names.push_back(users_.at(member).name.text);
  } else {
    for (const auto& [id, user] : users_) answer.names.push_back(user.name.text);
  }
  std::sort(answer.names.begin(), answer.names.end());
  out().to_session(asker.id, std::move(answer));
}

void Chat::handle(const Asker& asker, const AskRooms&) {
  Rooms answer;
  for (const auto& [id, room] : rooms_) {
    if (!room.members.empty()) answer.rooms.push_back({room.name.text, room.members.size()});
  }
  std::sort(answer.rooms.begin(), answer.rooms.end(), [](const RoomLine& a, const RoomLine& b) {
    return a.members != b.members ? a.members > b.members : a.name < b.name;
  });
  out().to_session(asker.id, std::move(answer));
}

void Chat::handle(const Asker& asker, const AskHistory& command) {
  const Room* room = room_of_member(asker, command.room);
  if (room == nullptr) return refuse(asker.id, Refusal::not_in_room);
  if (!policy_.history) return refuse(asker.id, Refusal::history_off);
  const bool limited = policy_.query_messages != 0 && command.count > policy_.query_messages;
  const std::size_t count = limited ? policy_.query_messages : command.count;
  out().to_session(asker.id, HistoryGranted{room->id, room->name.text, last_message_, count, limited});
}

void Chat::handle(const Asker& asker, const AskSearch& command) {
  if (!policy_.history) return refuse(asker.id, Refusal::history_off);
  const std::size_t count = policy_.query_messages == 0 ? kUnlimitedMessages : policy_.query_messages;
  SearchGranted answer{{}, command.words, last_message_, count};
  for (const Membership& in : asker.user->rooms) {
    answer.rooms.push_back({in.room, rooms_.at(in.room).name.text});
  }
  out().to_session(asker.id, std::move(answer));
}

/// Everybody who shares a room with `user`: one event, several rooms.
void Chat::to_all_who_see(const User& user, const EventPtr& event, SessionId except) {
  for (const Membership& in : user.rooms) out().to_room(in.room, event, except);
}

}  // namespace veche::chat

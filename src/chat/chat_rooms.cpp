// Chat: rooms, who leaves them, who hears what happens in them, their history.
#include "base/check.h"
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

/// The room, if somebody is in it: one that is only a history is nothing that could be spoken to or governed.
Chat::Room* Chat::room_called(std::string_view name) {
  const auto folded = fold_name(name);
  const auto found = folded ? rooms_by_name_.find(*folded) : rooms_by_name_.end();
  if (found == rooms_by_name_.end()) return nullptr;
  Room& room = rooms_.at(found->second);
  return room.members.empty() ? nullptr : &room;
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

/// The room, if `asker` is in it.
Chat::Room* Chat::room_of_member(const Asker& asker, RoomId id) {
  return asker.user->membership(id) == nullptr ? nullptr : room_of(id);
}

// A roster is no part of the state: it is made again when it is needed. So taking back a change of a room's
// members throws it away.

void Chat::add_member(Room& room, UserId user) {
  if (room.members.empty()) {
    undo_.keep_value(tally_);
    ++tally_.rooms;
  }
  room.members.push_back(user);
  undo_.push([this, id = room.id] {
    Room& its = rooms_.at(id);
    its.members.pop_back();
    its.roster.reset();
  });
}

void Chat::remove_member(Room& room, UserId user) {
  const auto found = std::find(room.members.begin(), room.members.end(), user);
  base::check(found != room.members.end(), "a user is a member of his rooms");
  undo_.push([this, id = room.id, user, at = found - room.members.begin()] {
    Room& its = rooms_.at(id);
    its.members.insert(its.members.begin() + at, user);
    its.roster.reset();
  });
  room.members.erase(found);
  room.roster.reset();
  if (!room.members.empty()) return;
  undo_.keep_value(tally_);
  --tally_.rooms;
  const RoomId id = room.id;
  if (room.kept) {  // whoever comes next finds its history and, if it is registered, its rules
    undo_.push([this, id, state = room.state, invited = room.invited, knocked = room.knocked] {
      Room& its = rooms_.at(id);
      its.state = state;
      its.invited = invited;
      its.knocked = knocked;
    });
    if (!room.charter) room.state.reset();
    room.invited.clear();
    room.knocked.clear();
    return;
  }
  // Nobody ever said anything here: nothing to remember. (Without a store, what was said goes too.)
  undo_.keep(rooms_by_name_, room.name.folded);
  rooms_by_name_.erase(room.name.folded);
  undo_.push([this, id, old = room] { rooms_[id] = old; });
  rooms_.erase(id);
}

/// Gives the room its row in the store.
void Chat::keep_room(Room& room) {
  if (room.kept) return;
  undo_.push([this, id = room.id] { rooms_.at(id).kept = false; });
  room.kept = true;
  out().keep(RoomAdded{{room.id, room.name.text, room.created, {}}});
}

const Roster& Chat::roster_of(Room& room) {
  if (!room.roster) {
    Roster roster;
    for (const UserId id : room.members) {
      User& member = users_.at(id);
      roster.append({person_of(member), member.membership(room.id)->ranks});
    }
    room.roster = std::move(roster);
  }
  return *room.roster;
}

/// By which his rights in the room are measured, where he is a member; 0: he is none, or without a rank.
Ranks Chat::ranks_in(const Room& room, const User& user) {
  const Membership* place = user.membership(room.id);
  if (place == nullptr) return 0;
  return keeps_order(user) ? static_cast<Ranks>(place->ranks | bit(Rank::founder)) : place->ranks;
}

/// The same for what an operator of the server may do where he is no member, too.
Ranks Chat::rights_in(const Room& room, const User& user) {
  return keeps_order(user) ? bit(Rank::founder) : ranks_in(room, user);
}

// --- who hears it

/// Everybody who shares a room with `user`: one event, several rooms.
void Chat::to_all_who_see(const User& user, const EventPtr& event, SessionId except) {
  for (const Membership& in : user.rooms) out().to_room(in.room, event, except);
}

/// What `asker` did in the room: behind all others he is told by himself, so that his session can tell an
/// answer from a happening.
void Chat::to_room_and(const Asker& asker, const Room& room, const EventPtr& event) {
  out().to_room(room.id, event, asker.id);
  out().to_session(asker.id, event);
}

/// To the members with the rank `least` or a higher one, each session by itself.
void Chat::to_ranks(const Room& room, Ranks least, const EventPtr& event, SessionId except) {
  for (const UserId id : room.members) {
    const User& member = users_.at(id);
    if (ranks_in(room, member) < least) continue;
    for (const SessionId session : member.sessions) {
      if (session != except) out().to_session(session, event);
    }
  }
}

// --- leaving

void Chat::handle(const Asker& asker, const Leave& command) {
  User& user = *asker.user;
  Room* room = room_of_member(asker, command.room);
  if (room == nullptr) return refuse(asker.id, Refusal::not_in_room);
  const PersonPtr person = look_of(user);
  const std::string& reason = words_of(asker, command.reason);
  const EventPtr left = make_event(Left{room->id, room->name.text, user.name.text, reason, person});
  for (const SessionId session : user.sessions) {
    out().effects.push_back(Unsubscribe{session, room->id});
    out().to_session(session, left);
  }
  out().to_room(room->id, make_event(Departed{room->name.text, user.name.text, reason, person, now_}));
  undo_.keep(users_, user.id);
  user.leave(room->id);
  remove_member(*room, user.id);
}

// --- what was said

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

}  // namespace veche::chat

// Chat: which rooms there are, and who is in them, as far as the asker may know.
#include "chat/chat.h"

#include <algorithm>
#include <utility>

namespace veche::chat {

using base::RoomId;
using base::UserId;

/// Whether `user` is told nothing of the room; or, `in_lists`, only if he knows its name.
bool Chat::is_hidden(const Room& room, const User& user, bool in_lists) {
  const bool hides = room.has(RoomFlag::secret) || (in_lists && room.has(RoomFlag::private_));
  return hides && !keeps_order(user) && user.membership(room.id) == nullptr;
}

void Chat::handle(const Asker& asker, const AskMembers& command) {
  const User& user = *asker.user;
  Members answer;
  if (command.room) {
    const Room* room = room_of(command.room);
    if (room == nullptr || is_hidden(*room, user, true)) return refuse(asker.id, Refusal::no_such_room);
    answer.room = room->name.text;
    const bool is_in = user.membership(room->id) != nullptr;
    for (const UserId id : room->members) {
      const User& member = users_.at(id);
      if (is_in || !profile_of(member).has(UserFlag::invisible)) answer.names.push_back(member.name.text);
    }
  } else {
    for (const auto& [id, other] : users_) {
      if (!profile_of(other).has(UserFlag::invisible) || meet(user, other))
        answer.names.push_back(other.name.text);
    }
  }
  std::sort(answer.names.begin(), answer.names.end());
  out().to_session(asker.id, std::move(answer));
}

/// Whether they are one, or share a room.
bool Chat::meet(const User& one, const User& other) {
  return one.id == other.id || std::any_of(one.rooms.begin(), one.rooms.end(), [&](const Membership& in) {
           return other.membership(in.room) != nullptr;
         });
}

void Chat::handle(const Asker& asker, const AskRooms&) {
  Rooms answer;
  for (const auto& [id, room] : rooms_) {
    if (room.members.empty() || is_hidden(room, *asker.user, true)) continue;
    answer.rooms.push_back({room.name.text, room.members.size()});
  }
  std::sort(answer.rooms.begin(), answer.rooms.end(), [](const RoomLine& a, const RoomLine& b) {
    return a.members != b.members ? a.members > b.members : a.name < b.name;
  });
  out().to_session(asker.id, std::move(answer));
}

void Chat::handle(const Asker& asker, const AskRoom& command) {
  const User& user = *asker.user;
  Room* room = room_called(command.room);
  if (room == nullptr || is_hidden(*room, user, false)) {
    return refuse(asker.id, Refusal::no_such_room, command.room);
  }
  const Membership* place = user.membership(room->id);
  RoomView view;
  view.name = room->name.text;
  view.created = room->created;
  view.member = place != nullptr;
  view.ranks = place != nullptr ? place->ranks : Ranks{0};
  view.state = room->state;
  view.secret_from_asker = is_hidden(*room, user, true);
  if (command.with_roster && !view.secret_from_asker) view.roster = roster_for(user, *room);
  out().to_session(asker.id, std::move(view));
}

/// Who is in it, but for those that somebody from outside cannot find.
Roster Chat::roster_for(const User& user, Room& room) {
  const bool sees_all = user.membership(room.id) != nullptr || keeps_order(user);
  if (sees_all) return roster_of(room);
  const bool hides = std::any_of(room.members.begin(), room.members.end(), [&](UserId id) {
    return profile_of(users_.at(id)).has(UserFlag::invisible) && !meet(user, users_.at(id));
  });
  if (!hides) return roster_of(room);
  Roster roster;
  for (const UserId id : room.members) {
    User& member = users_.at(id);
    if (profile_of(member).has(UserFlag::invisible) && !meet(user, member)) continue;
    roster.append({person_of(member), member.membership(room.id)->ranks});
  }
  return roster;
}

void Chat::handle(const Asker& asker, const AskRoomsView& command) {
  RoomsView view;
  const auto show = [&](const Room& room) {
    view.rooms.push_back({room.name.text, room.members.size(), room.created, room.state});
  };
  if (command.names.empty()) {
    for (const auto& [id, room] : rooms_) {
      if (!room.members.empty() && !is_hidden(room, *asker.user, true)) show(room);
    }
  } else {
    std::vector<RoomId> shown;
    for (const std::string& name : command.names) {
      const Room* room = room_called(name);
      if (room == nullptr || is_hidden(*room, *asker.user, false)) continue;
      if (std::find(shown.begin(), shown.end(), room->id) != shown.end()) continue;
      shown.push_back(room->id);
      show(*room);
    }
  }
  std::sort(view.rooms.begin(), view.rooms.end(),
            [](const RoomsView::Line& a, const RoomsView::Line& b) { return a.name < b.name; });
  out().to_session(asker.id, std::move(view));
}

}  // namespace veche::chat

#include "server/fanout.h"

#include "base/check.h"

#include <algorithm>

namespace veche::server {

using base::RoomId;

void Fanout::subscribe(Receiver& receiver, RoomId id) {
  Room& room = rooms_[id];
  room.id = id;
  for (const auto& place : receiver.places_) {
    if (place.room == &room) return;
  }
  settle(receiver);  // what he has from other rooms comes before what this one brings
  receiver.places_.push_back({&room, static_cast<std::uint32_t>(room.members.size())});
  room.members.push_back({&receiver, static_cast<std::uint32_t>(room.events.size())});
  count_others(receiver, +1);
}

/// Keeps `in_other_rooms` right after `receiver` came to (+1) or before he goes from (-1) a room.
void Fanout::count_others(Receiver& receiver, int change) {
  auto& places = receiver.places_;
  const auto add = [change](const Receiver::Place& place) {
    static_cast<Room*>(place.room)->in_other_rooms += static_cast<std::size_t>(change);
  };
  if (places.size() < 2) return;
  if (places.size() == 2) {
    add(places[0]);  // the first of two rooms is no longer his only one, or becomes it
    add(places[1]);
  } else {
    add(places.back());
  }
}

void Fanout::unsubscribe(Receiver& receiver, RoomId id) {
  const auto room = rooms_.find(id);
  if (room == rooms_.end()) return;
  auto& places = receiver.places_;
  const auto place =
      std::find_if(places.begin(), places.end(), [&](auto& p) { return p.room == &room->second; });
  if (place == places.end()) return;
  settle(receiver);
  leave(receiver, static_cast<std::size_t>(place - places.begin()));
}

void Fanout::drop(Receiver& receiver) {
  while (!receiver.places_.empty()) leave(receiver, receiver.places_.size() - 1);
}

void Fanout::leave(Receiver& receiver, std::size_t which) {
  auto& places = receiver.places_;
  std::swap(places[which], places.back());
  count_others(receiver, -1);
  const Receiver::Place place = places.back();
  places.pop_back();

  Room& room = *static_cast<Room*>(place.room);
  if (place.index + 1 != room.members.size()) {  // the last member takes the empty place
    room.members[place.index] = room.members.back();
    for (auto& moved : room.members[place.index].receiver->places_) {
      if (moved.room == &room) moved.index = place.index;
    }
  }
  room.members.pop_back();
  if (room.members.empty() && room.events.empty()) {
    if (last_room_ == &room) last_room_ = nullptr;
    std::erase(last_event_rooms_, &room);
    rooms_.erase(RoomId(room.id));
  }
}

void Fanout::to_room(RoomId id, const chat::EventPtr& event, Receiver* except) {
  const auto found = rooms_.find(id);
  if (found == rooms_.end() || found->second.members.empty()) return;
  Room& room = found->second;
  if (room.events.empty()) busy_.push_back(&room);
  const bool again = last_event_ == event;
  if (&room != last_room_) settle_elsewhere(room);
  room.events.push_back(event);
  last_room_ = &room;
  if (again) {
    skip_who_has_it(room);
  } else {
    last_event_ = event;
    last_event_rooms_.clear();
  }
  last_event_rooms_.push_back(&room);
  if (except == nullptr) return;
  for (const auto& place : except->places_) {
    if (place.room != &room) continue;
    Member& member = member_at(place);
    const auto count = static_cast<std::uint32_t>(room.events.size());
    room.events.pop_back();  // all but this one
    hand_over(room, member);
    room.events.push_back(event);
    member.from = count;
  }
}

/// Members who have got something else since this room's last event get that first.
void Fanout::settle_elsewhere(Room& room) {
  if (room.in_other_rooms == 0) return;
  for (Member& member : room.members) {
    for (const auto& place : member.receiver->places_) {
      Room& other = *static_cast<Room*>(place.room);
      if (&other != &room && !other.events.empty()) hand_over(other, member_at(place));
    }
  }
}

/// The room's last event has gone to other rooms before: who is in one of them has it.
void Fanout::skip_who_has_it(Room& room) {
  if (room.in_other_rooms == 0) return;
  for (Member& member : room.members) {
    const auto& places = member.receiver->places_;
    const bool has_it = std::any_of(places.begin(), places.end(), [&](const auto& place) {
      return place.room != &room && std::find(last_event_rooms_.begin(), last_event_rooms_.end(),
                                              place.room) != last_event_rooms_.end();
    });
    if (!has_it) continue;
    const chat::EventPtr event = std::move(room.events.back());
    room.events.pop_back();
    hand_over(room, member);
    room.events.push_back(event);
    member.from = static_cast<std::uint32_t>(room.events.size());
  }
}

void Fanout::settle(Receiver& receiver) {
  for (const auto& place : receiver.places_) hand_over(*static_cast<Room*>(place.room), member_at(place));
}

void Fanout::hand_over(Room& room, Member& member, bool last) {
  const auto count = static_cast<std::uint32_t>(room.events.size());
  if (member.from >= count) return;
  const Stream& bytes = stream(room, member.receiver->variant(room.id));
  const std::uint32_t begin = member.from == 0 ? 0 : bytes.ends[member.from - 1];
  const std::uint32_t end = bytes.ends[count - 1];
  member.from = count;
  if (begin != end) member.receiver->receive(bytes.bytes, begin, end - begin, last);
}

/// The room's events of this turn in one variant, all that there are so far.
Fanout::Stream& Fanout::stream(Room& room, session::Variant variant) {
  auto found =
      std::find_if(room.streams.begin(), room.streams.end(), [&](auto& s) { return s.variant == variant; });
  if (found == room.streams.end()) {
    found = room.streams.insert(room.streams.end(), {variant, std::make_shared<std::string>(), {}});
  }
  while (found->ends.size() < room.events.size()) {
    session::encode(*room.events[found->ends.size()], variant, moment_, *found->bytes);
    found->ends.push_back(static_cast<std::uint32_t>(found->bytes->size()));
  }
  return *found;
}

/// Whether another of his rooms has something for him in this turn.
bool Fanout::has_more_elsewhere(const Room& room, const Member& member) {
  const auto& places = member.receiver->places_;
  return places.size() > 1 && std::any_of(places.begin(), places.end(), [&](const auto& place) {
           return place.room != &room &&
                  member_at(place).from < static_cast<Room*>(place.room)->events.size();
         });
}

void Fanout::flush() {
  for (Room* room : busy_) {
    for (Member& member : room->members) {
      hand_over(*room, member, !has_more_elsewhere(*room, member));
      member.from = 0;
    }
    room->events.clear();
    room->streams.clear();
    if (room->members.empty()) rooms_.erase(RoomId(room->id));
  }
  busy_.clear();
  last_room_ = nullptr;
  last_event_.reset();
  last_event_rooms_.clear();
}

}  // namespace veche::server

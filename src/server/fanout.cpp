#include "server/fanout.h"

#include <algorithm>
#include <limits>

namespace veche::server {

using base::RoomId;

namespace {

/// What a call to the network takes, in bytes that could be copied meanwhile (measured: 2.5 us beside 0.3
/// ns).
constexpr std::size_t kSendCost = 8192;

}  // namespace

void Fanout::subscribe(Receiver& receiver, RoomId id) {
  Room& room = rooms_[id];
  room.id = id;
  for (const auto& place : receiver.places_) {
    if (place.room == &room) return;
  }
  settle(receiver);  // what he has from other rooms comes before what this one brings
  receiver.places_.push_back({&room, static_cast<std::uint32_t>(room.members.size())});
  room.members.push_back({&receiver, room.end()});
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
    Member& mover = room.members[place.index];
    for (auto& moved : mover.receiver->places_) {
      if (moved.room == &room) moved.index = place.index;
    }
    if (place.index < room.served) hand_over(room, mover);  // the round will not come by here again
  }
  room.members.pop_back();
  room.served = std::min(room.served, room.members.size());
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
    room.events.pop_back();  // all but this one
    hand_over(room, member);
    room.events.push_back(event);
    member.from = room.end();
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
    member.from = room.end();
  }
}

void Fanout::settle(Receiver& receiver) {
  for (const auto& place : receiver.places_) hand_over(*static_cast<Room*>(place.room), member_at(place));
}

std::size_t Fanout::hand_over(Room& room, Member& member, bool last) {
  // One who has got an event in another room is past it while it is put aside for him.
  const auto owed = static_cast<std::int32_t>(room.end() - member.from);
  if (owed <= 0) return 0;
  const Stream& stream = this->stream(room, member.receiver->variant(room.id));
  const std::size_t count = room.events.size();
  const std::size_t first = count - static_cast<std::size_t>(owed);
  const std::uint32_t begin = first == 0 ? 0 : stream.ends[first - 1];
  const std::uint32_t end = stream.ends[count - 1];
  member.from = room.end();
  if (begin == end) return 0;
  member.receiver->receive(stream.bytes, begin, end - begin, last);
  return kSendCost + (end - begin);
}

/// The room's events in one variant, all that there are so far.
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

/// Whether another of his rooms has something for him.
bool Fanout::has_more_elsewhere(const Room& room, const Member& member) {
  const auto& places = member.receiver->places_;
  return places.size() > 1 && std::any_of(places.begin(), places.end(), [&](const auto& place) {
           return place.room != &room && member_at(place).from != static_cast<Room*>(place.room)->end();
         });
}

/// Whether it is served before the others, and whole.
bool Fanout::is_small(const Room& room) const { return room.members.size() * kSendCost <= per_turn_ / 8; }

void Fanout::flush() {
  std::partition(busy_.begin(), busy_.end(), [this](const Room* room) { return is_small(*room); });
  std::size_t budget = per_turn_;
  std::erase_if(busy_, [&](Room* room) {
    std::size_t unlimited = std::numeric_limits<std::size_t>::max();
    if (!serve(*room, is_small(*room) ? unlimited : budget)) return false;
    if (room->members.empty()) rooms_.erase(RoomId(room->id));
    return true;
  });
  last_room_ = nullptr;
  last_event_.reset();
  last_event_rooms_.clear();
}

bool Fanout::serve(Room& room, std::size_t& budget) {
  while (!room.events.empty()) {
    if (room.served == 0) room.round_end = room.end();
    for (; room.served < room.members.size(); ++room.served) {
      if (budget == 0) return false;
      Member& member = room.members[room.served];
      budget -= std::min(budget, hand_over(room, member, !has_more_elsewhere(room, member)));
    }
    forget_served(room);
  }
  return true;
}

/// The round is over: what everybody has, goes.
void Fanout::forget_served(Room& room) {
  const auto gone = static_cast<std::ptrdiff_t>(room.round_end - room.begin);
  room.events.erase(room.events.begin(), room.events.begin() + gone);
  room.begin = room.round_end;
  room.served = 0;
  if (room.events.empty()) {
    room.streams.clear();
    return;
  }
  for (Stream& stream : room.streams) {  // the bytes are shared with those who have not sent them yet
    const auto known = std::min(gone, static_cast<std::ptrdiff_t>(stream.ends.size()));
    const std::uint32_t offset = known == 0 ? 0 : stream.ends[static_cast<std::size_t>(known) - 1];
    stream.bytes = std::make_shared<std::string>(*stream.bytes, offset);
    stream.ends.erase(stream.ends.begin(), stream.ends.begin() + known);
    for (std::uint32_t& end : stream.ends) end -= offset;
  }
}

}  // namespace veche::server

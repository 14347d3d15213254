// One message, many receivers: the inner loop of a chat server. Lives in a client loop; it knows which of the
// loop's sessions are subscribed to which room, and turns a room's events into as few bytes and calls as can
// be.
//
// What a room gets in one turn of the loop is encoded once per Variant into one shared buffer, and each
// member is handed its part of that buffer once, at the end of the turn. A member's part is a range of the
// room's events of this turn, [from, end):
//
//     events of #veche this turn:   e0   e1   e2   e3
//     most members                  [----------------)
//     who said e1                   [-)       [------)      his own line is left out: two parts
//     who came after e2                            [-)
//
// Every member sees everything in the chat's order. So a member's part is handed over early ("settled") when
// something else must come right behind it: an event for him alone, his own leaving, or an event in
// another of his rooms. Most people are in one room, or in rooms that are not busy in the same turn.
//
// A turn takes so long only (kFanoutPerTurn): what ten thousand members of one room get is handed out over
// several turns, and small rooms come first, so that nobody waits for a crowd that he is not in. A member's
// part then grows until it is his turn.
#pragma once

#include "base/ids.h"
#include "base/limits.h"
#include "base/short_list.h"
#include "chat/event.h"
#include "net/handler.h"
#include "session/session.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace veche::server {

class Fanout;

/// Somebody who can be subscribed to rooms. Lives on the loop's thread; leaves the Fanout before it is
/// destroyed.
class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual session::Variant variant(base::RoomId room) const = 0;
  /// `last`: nothing more comes in this turn.
  virtual void receive(const net::SharedBytes& bytes, std::size_t offset, std::size_t length, bool last) = 0;

 private:
  friend class Fanout;
  struct Place {
    void* room;
    std::uint32_t index;  // in its members
  };
  base::ShortList<Place> places_;
};

/// One loop's subscriptions, and the events that not all have got. The loop's thread.
class Fanout {
 public:
  /// `per_turn`: how much big rooms get in one flush, in bytes; a call to the network is worth some.
  explicit Fanout(std::size_t per_turn = base::limits::kFanoutPerTurn) : per_turn_(per_turn) {}

  /// From here on `receiver` gets what goes to `room`. Again: nothing changes.
  void subscribe(Receiver& receiver, base::RoomId room);
  /// What was before still reaches him.
  void unsubscribe(Receiver& receiver, base::RoomId room);
  /// Takes a receiver out of all rooms; what he has not got yet is dropped.
  void drop(Receiver& receiver);

  /// An event for everybody in `room` but `except` (or nobody). The same EventPtr several times
  /// in a row, to several rooms: who is in more than one gets it once.
  void to_room(base::RoomId room, const chat::EventPtr& event, Receiver* except);
  /// Hands `receiver` what he has to get so far: something for him alone comes next.
  void settle(Receiver& receiver);
  /// The end of the turn: everybody gets the rest, or as many as there is time for.
  void flush();
  /// Whether the last flush has left something for the next.
  bool owes() const { return !busy_.empty(); }
  /// When the present turn takes place; before the first event of each.
  void begin(const session::Moment& moment) { moment_ = moment; }

  std::size_t room_count() const { return rooms_.size(); }

 private:
  /// Of an event in its room; wraps around, so compare by difference.
  using Serial = std::uint32_t;
  struct Member {
    Receiver* receiver;
    Serial from = 0;  // the first event that he has not got
  };
  /// The room's events in one variant, as far as somebody needed them.
  struct Stream {
    session::Variant variant;
    std::shared_ptr<std::string> bytes;
    std::vector<std::uint32_t> ends;  // where each event ends
  };
  struct Room {
    Serial end() const { return begin + static_cast<Serial>(events.size()); }

    base::RoomId id;
    std::vector<Member> members;
    std::size_t in_other_rooms = 0;      // members that are in other rooms too
    Serial begin = 0;                    // of the first of `events`
    std::vector<chat::EventPtr> events;  // that somebody has not got
    std::vector<Stream> streams;
    std::size_t served = 0;  // members that this round of handing out has come to
    Serial round_end = 0;    // what they all have by the end of it
  };

  Stream& stream(Room& room, session::Variant variant);
  /// Gives how much of a turn's time it takes.
  std::size_t hand_over(Room& room, Member& member, bool last = false);
  /// Goes on with the round; false: there was no time for all of it.
  bool serve(Room& room, std::size_t& budget);
  static void forget_served(Room& room);
  static bool has_more_elsewhere(const Room& room, const Member& member);
  void settle_elsewhere(Room& room);
  void skip_who_has_it(Room& room);
  static Member& member_at(const Receiver::Place& place) {
    return static_cast<Room*>(place.room)->members[place.index];
  }
  void leave(Receiver& receiver, std::size_t place);
  static void count_others(Receiver& receiver, int change);

  bool is_small(const Room& room) const;

  const std::size_t per_turn_;
  session::Moment moment_{};
  std::unordered_map<base::RoomId, Room> rooms_;
  std::vector<Room*> busy_;    // rooms with events
  Room* last_room_ = nullptr;  // of the last event
  chat::EventPtr last_event_;
  std::vector<Room*> last_event_rooms_;  // where the last event has gone, if more than one
};

}  // namespace veche::server

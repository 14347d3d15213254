// What `Chat::apply` brings forth: effects, in the order in which every client must see them, and rows for
// the journal. The effects wait until the rows are committed.
#pragma once

#include "base/ids.h"
#include "chat/event.h"
#include "chat/records.h"

#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace veche::chat {

/// For one session.
struct ToSession {
  base::SessionId session;
  EventPtr event;
};
/// For every session subscribed to the room, but one. An event that goes to several rooms is one EventPtr in
/// several effects in a row: who is in more than one of them gets it once.
struct ToRoom {
  base::RoomId room;
  EventPtr event;
  base::SessionId except;
};
/// From here on the session gets what goes to the room. Once for each session and room, until Unsubscribe.
struct Subscribe {
  base::SessionId session;
  base::RoomId room;
};
struct Unsubscribe {
  base::SessionId session;
  base::RoomId room;
};

using Effect = std::variant<ToRoom, ToSession, Subscribe, Unsubscribe>;

template <class E>
EventPtr make_event(E event) {
  return std::make_shared<const Event>(std::move(event));
}

class Outbox {
 public:
  template <class E>
  void to_session(base::SessionId session, E event) {
    to_session(session, make_event(std::move(event)));
  }
  void to_session(base::SessionId session, EventPtr event);
  void to_room(base::RoomId room, EventPtr event, base::SessionId except = {});
  void keep(Row row);
  void clear();

  std::vector<Effect> effects;
  std::vector<Row> rows;
};

}  // namespace veche::chat

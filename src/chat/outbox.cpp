#include "chat/outbox.h"

namespace veche::chat {

void Outbox::to_session(base::SessionId session, EventPtr event) {
  effects.push_back(ToSession{session, std::move(event)});
}

void Outbox::to_room(base::RoomId room, EventPtr event, base::SessionId except) {
  effects.push_back(ToRoom{room, std::move(event), except});
}

void Outbox::keep(Row row) { rows.push_back(std::move(row)); }

void Outbox::clear() {
  effects.clear();
  rows.clear();
}

}  // namespace veche::chat

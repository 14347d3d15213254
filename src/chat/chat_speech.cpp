// Chat: what is said, in rooms and between two.
#include "chat/chat.h"

#include <utility>

namespace veche::chat {

using base::SessionId;

void Chat::handle(const Asker& asker, const Say& command) {
  Room* room = room_of_member(asker, command.room);
  const User& user = *asker.user;
  if (room == nullptr) return refuse(asker.id, Refusal::not_in_room);
  if (command.text.empty()) return refuse(asker.id, Refusal::message_empty);
  if (command.text.size() > policy_.message_bytes_max) return refuse(asker.id, Refusal::message_too_long);
  if (policy_.history && store_closed_) return refuse(asker.id, *store_closed_);
  if (!may_speak(asker) || !may_speak_again(asker, *room)) return;
  note_spoken(*room, user.id);

  undo_.keep_value(last_message_);
  const base::MessageId id{++last_message_.value};
  auto message = std::make_shared<const Message>(
      Message{id, room->id, now_, command.kind, user.account, user.name.text, command.text});
  if (policy_.history) {
    keep_room(*room);
    out().keep(MessageAdded{message});
    remember_message(*room, message);
  }
  out().to_room(room->id, make_event(Said{std::move(message), room->name.text}), asker.id);
}

void Chat::remember_message(Room& room, MessagePtr message) {
  if (policy_.playback_messages == 0) return;
  MessagePtr oldest;
  if (room.recent.size() >= policy_.playback_messages) {
    oldest = std::move(room.recent.front());
    room.recent.pop_front();
  }
  room.recent.push_back(std::move(message));
  undo_.push([this, id = room.id, oldest] {
    auto& recent = rooms_.at(id).recent;
    recent.pop_back();
    if (oldest) recent.push_front(oldest);
  });
}

void Chat::handle(const Asker& asker, const Tell& command) {
  if (command.text.empty()) return refuse(asker.id, Refusal::message_empty);
  if (command.text.size() > policy_.message_bytes_max) return refuse(asker.id, Refusal::message_too_long);
  const auto folded = fold_name(command.name);
  User* receiver = folded ? user_named(*folded) : nullptr;
  if (receiver == nullptr) return refuse(asker.id, Refusal::no_such_person);
  if (!may_speak(asker)) return;
  const EventPtr event = make_event(Told{asker.user->name.text, command.text, now_});
  for (const SessionId session : receiver->sessions) out().to_session(session, event);
}

void Chat::handle(const Asker& asker, const Speak&) { refuse(asker.id, Refusal::not_logged_in); }

}  // namespace veche::chat

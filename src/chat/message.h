// What was said, as the history keeps it. A plain record, immutable once made; any thread.
#pragma once

#include "base/clock.h"
#include "base/ids.h"

#include <cstdint>
#include <memory>
#include <string>

namespace veche::chat {

enum class MessageKind : std::uint8_t {
  text = 0,    ///< "name: text"
  action = 1,  ///< "* name text" (/me)
  notice = 2,  ///< what a program says, to which programs never answer
};

struct Message {
  base::MessageId id;  ///< grows with the order in which the chat took the messages, over all rooms
  base::RoomId room;
  base::WallTime time;
  MessageKind kind = MessageKind::text;
  base::AccountId account;  ///< nobody: a guest said it
  std::string sender;       ///< the name at that time
  std::string text;         ///< valid UTF-8, one line
};

using MessagePtr = std::shared_ptr<const Message>;

}  // namespace veche::chat

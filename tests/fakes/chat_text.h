// The chat's events and effects as short lines, for tests to compare and people to read.
#pragma once

#include "base/ids.h"
#include "chat/event.h"
#include "chat/outbox.h"

#include <string>
#include <vector>

namespace veche::fakes {

using Lines = std::vector<std::string>;

template <class Enum>
std::string number(Enum value) {
  return std::to_string(static_cast<int>(value));
}

template <class Tag>
std::string number(base::Id<Tag> id) {
  return std::to_string(id.value);
}

/// "ann 4,bob": names with their ranks.
std::string to_text(const chat::Roster& roster);
/// "+flag 2", "-rank 4 bob", "+mask 0 0 *!*@*".
std::string to_text(const chat::RoomChange& change);
/// An event as a short line.
std::string to_text(const chat::Event& event);
/// An effect as a short line.
std::string to_text(const chat::Effect& effect);

}  // namespace veche::fakes

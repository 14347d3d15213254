// The rules of a new room as the configuration writes them: "+nt", with the letters that IRC has for them.
// Only those that need no parameter. Pure; any thread.
#pragma once

#include "base/result.h"
#include "chat/room_state.h"

#include <string>
#include <string_view>

namespace veche::control {

/// The rules that `text` sets; nothing, or '+' alone: none. The error's `what` is left empty.
base::Result<chat::RoomFlags> parse_room_modes(std::string_view text);
/// The same of what a configuration holds, which was checked when that was read.
chat::RoomFlags checked_room_modes(std::string_view text);

/// Every letter with what it means: "n (only members speak), ...".
std::string room_mode_help();

}  // namespace veche::control

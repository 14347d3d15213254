// How a text becomes the message of one log line: nothing that a peer sends may begin a line of its own, move
// the cursor of whoever reads the log, or leave the JSON string that it stands in. Pure; any thread.
#pragma once

#include "base/log.h"

#include <string>
#include <string_view>

namespace veche::base {

/// `text` with C0 and C1 controls, DEL, line and paragraph separators and bidirectional controls as `\n`,
/// `\t`,
/// `\u001b`..., and bytes that are no UTF-8 as `\xff`. For LogFormat::json it is the inside of a JSON string
/// (RFC 8259, section 7), where such a byte is `\\xff`. The result is valid UTF-8.
std::string log_line(std::string_view text, LogFormat format);

}  // namespace veche::base

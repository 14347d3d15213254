// Small pieces of what a scan says, for people and for programs. What a scanned host sent is any bytes, and
// somebody else chose them: here they lose what could move a cursor or break a line. Pure; any thread.
#pragma once

#include "base/i18n.h"
#include "scan/port_state.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace veche::scan {

/// "open", "closed", "filtered", "undecided": for programs, the same in every language.
std::string_view state_name(PortState state);
/// "accepted", "refused", "no_answer", "unreachable", "prohibited", "none".
std::string_view reason_name(Reason reason);

/// 65,535; in Russian and Ukrainian with no-break spaces, from five digits on.
std::string grouped(std::uint64_t number, const base::Translator& t);
/// "0.4 ms", "0.21 s", "2 min 5 s", "3 h 7 min".
std::string duration_text(std::chrono::nanoseconds duration, const base::Translator& t);

/// `bytes` as part of a line for a person: white space and line ends are one space, none at the ends; the
/// rest as base::harmless().
std::string in_line(std::string_view bytes);
/// `bytes` as a field for a program, on one line: no controls and white space at the ends, `?` for each
/// control within, U+FFFD for each byte that is not UTF-8.
std::string in_field(std::string_view bytes);
/// Whether a code point (its UTF-8) could disturb a terminal or end a line: what base::printable() takes out,
/// and TAB.
bool is_control(std::string_view code_point);
/// The first code point of valid UTF-8 that is not empty, as its bytes.
std::string_view first_code_point(std::string_view utf8);

}  // namespace veche::scan

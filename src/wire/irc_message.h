// A line of IRC as its parts: tags, source, command, parameters (modern.ircdocs.horse, "Message Format";
// RFC 1459 section 2.3.1; IRCv3 message-tags). Views into the line, nothing is copied.
//
//   @id=12;+reply=x :dan!d@host PRIVMSG #chan :Hey what's up!
//    tags             source      command parameters: "#chan", "Hey what's up!"
//
// Lines come from a LineDecoder(kIrcReadBytesMax, LineEnds::kIrc); the caller asks `irc_line_fault` first:
//  - a line over a bound is answered with 417, whether the decoder tells of it (TooLong) or `irc_line_fault`;
//    never do both;
//  - a line with a NUL is refused (RFC 2812 section 2.3.1, note 2: "not allowed within messages"). Of the
//    servers, Ergo closes the connection, others cut the line or put a space; none passes it on.
//
// Pure functions; any thread.
#pragma once

#include "base/limits.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace veche::wire {

/// The bound of a decoder whose lines may have tags: a longer line is too long in one of its parts.
inline constexpr std::uint32_t kIrcReadBytesMax =
    base::limits::kIrcClientTagsBytesMax + base::limits::kIrcLineBytesMax - 2;

struct IrcMessage {
  std::string_view tags;     // as they came, escaped; without '@'
  std::string_view source;   // without ':'; empty: none
  std::string_view command;  // as it came, in any case; never empty
  std::array<std::string_view, base::limits::kIrcParametersMax> parameter_slots{};
  std::size_t parameter_count = 0;

  std::span<const std::string_view> parameters() const { return {parameter_slots.data(), parameter_count}; }
  /// The parameter, or "" if there are not so many: what follows would treat both alike.
  std::string_view parameter(std::size_t index) const {
    return index < parameter_count ? parameter_slots[index] : std::string_view();
  }
};

enum class IrcLineFault : std::uint8_t {
  kTooLong,  // 417 ERR_INPUTTOOLONG
  kNul,
};

/// Why a line of a client (without its CR LF) must not be looked at, if so. Tags are counted from their '@'
/// to the space behind them, both included: 4,096 bytes at most; what follows that space: 510.
std::optional<IrcLineFault> irc_line_fault(std::string_view line);

/// The parts of a line without its CR LF; nothing if it has no command, and then a server is silent. Any
/// number of spaces separates. The fifteenth parameter is all the rest, with or without ':'.
std::optional<IrcMessage> parse_irc_message(std::string_view line);

/// Calls `visit(key, escaped_value)` for each tag in order; the value is empty if there is none. Of a key
/// that comes twice the last counts: see `tag_value`.
template <class Visit>
void for_each_tag(std::string_view tags, Visit visit);

/// The escaped value of the last tag of this name; nothing if there is no such tag. Names are opaque.
std::optional<std::string_view> tag_value(std::string_view tags, std::string_view key);

/// Appends the value that an escaped one stands for. A backslash before another character than the spec's
/// five is dropped, as is a lone one at the end. The result may hold CR and LF.
void unescape_tag_value(std::string_view escaped, std::string& out);
/// Appends the escaped form of any text. A NUL has none and is dropped.
void escape_tag_value(std::string_view value, std::string& out);

/// Whether a command that came in any case is `name`, which is in upper case (ASCII).
bool equals_command(std::string_view command, std::string_view name);

/// The longest command there is, with room to spare.
inline constexpr std::size_t kIrcCommandBytesMax = 32;
/// `command` in upper case (ASCII), written into `buffer`: the key for a table. Empty if it is longer than
/// any.
std::string_view upper_command(std::string_view command, std::span<char, kIrcCommandBytesMax> buffer);

template <class Visit>
void for_each_tag(std::string_view tags, Visit visit) {
  while (!tags.empty()) {
    const std::string_view tag = tags.substr(0, tags.find(';'));
    tags.remove_prefix(tag.size() < tags.size() ? tag.size() + 1 : tag.size());
    const std::string_view key = tag.substr(0, tag.find('='));
    if (!key.empty()) visit(key, key.size() < tag.size() ? tag.substr(key.size() + 1) : std::string_view());
  }
}

}  // namespace veche::wire

#include "chat/message_text.h"

#include <algorithm>
#include <cstddef>

namespace veche::chat {
namespace {

constexpr char kQuery = '\x01';
constexpr char kColour = '\x03';
constexpr char kHexColour = '\x04';
// Bold, italics, underline, strikethrough, monospace, reverse, reset.
constexpr std::string_view kSwitches = "\x02\x1d\x1f\x1e\x11\x16\x0f";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// How many of the first `most` bytes of `text` are `wanted`.
template <class Wanted>
std::size_t run(std::string_view text, std::size_t most, Wanted wanted) {
  const std::string_view head = text.substr(0, most);
  return static_cast<std::size_t>(std::find_if_not(head.begin(), head.end(), wanted) - head.begin());
}

/// The bytes of a colour code behind its first: one colour, or two with a comma between.
std::size_t colour_bytes(std::string_view text, bool hex) {
  const auto one = [hex](std::string_view at) -> std::size_t {
    if (!hex) return run(at, 2, is_digit);
    return run(at, 6, is_hex_digit) == 6 ? 6 : 0;
  };
  const std::size_t first = one(text);
  if (first == 0 || text.substr(first, 1) != ",") return first;
  const std::size_t second = one(text.substr(first + 1));
  return second == 0 ? first : first + 1 + second;
}

}  // namespace

bool is_query(std::string_view text) {
  if (text.empty() || text.front() != kQuery) return false;
  constexpr std::string_view kAction = "ACTION";
  text.remove_prefix(1);
  if (!text.starts_with(kAction)) return true;
  text.remove_prefix(kAction.size());
  return !text.empty() && text.front() != ' ' && text.front() != kQuery;
}

std::string without_formatting(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == kColour || c == kHexColour) {
      text.remove_prefix(colour_bytes(text, c == kHexColour));
    } else if (kSwitches.find(c) == kSwitches.npos) {
      plain += c;
    }
  }
  return plain;
}

}  // namespace veche::chat

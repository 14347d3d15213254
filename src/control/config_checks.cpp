#include "control/config_checks.h"

#include "base/limits.h"
#include "base/text.h"
#include "chat/name.h"
#include "net/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace veche::control {

using base::fail;
using base::Result;

Result<> check_text(std::string_view text, std::size_t bytes_max) {
  if (!base::is_utf8(text)) return fail("", "not valid UTF-8");
  const bool control =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (control || base::printable(text) != text) return fail("", "contains control characters");
  if (text.size() > bytes_max) return fail("", fmt::format("longer than {} bytes", bytes_max));
  return {};
}

Result<> check_host_name(std::string_view text) {
  constexpr std::size_t kCharsMax = 63;
  const bool known = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
  if (text.empty() || text.size() > kCharsMax || !known) {
    return fail("", fmt::format("a host name has 1 to {} letters, digits, dots and hyphens", kCharsMax),
                "for example: chat.example.org");
  }
  return {};
}

Result<> check_address(std::string_view text) {
  if (net::Address::parse(text, 1)) return {};
  return fail("", "not a numeric address", "for example: 127.0.0.1, ::1, or 0.0.0.0 for every interface");
}

Result<> check_room(std::string_view text) {
  const chat::NameOrFault parsed = chat::parse_room_name(text, base::limits::kRoomCodePointsMax);
  const auto* fault = std::get_if<chat::NameFault>(&parsed);
  if (!fault) return {};
  const std::string hint = "for example: #veche";
  switch (*fault) {
    case chat::NameFault::empty:
      return fail("", "a room needs a name", hint);
    case chat::NameFault::no_hash:
      return fail("", "a room's name begins with '#'", hint);
    case chat::NameFault::too_long:
      return fail(
          "", fmt::format("a room's name has at most {} characters", base::limits::kRoomCodePointsMax), hint);
    default:
      return fail("", "a room's name has no spaces, controls or invisible characters", hint);
  }
}

Result<std::uint16_t> check_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port > 65535) {
    return fail("", "a port is a number up to 65535", "0: any free one");
  }
  return static_cast<std::uint16_t>(port);
}

}  // namespace veche::control

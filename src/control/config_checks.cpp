#include "control/config_checks.h"

#include "base/limits.h"
#include "base/text.h"
#include "chat/name.h"
#include "control/account_rules.h"
#include "control/config_key.h"
#include "net/address.h"
#include "net/network_text.h"

#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace veche::control {

using base::fail;
using base::Result;

namespace {

/// What `config show` printed is no password: a server started with it would let in everybody who knows that.
Result<> check_not_hidden(std::string_view text) {
  if (text != kHidden) return {};
  return fail("", fmt::format("{} only stands for a password", kHidden), "write the password itself");
}

/// Whether crypto_pwhash_str_verify can read it: the other calls of libsodium parse it the same way, and
/// this one hashes nothing.
bool is_argon2_hash(const std::string& text) {
  return crypto_pwhash_str_needs_rehash(text.c_str(), crypto_pwhash_OPSLIMIT_MIN,
                                        crypto_pwhash_MEMLIMIT_MIN) != -1;
}

}  // namespace

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

Result<> check_server_password(std::string_view text) {
  if (auto real = check_not_hidden(text); !real) return real;
  return check_text(text, base::limits::kPasswordBytesMax);
}

Result<> check_operator_name(std::string_view text) {
  const auto name = check_account_name(text, base::limits::kNameCodePointsMax);
  return name ? Result<>{} : fail("", name.error().why, "for example: root");
}

Result<> check_operator_password(std::string_view text) {
  if (text.empty()) return {};
  if (auto real = check_not_hidden(text); !real) return real;
  if (auto fine = check_new_password(text); !fine) return fine;
  if (text.front() == '$' && !is_argon2_hash(std::string(text))) {
    return fail("", "begins with '$', but is not an Argon2 hash",
                "make one with: veche account hash; a plain password begins otherwise");
  }
  return {};
}

Result<> check_network(std::string_view text) {
  const auto network = net::parse_network(text);
  if (network) return {};
  return fail("", fmt::format("'{}': {}", text, network.error().why), network.error().hint);
}

Result<> check_webirc_password(std::string_view text) {
  if (auto real = check_not_hidden(text); !real) return real;
  if (text.starts_with(':') || text.find(' ') != text.npos)
    return fail("", "is sent as one word, which has no spaces and does not begin with ':'",
                "openssl rand -hex 24");
  return check_text(text, base::limits::kPasswordBytesMax);
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

// What single values of the configuration must be, beyond their type. Each gives an Error whose `what` is
// left empty: the caller knows which key it was. Pure; any thread.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace veche::control {

/// Valid UTF-8 without control characters, at most `bytes_max` bytes.
base::Result<> check_text(std::string_view text, std::size_t bytes_max);
/// A host name as clients see it: 1-63 letters, digits, dots and hyphens (RFC 1123; IRC allows no more).
base::Result<> check_host_name(std::string_view text);
/// A numeric IPv4 or IPv6 address.
base::Result<> check_address(std::string_view text);
/// A room's name, `#` and all.
base::Result<> check_room(std::string_view text);
/// The connection password: text that can be typed in every dialect, or nothing.
base::Result<> check_server_password(std::string_view text);
/// A person's name, reserved ones too.
base::Result<> check_operator_name(std::string_view text);
/// A password, or, if it begins with '$', an Argon2 hash that libsodium can verify.
base::Result<> check_operator_password(std::string_view text);
/// An address or a network, as net::parse_network reads it.
base::Result<> check_network(std::string_view text);
/// A gateway's password: one word of IRC.
base::Result<> check_webirc_password(std::string_view text);
/// A port in decimal digits; 0 is any free one, for programs that start a server of their own.
base::Result<std::uint16_t> check_port(std::string_view text);

}  // namespace veche::control

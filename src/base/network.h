// An Internet address as bits, and a network of them: what bans and limits compare. Reading them from text is
// net/address.h and net/network_text.h. Plain values; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veche::base {

/// An IPv6 address in network order; IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). All zero: none.
using AddressBits = std::array<std::uint8_t, 16>;

/// `192.0.2.7`, `2001:db8::7`.
std::string address_text(const AddressBits& bits);
/// What it wrote, and other spellings of IPv6; nothing: it is no address.
std::optional<AddressBits> parse_address(std::string_view text);
/// 127.0.0.0/8 or ::1.
bool is_loopback(const AddressBits& bits);
/// Whether they are an IPv4 address.
bool is_v4(const AddressBits& bits);

/// The addresses that begin with the first `prefix` bits of `bits`; the rest of `bits` is zero.
struct Network {
  AddressBits bits{};
  std::uint8_t prefix = 128;  ///< at most 128; an IPv4 /24 is 120

  bool contains(const AddressBits& address) const { return masked(address, prefix) == bits; }

  static AddressBits masked(AddressBits address, std::uint8_t prefix) {
    for (std::size_t i = 0; i < address.size(); ++i) {
      const int keep = static_cast<int>(prefix) - static_cast<int>(8 * i);
      if (keep < 8) address[i] &= static_cast<std::uint8_t>(keep <= 0 ? 0 : 0xff << (8 - keep));
    }
    return address;
  }

  friend auto operator<=>(const Network&, const Network&) = default;
};

/// For tables by network.
struct NetworkHash {
  std::size_t operator()(const Network& network) const;
};

/// The network of `address` whose prefix has so many bits, of an IPv4 address or of an IPv6 one.
Network network_around(const AddressBits& address, unsigned ipv4_bits, unsigned ipv6_bits);

/// 127.0.0.0/8 and ::1.
std::vector<Network> loopback_networks();

}  // namespace veche::base

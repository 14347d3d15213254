#include "net/network_text.h"

#include "net/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace veche::net {
namespace {

using base::AddressBits;
using base::Network;

constexpr std::uint8_t kMappedPrefix = 96;
constexpr std::string_view kHint = "write it like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32";

std::optional<unsigned> parse_prefix(std::string_view digits, unsigned max) {
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || prefix > max) {
    return std::nullopt;
  }
  return prefix;
}

}  // namespace

base::Result<Network> parse_network(std::string_view text) {
  const std::string what = "network '" + std::string(text) + "'";
  const std::size_t slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash), 0);
  if (!address || text.find('%') != text.npos) {
    return base::fail(what, "not an IPv4 or IPv6 address", std::string(kHint));
  }
  const AddressBits bits = address->bits();
  const std::uint8_t shift = base::is_v4(bits) ? kMappedPrefix : 0;
  Network network{bits, 128};
  if (slash == text.npos) return network;

  const unsigned longest = 128u - shift;
  const auto prefix = parse_prefix(text.substr(slash + 1), longest);
  if (!prefix) {
    return base::fail(what, "the prefix must be a number from 0 to " + std::to_string(longest),
                      std::string(kHint));
  }
  network.prefix = static_cast<std::uint8_t>(*prefix + shift);
  network.bits = Network::masked(bits, network.prefix);
  if (network.bits != bits) {
    return base::fail(what, "bits are set behind the prefix", "did you mean " + network_text(network) + "?");
  }
  return network;
}

std::string network_text(const Network& network) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = network.prefix >= kMappedPrefix && base::is_v4(network.bits);
  if (v4) {
    inet_ntop(AF_INET, &network.bits[12], text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, network.bits.data(), text.data(), text.size());
  }
  std::string out = text.data();
  if (network.prefix < 128) out += "/" + std::to_string(network.prefix - (v4 ? kMappedPrefix : 0));
  return out;
}

bool looks_like_network(std::string_view text) {
  if (text.find('/') != text.npos || Address::parse(text, 0)) return true;
  return text.find('.') != text.npos && text.find_first_not_of("0123456789.") == text.npos;
}

}  // namespace veche::net

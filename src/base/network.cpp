#include "base/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <functional>
#include <string_view>

namespace veche::base {
namespace {

constexpr Network kMapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Network kLoopback4{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127}, 104};
constexpr AddressBits kLoopback6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr std::size_t kV4Offset = 12;

}  // namespace

bool is_v4(const AddressBits& bits) { return kMapped.contains(bits); }

bool is_loopback(const AddressBits& bits) { return kLoopback4.contains(bits) || bits == kLoopback6; }

std::size_t NetworkHash::operator()(const Network& network) const {
  std::array<char, 17> bytes{};
  std::copy(network.bits.begin(), network.bits.end(), bytes.begin());
  bytes.back() = static_cast<char>(network.prefix);
  return std::hash<std::string_view>{}({bytes.data(), bytes.size()});
}

Network network_around(const AddressBits& address, unsigned ipv4_bits, unsigned ipv6_bits) {
  const unsigned prefix = is_v4(address) ? kMapped.prefix + ipv4_bits : ipv6_bits;
  const auto bits = static_cast<std::uint8_t>(std::min(prefix, 128u));
  return {Network::masked(address, bits), bits};
}

std::vector<Network> loopback_networks() { return {kLoopback4, Network{kLoopback6, 128}}; }

std::string address_text(const AddressBits& bits) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4(bits)) {
    inet_ntop(AF_INET, &bits[kV4Offset], text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bits.data(), text.data(), text.size());
  }
  return text.data();
}

std::optional<AddressBits> parse_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != text.npos) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  AddressBits bits{};
  if (text.find(':') != text.npos) {
    if (inet_pton(AF_INET6, terminated.data(), bits.data()) != 1) return std::nullopt;
    return bits;
  }
  bits = kMapped.bits;
  if (inet_pton(AF_INET, terminated.data(), &bits[kV4Offset]) != 1) return std::nullopt;
  return bits;
}

}  // namespace veche::base

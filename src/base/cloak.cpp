#include "base/cloak.h"

#include "base/secret.h"

#include <sodium.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace veche::base {
namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648, in lower case

struct Part {
  std::uint8_t ipv4_bits;
  std::uint8_t ipv6_bits;
  std::size_t chars;
};
constexpr std::array<Part, 3> kParts = {{{32, 64, 10}, {24, 48, 6}, {16, 32, 5}}};
static_assert(10 + 6 + 5 + 3 + kCloakSuffixMax == 63);

}  // namespace

Cloak::Cloak(const CloakKey& key, std::string suffix) : key_(key), suffix_(std::move(suffix)) {}

Cloak::~Cloak() { wipe(key_.data(), key_.size()); }

std::string Cloak::host(const AddressBits& address) const {
  std::string host;
  for (const Part& part : kParts) {
    const Network network = network_around(address, part.ipv4_bits, part.ipv6_bits);
    std::array<unsigned char, 17> text{};
    std::copy(network.bits.begin(), network.bits.end(), text.begin());
    text.back() = network.prefix;
    std::array<unsigned char, 16> hash{};
    crypto_generichash(hash.data(), hash.size(), text.data(), text.size(), key_.data(), key_.size());
    for (std::size_t i = 0; i < part.chars; ++i) host += kBase32[hash[i] % kBase32.size()];
    host += '.';
  }
  return host + suffix_;
}

}  // namespace veche::base

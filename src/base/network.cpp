#include "base/network.h"

#include <arpa/inet.h>

namespace veche::base {
namespace {

constexpr Network kMapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Network kLoopback4{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127}, 104};
constexpr AddressBits kLoopback6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr std::size_t kV4Offset = 12;

}  // namespace

bool is_v4(const AddressBits& bits) { return kMapped.contains(bits); }

bool is_loopback(const AddressBits& bits) { return kLoopback4.contains(bits) || bits == kLoopback6; }

std::string address_text(const AddressBits& bits) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4(bits)) {
    inet_ntop(AF_INET, &bits[kV4Offset], text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bits.data(), text.data(), text.size());
  }
  return text.data();
}

}  // namespace veche::base

// What others see in place of an address: a name that says nothing of it without the server's key, and is the
// same each time, so that who was put out of a room stays out of it:
//
//   192.0.2.7     k4xq2mz7da.p3m6zt.w5c2e.veche
//                 │          │      └ its /16 (IPv6: /32)
//                 │          └ its /24 (IPv6: /48)
//                 └ itself (IPv6: its /64, the least that a customer gets)
//
// Each part is base32 of a keyed BLAKE2b over the address's first bits, so a mask like *.p3m6zt.w5c2e.veche
// means a network. Immutable; any thread.
#pragma once

#include "base/network.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace veche::base {

using CloakKey = std::array<std::uint8_t, 32>;

class Cloak {
 public:
  /// `suffix` is letters, digits, dots and hyphens, at most kCloakSuffixMax of them.
  Cloak(const CloakKey& key, std::string suffix);
  /// The key is wiped.
  ~Cloak();

  Cloak(const Cloak&) = delete;
  Cloak& operator=(const Cloak&) = delete;

  std::string host(const AddressBits& address) const;

 private:
  CloakKey key_;
  const std::string suffix_;
};
using CloakPtr = std::shared_ptr<const Cloak>;

/// With it a host has 63 bytes at most, as IRC's HOSTLEN has it.
inline constexpr std::size_t kCloakSuffixMax = 39;

}  // namespace veche::base

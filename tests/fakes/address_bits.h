// Addresses as tests write them.
#pragma once

#include "base/check.h"
#include "base/network.h"

#include <arpa/inet.h>

#include <string>

namespace veche::fakes {

/// Of an IPv4 or an IPv6 address.
inline base::AddressBits bits_of(const std::string& address) {
  base::AddressBits bits{};
  if (inet_pton(AF_INET6, address.c_str(), bits.data()) == 1) return bits;
  bits[10] = bits[11] = 0xff;
  base::check(inet_pton(AF_INET, address.c_str(), &bits[12]) == 1, "an address");
  return bits;
}

/// Of a crowd's hosts, numbered from 0: the first is the server's own.
inline base::AddressBits host_bits(std::size_t host) {
  return bits_of(host == 0 ? "127.0.0.1" : "10.0.0." + std::to_string(host));
}

}  // namespace veche::fakes

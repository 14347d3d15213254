// IPv4 and IPv6 addresses with a port. Plain values; any thread.
#pragma once

#include "base/network.h"
#include "base/result.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace veche::net {

class Address {
 public:
  Address() = default;  // no family
  /// From what accept() or getsockname() gave. An IPv4-mapped IPv6 address becomes plain IPv4.
  explicit Address(const sockaddr* from, socklen_t length);

  /// `127.0.0.1:1898`, `[::1]:1898`. A numeric address only; names are the resolver's.
  static base::Result<Address> parse(std::string_view text);
  /// `127.0.0.1` or `::1` with a port beside it.
  static base::Result<Address> parse(std::string_view ip, std::uint16_t port);

  /// Bits that begin as an IPv4 address does become one.
  static Address of(const base::AddressBits& bits, std::uint16_t port = 0);

  /// `127.0.0.1:1898`, `[::1]:1898`; `local` without a family (a Unix socket's peer).
  std::string text() const;
  /// `127.0.0.1`, `::1`.
  std::string ip() const;
  std::uint16_t port() const;
  Address with_port(std::uint16_t port) const;
  /// All zero without a family.
  base::AddressBits bits() const;
  int family() const { return storage_.v6.sin6_family; }

  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const;

 private:
  // Not a sockaddr_storage: every connection holds an Address, and 28 bytes do where that takes 128.
  union Storage {
    sockaddr_in6 v6{};
    sockaddr_in v4;
  };
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  Storage storage_;
};

}  // namespace veche::net

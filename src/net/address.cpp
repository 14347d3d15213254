#include "net/address.h"

#include <net/if.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace veche::net {
namespace {

constexpr std::string_view kHint = "write it like 127.0.0.1:1898 or [::1]:1898";

base::Result<Address> not_an_address(std::string_view text) {
  return base::fail("address '" + std::string(text) + "'", "not an IPv4 or IPv6 address with a port",
                    std::string(kHint));
}

/// The interface that `fe80::1%eth0` names, by name or number; 0 if there is none.
unsigned scope_of(const std::string& zone) {
  unsigned index = if_nametoindex(zone.c_str());
  if (index == 0) std::from_chars(zone.data(), zone.data() + zone.size(), index);
  return index;
}

}  // namespace

Address::Address(const sockaddr* from, socklen_t length) {
  if (length >= sizeof(sockaddr_in) && from->sa_family == AF_INET) {
    std::memcpy(&storage_.v4, from, sizeof storage_.v4);
    return;
  }
  if (length < sizeof(sockaddr_in6) || from->sa_family != AF_INET6) return;
  sockaddr_in6 v6;
  std::memcpy(&v6, from, sizeof v6);
  if (!IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    storage_.v6 = v6;
    return;
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = v6.sin6_port;
  std::memcpy(&v4.sin_addr, &v6.sin6_addr.s6_addr[12], sizeof v4.sin_addr);
  storage_.v4 = v4;
}

base::Result<Address> Address::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return not_an_address(text);
  std::string_view ip = text.substr(0, colon);
  const bool bracketed = ip.size() > 2 && ip.front() == '[' && ip.back() == ']';
  if (bracketed) ip = ip.substr(1, ip.size() - 2);
  // `::1:80` may mean two things, so an IPv6 address needs its brackets, and only it has them.
  if (bracketed != (ip.find(':') != ip.npos)) return not_an_address(text);

  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    return base::fail("address '" + std::string(text) + "'", "the port must be a number from 0 to 65535",
                      std::string(kHint));
  }
  return parse(ip, port);
}

base::Result<Address> Address::parse(std::string_view ip, std::uint16_t port) {
  const std::size_t percent = std::min(ip.find('%'), ip.size());
  const std::string digits(ip.substr(0, percent));

  sockaddr_in v4{};
  if (percent == ip.size() && inet_pton(AF_INET, digits.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return Address(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  }
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET6, digits.c_str(), &v6.sin6_addr) != 1) return not_an_address(ip);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (percent < ip.size()) {
    v6.sin6_scope_id = scope_of(std::string(ip.substr(percent + 1)));
    if (v6.sin6_scope_id == 0) {
      return base::fail("address '" + std::string(ip) + "'", "no such network interface",
                        "'ip link' lists them");
    }
  }
  return Address(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
}

Address Address::of(const base::AddressBits& bits, std::uint16_t port) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, bits.data(), bits.size());
  return Address(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
}

std::string Address::ip() const {
  if (family() == AF_UNSPEC) return "local";
  std::string out = base::address_text(bits());
  if (family() == AF_INET6 && storage_.v6.sin6_scope_id != 0) {
    std::array<char, IF_NAMESIZE> name{};
    const char* known = if_indextoname(storage_.v6.sin6_scope_id, name.data());
    out += "%" + (known ? std::string(known) : std::to_string(storage_.v6.sin6_scope_id));
  }
  return out;
}

std::string Address::text() const {
  if (family() == AF_INET) return ip() + ":" + std::to_string(port());
  if (family() == AF_INET6) return "[" + ip() + "]:" + std::to_string(port());
  return ip();
}

std::uint16_t Address::port() const { return ntohs(storage_.v6.sin6_port); }

Address Address::with_port(std::uint16_t port) const {
  Address out = *this;
  out.storage_.v6.sin6_port = htons(port);
  return out;
}

base::AddressBits Address::bits() const {
  base::AddressBits bits{};
  if (family() == AF_INET) {
    bits[10] = bits[11] = 0xff;
    std::memcpy(&bits[12], &storage_.v4.sin_addr, 4);
  } else if (family() == AF_INET6) {
    std::memcpy(bits.data(), &storage_.v6.sin6_addr, bits.size());
  }
  return bits;
}

socklen_t Address::size() const {
  if (family() == AF_INET) return sizeof(sockaddr_in);
  return family() == AF_INET6 ? sizeof(sockaddr_in6) : 0;
}

}  // namespace veche::net

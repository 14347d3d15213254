// The header by which a proxy says whom it speaks for (haproxy, doc/proxy-protocol.txt, versions 1 and 2):
// once, before anything else on the connection.
//
//   1:  "PROXY TCP4 192.0.2.7 198.51.100.1 56324 6697\r\n", 107 bytes at most
//   2:  12 bytes of signature, version and command, family and protocol, length (16 bits), addresses,
//   extensions
//
// Read strictly, since there is nothing to guess: a proxy is configured to send it or not. Extensions (TLV)
// are skipped and never kept, so that the longest header takes no more memory than the shortest. Sans-I/O:
// bytes in any pieces. Pure; any thread.
#pragma once

#include "base/network.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace veche::wire {

/// Whom the proxy speaks for.
struct ProxySource {
  base::AddressBits address{};
  std::uint16_t port = 0;

  friend bool operator==(const ProxySource&, const ProxySource&) = default;
};

class ProxyHeader {
 public:
  enum class State : std::uint8_t { more, done, bad };

  /// Takes what belongs to the header off the front of `bytes`. Asked again after `done` or `bad`: nothing.
  State take(std::string_view& bytes);

  State state() const { return state_; }
  /// When done. Nothing: the proxy speaks for itself (LOCAL, as for a health check) or for somebody without
  /// an Internet address (UNKNOWN, AF_UNSPEC, AF_UNIX), and the connection's own address counts.
  const std::optional<ProxySource>& source() const { return source_; }
  /// When bad: why, for the log.
  std::string_view why() const { return why_; }

 private:
  static constexpr std::size_t kSignatureBytes = 12;
  static constexpr std::size_t kFixedBytes = 16;
  static constexpr std::size_t kAddressBytesMax = 36;  // of those that are looked at
  static constexpr std::size_t kLineBytesMax = 107;

  State take_line(std::string_view& bytes);
  State take_binary(std::string_view& bytes);
  bool keep(std::string_view& bytes, std::size_t wanted);
  State read_fixed();
  State finish_fixed(unsigned address_bytes);
  void read_addresses();
  State read_line(std::string_view line);
  State fail(std::string_view why);

  State state_ = State::more;
  std::uint8_t kept_ = 0;           // of buffer_
  std::uint8_t address_bytes_ = 0;  // of version 2, that are looked at
  bool fixed_read_ = false;
  std::uint32_t skip_ = 0;  // of version 2: behind them
  std::array<char, kLineBytesMax> buffer_{};
  std::optional<ProxySource> source_{};
  std::string_view why_{};
  static_assert(kFixedBytes + kAddressBytesMax <= kLineBytesMax);
};

}  // namespace veche::wire

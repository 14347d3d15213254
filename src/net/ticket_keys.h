// The keys that seal session tickets (RFC 5077, RFC 8446 section 4.6.1): what a client keeps for its next,
// shorter handshake. Whoever steals one can open what was recorded under it, so each seals for a while only
// and opens for as long again; then it is wiped. Contexts share them: a ticket outlives a new certificate.
#pragma once

#include "base/clock.h"

#include <array>
#include <mutex>
#include <optional>

namespace veche::net {

/// Any thread.
class TicketKeys {
 public:
  /// `clock` outlives them, and is called by any thread.
  explicit TicketKeys(const base::Clock& clock);
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  using Name = std::array<unsigned char, 16>;
  struct Key {
    Name name{};
    std::array<unsigned char, 32> cipher{};  // AES-256-CBC
    std::array<unsigned char, 32> mac{};     // HMAC-SHA-256
  };
  /// The one that seals now; nothing: OpenSSL has no random bytes.
  std::optional<Key> sealing();
  struct Opening {
    Key key{};
    bool old = false;  ///< a new ticket is due
  };
  /// The one of that name, as long as it opens tickets.
  std::optional<Opening> opening(const Name& name);

 private:
  bool rotate();

  const base::Clock& clock_;
  std::mutex mutex_;
  Key current_{};
  std::optional<Key> old_;
  std::optional<base::MonoTime> since_{};  // current_ seals; none: not made yet
};

}  // namespace veche::net

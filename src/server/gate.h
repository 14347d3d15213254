// Who is turned away at the door, before anything is made for him: no session, no thread, no handshake, no
// word to the chat. It keeps the chat's rule of how often one address and one network may come
// (chat/admission.h), by the peer's own address. The chat keeps it too, by the address that it is told, and
// how many may be here at once.
//
// A flood costs an accept, a look, a line and a close for each connection, and one line of the log a minute.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/network.h"
#include "chat/admission.h"
#include "chat/policy.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <unordered_map>

namespace veche::server {

/// Any thread.
class Gate {
 public:
  Gate(const base::Clock& clock, base::Log& log, chat::Policy policy);

  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void set_policy(chat::Policy policy);

  struct Verdict {
    chat::Arrival arrival = chat::Arrival::welcome;
    std::chrono::seconds retry_after{0};
  };
  /// Somebody connects from `address`: welcome, or too fast.
  Verdict knock(const base::AddressBits& address);

  /// Since the start.
  std::uint64_t turned_away() const { return turned_away_.load(std::memory_order_relaxed); }

 private:
  using Bucket = chat::RateLimit<base::MonoTime>;

  Verdict judge(const base::AddressBits& address, base::MonoTime now);
  Bucket bucket(const base::Network& network) const;
  void note_turned_away(const base::AddressBits& address, base::MonoTime now);
  void sweep(base::MonoTime now);

  const base::Clock& clock_;
  base::Log& log_;
  std::atomic<std::uint64_t> turned_away_{0};

  std::mutex mutex_;
  chat::Policy policy_;
  std::unordered_map<base::Network, Bucket, base::NetworkHash> buckets_;
  std::size_t sweep_at_ = 1024;
  base::MonoTime told_{};     // when the log was
  std::uint64_t untold_ = 0;  // turned away since
  bool has_told_ = false;
};

}  // namespace veche::server

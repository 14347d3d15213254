// Who may connect, and how fast wrong passwords are answered. Counts by address, network and name, in memory
// only. Nothing here ever refuses a right password: it only says how long the answer to a wrong one waits.
#pragma once

#include "base/clock.h"
#include "base/network.h"
#include "chat/event.h"
#include "chat/policy.h"
#include "chat/rate_limit.h"
#include "chat/undo_log.h"

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

namespace veche::chat {

// --- the rule, which two keep: the chat for everybody who connects, and the gate in front of it
// (server/gate.h) for those whom it need not hear of. Pure.

/// What the limits on connections say of one more.
enum class Arrival : std::uint8_t { welcome, too_many, too_fast, network_too_many, network_too_fast };

/// Of one that is not welcome.
CloseCause cause_of(Arrival arrival);
/// Whether no limit on connections holds for `address`.
bool is_exempt(const Policy& policy, const base::AddressBits& address);
/// The network that `address` counts for.
base::Network network_of(const Policy& policy, const base::AddressBits& address);
/// How often connections may come, of one address and of one network.
template <class Time>
Rate<Time> arrival_rate(unsigned per_window) {
  using Duration = typename Time::duration;
  if (per_window == 0) return {};
  return {per_window, std::chrono::duration_cast<Duration>(kConnectionWindow) / per_window};
}

// --- the chat's books

/// Connections of an address and of its network: at once, and new ones in kConnectionWindow. One thread: the
/// chat's.
class ConnectionCounter {
 public:
  ConnectionCounter(const Policy& policy, UndoLog& undo) : policy_(policy), undo_(undo) {}

  /// Counts a new connection, if it is welcome: then one `left` follows.
  Arrival came(const base::AddressBits& address, base::WallTime now);
  void left(const base::AddressBits& address, base::WallTime now);
  /// When the next connection of `address` would not be too fast.
  std::chrono::seconds retry_after(const base::AddressBits& address, base::WallTime now) const;
  /// By another policy, that holds already, other addresses are exempt or networks larger: counts those who
  /// are here anew.
  void recount(const std::vector<base::AddressBits>& here);
  /// As unsorted lines, for Chat::describe.
  std::vector<std::string> describe() const;

 private:
  struct Entry {
    unsigned open = 0;
    RateLimit<base::WallTime> rate;
  };
  struct Place {  // what an address counts for
    base::Network address;
    base::Network network;
  };
  Place place_of(const base::AddressBits& address) const;
  const Entry& entry_of(const base::Network& network) const;
  void one_left(const base::Network& network, base::WallTime now);
  void sweep(base::WallTime now);

  const Policy& policy_;
  UndoLog& undo_;
  // Addresses are networks of 128 bits. Where a network is no larger than that it has no entry of its own.
  std::unordered_map<base::Network, Entry, base::NetworkHash> entries_;
  std::size_t sweep_at_ = 1024;
};

/// Wrong passwords per address and per name. One thread: the chat's.
class GuessCounter {
 public:
  GuessCounter(const Policy& policy, UndoLog& undo) : policy_(policy), undo_(undo) {}

  /// Counts a wrong password or token; how long its answer is to wait. No name: only the address counts.
  std::chrono::milliseconds failed(const std::string& address, const std::string& folded_name,
                                   base::WallTime now);
  /// As unsorted lines, for Chat::describe.
  std::vector<std::string> describe() const;

 private:
  /// Failures, leaking at failed_logins_per_minute.
  struct Level {
    double failures = 0;
    base::WallTime at{};
  };
  double count(const std::string& key, base::WallTime now);
  void sweep(base::WallTime now);

  const Policy& policy_;
  UndoLog& undo_;
  std::unordered_map<std::string, Level> levels_;
  std::size_t sweep_at_ = 1024;
};

}  // namespace veche::chat

// Who may connect, and how fast wrong passwords are answered. Counts by address and by name, in memory only.
// Nothing here ever refuses a right password: it only says how long the answer to a wrong one waits.
#pragma once

#include "base/clock.h"
#include "chat/policy.h"
#include "chat/rate_limit.h"
#include "chat/undo_log.h"

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

namespace veche::chat {

/// Connections per address: at once, and new ones in kConnectionWindow. One thread: the chat's.
class ConnectionCounter {
 public:
  ConnectionCounter(const Policy& policy, UndoLog& undo) : policy_(policy), undo_(undo) {}

  enum class Verdict { welcome, too_many, too_fast };
  /// Counts a new connection, also one that is not welcome: each is followed by one `left`.
  Verdict came(const std::string& address, base::WallTime now);
  void left(const std::string& address, base::WallTime now);
  /// When the next connection of `address` would not be too_fast.
  std::chrono::seconds retry_after(const std::string& address, base::WallTime now) const;
  /// As unsorted lines, for Chat::describe.
  std::vector<std::string> describe() const;

 private:
  struct Entry {
    unsigned open = 0;
    RateLimit<base::WallTime> rate;
  };
  void sweep(base::WallTime now);
  Rate<base::WallTime> rate() const;

  const Policy& policy_;
  UndoLog& undo_;
  std::unordered_map<std::string, Entry> entries_;
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

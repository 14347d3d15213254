// What is known of one host while it is scanned: a byte a port, written by the threads that ask, read by the
// one that tells.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"
#include "scan/port_state.h"
#include "scan/report.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace veche::scan {

/// How it went with one thread's share of a host's ports.
struct ShareStats {
  std::uint64_t probes = 0;
  std::uint64_t retries = 0;
  std::size_t window = 0;
  std::optional<std::chrono::nanoseconds> round_trip;
};

/// A port is named by its index in the list of wanted ports; of those, the scan begins at `first`. `shares`
/// threads ask, each for ports of its own. Methods without a remark are for any thread.
class HostScan {
 public:
  HostScan(std::string name, net::Address address, std::size_t ports, std::size_t first, unsigned shares,
           base::MonoTime now);

  const std::string& name() const { return name_; }
  const net::Address& address() const { return address_; }
  std::size_t ports() const { return ports_; }
  std::size_t first() const { return first_; }

  /// A port is decided; not twice. Called by the thread whose share it is in, as are the next two.
  void decide(std::size_t index, Verdict verdict);
  /// The port stays undecided; should it never answer, this was the reason.
  void suspect(std::size_t index, Reason reason);
  /// What an open port said first; before decide().
  void keep_banner(std::size_t index, std::string banner);
  /// One share has nothing more to ask. The last one ends the scan of the host; gives whether it was that.
  bool finish_share(const ShareStats& stats, base::MonoTime now);
  /// The host cannot be asked: the first error stays.
  void fail(base::Error error);

  bool has_failed() const { return has_failed_.load(std::memory_order_relaxed); }
  bool is_finished() const { return shares_left_.load(std::memory_order_acquire) == 0; }
  Verdict verdict(std::size_t index) const;
  std::size_t decided() const { return decided_.load(std::memory_order_relaxed); }
  std::size_t open() const { return open_.load(std::memory_order_relaxed); }
  std::string banner(std::size_t index) const;
  /// So far; of an unfinished one the time is up to `now`.
  HostSummary summary(base::MonoTime now) const;

 private:
  const std::string name_;
  const net::Address address_;
  const std::size_t ports_;
  const std::size_t first_;
  const base::MonoTime started_;
  // A Verdict in a byte; atomic, since the reader looks while the others write.
  const std::unique_ptr<std::atomic<std::uint8_t>[]> verdicts_;
  std::atomic<std::size_t> decided_{0};
  std::atomic<std::size_t> open_{0};
  std::atomic<unsigned> shares_left_;
  std::atomic<bool> has_failed_{false};

  mutable std::mutex mutex_;  // of what follows
  std::map<std::size_t, std::string> banners_;
  ShareStats stats_;
  unsigned shares_heard_ = 0;  // that know a round trip
  std::optional<base::Error> error_;
  std::optional<base::MonoTime> finished_;
};

}  // namespace veche::scan

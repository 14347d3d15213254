// Hosts on their way through a scan: the threads take them at one end, each when it has room for another, and
// the one that tells of them takes them off at the other end, in order.
#pragma once

#include "base/clock.h"
#include "scan/host_scan.h"
#include "scan/plan.h"
#include "scan/targets.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace veche::scan {

/// One thread's share of a host: of its ports, in the order in which they are to be tried, every `shares`-th.
struct HostShare {
  std::shared_ptr<HostScan> host;
  unsigned number = 0;
  unsigned shares = 1;
};

/// For any thread.
class HostQueue {
 public:
  HostQueue(TargetList targets, const Plan& plan);

  std::uint64_t hosts() const { return hosts_; }

  /// The next host for thread `thread`. A host with many ports is shared by all threads, so that one host is
  /// scanned as fast as may be; of hosts with few, each thread has its own. Nothing: there is none, or, if
  /// !is_exhausted(thread), so many are unfinished that it has to wait.
  std::optional<HostShare> take(unsigned thread, base::MonoTime now);
  bool is_exhausted(unsigned thread) const;

  /// Hosts that were begun and are not taken off, in order.
  std::vector<std::shared_ptr<HostScan>> begun() const;
  /// The first of them; nothing: none.
  std::shared_ptr<HostScan> front() const;
  /// Takes it off; it is finished.
  void pop();
  /// The next address that nobody has begun with.
  std::optional<base::AddressBits> next_address();

 private:
  bool is_there(std::size_t number, base::MonoTime now);

  const Plan& plan_;
  const unsigned shares_;  // of a host
  const std::size_t begun_max_;
  const std::uint64_t hosts_;

  mutable std::mutex mutex_;
  TargetList targets_;
  std::deque<std::shared_ptr<HostScan>> begun_;
  std::size_t popped_ = 0;          // the number of begun_.front(), counted from the first host
  std::vector<std::size_t> taken_;  // how many hosts each thread has taken; one number for all if unshared
  bool is_over_ = false;            // no more addresses
};

}  // namespace veche::scan

#include "scan/host_scan.h"

#include "base/check.h"

#include <utility>

namespace veche::scan {
namespace {

std::uint8_t packed(Verdict verdict) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(verdict.state) << 4 |
                                   static_cast<unsigned>(verdict.reason));
}

Verdict unpacked(std::uint8_t byte) {
  return {static_cast<PortState>(byte >> 4), static_cast<Reason>(byte & 0x0f)};
}

}  // namespace

HostScan::HostScan(std::string name, net::Address address, std::size_t ports, std::size_t first,
                   unsigned shares, base::MonoTime now)
    : name_(std::move(name)),
      address_(address),
      ports_(ports),
      first_(first),
      started_(now),
      verdicts_(std::make_unique<std::atomic<std::uint8_t>[]>(ports)),
      shares_left_(shares) {}

void HostScan::decide(std::size_t index, Verdict verdict) {
  base::check(this->verdict(index).state == PortState::undecided, "a port is decided once");
  if (verdict.state == PortState::open) open_.fetch_add(1, std::memory_order_relaxed);
  decided_.fetch_add(1, std::memory_order_relaxed);
  verdicts_[index].store(packed(verdict), std::memory_order_release);
}

void HostScan::suspect(std::size_t index, Reason reason) {
  verdicts_[index].store(packed({PortState::undecided, reason}), std::memory_order_relaxed);
}

void HostScan::keep_banner(std::size_t index, std::string banner) {
  const std::lock_guard lock(mutex_);
  banners_[index] = std::move(banner);
}

bool HostScan::finish_share(const ShareStats& stats, base::MonoTime now) {
  {
    const std::lock_guard lock(mutex_);
    stats_.probes += stats.probes;
    stats_.retries += stats.retries;
    stats_.window += stats.window;
    if (stats.round_trip) {
      // The mean of the shares.
      const auto sum =
          stats_.round_trip.value_or(std::chrono::nanoseconds{}) * shares_heard_ + *stats.round_trip;
      stats_.round_trip = sum / ++shares_heard_;
    }
    finished_ = now;
  }
  return shares_left_.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

void HostScan::fail(base::Error error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
  has_failed_.store(true, std::memory_order_relaxed);
}

Verdict HostScan::verdict(std::size_t index) const {
  return unpacked(verdicts_[index].load(std::memory_order_acquire));
}

std::string HostScan::banner(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  const auto found = banners_.find(index);
  return found == banners_.end() ? std::string{} : found->second;
}

HostSummary HostScan::summary(base::MonoTime now) const {
  HostSummary summary;
  summary.ports = ports_ - first_;
  for (std::size_t index = first_; index < ports_; ++index) {
    switch (verdict(index).state) {
      case PortState::undecided:
        break;
      case PortState::open:
        ++summary.open;
        break;
      case PortState::closed:
        ++summary.closed;
        break;
      case PortState::filtered:
        ++summary.filtered;
        break;
    }
  }
  const std::lock_guard lock(mutex_);
  summary.probes = stats_.probes;
  summary.retries = stats_.retries;
  summary.window = stats_.window;
  summary.round_trip = stats_.round_trip;
  summary.duration = (is_finished() ? finished_.value_or(now) : now) - started_;
  summary.error = error_;
  return summary;
}

}  // namespace veche::scan

#include "scan/host_queue.h"

#include "net/address.h"

#include <algorithm>
#include <utility>

namespace veche::scan {
namespace {

// Fewer ports are not worth another thread.
constexpr std::size_t kSharedPortsMin = 1024;
// Ports of hosts that are begun and not told of: what a slow host at the front may hold up.
constexpr std::size_t kBegunPortsMax = 16u << 20;
constexpr std::size_t kBegunMax = 1u << 16;

}  // namespace

HostQueue::HostQueue(TargetList targets, const Plan& plan)
    : plan_(plan),
      shares_(plan.ports.size() >= kSharedPortsMin && !plan.is_sequential ? plan.threads : 1),
      begun_max_(std::clamp<std::size_t>(kBegunPortsMax / plan.ports.size(), 16, kBegunMax)),
      hosts_(targets.left()),
      targets_(std::move(targets)),
      taken_(shares_ > 1 ? plan.threads : 1) {}

/// Whether host `number` has been begun, which it is if it can be.
bool HostQueue::is_there(std::size_t number, base::MonoTime now) {
  if (number < popped_ + begun_.size()) return true;
  if (is_over_ || begun_.size() >= begun_max_) return false;
  auto target = targets_.next();
  if (!target) {
    is_over_ = true;
    return false;
  }
  std::size_t first = 0;
  if (number == 0) {
    const auto& ports = plan_.ports;
    const auto at = std::lower_bound(ports.begin(), ports.end(), plan_.first_port);
    first = static_cast<std::size_t>(at - ports.begin());
  }
  begun_.push_back(std::make_shared<HostScan>(std::move(target->name), net::Address::of(target->address),
                                              plan_.ports.size(), first, shares_, now));
  return true;
}

std::optional<HostShare> HostQueue::take(unsigned thread, base::MonoTime now) {
  const std::lock_guard lock(mutex_);
  const unsigned cursor = shares_ > 1 ? thread : 0;
  std::size_t& number = taken_[cursor];
  if (!is_there(number, now)) return std::nullopt;
  return HostShare{begun_[number++ - popped_], cursor, shares_};
}

bool HostQueue::is_exhausted(unsigned thread) const {
  const std::lock_guard lock(mutex_);
  return is_over_ && taken_[shares_ > 1 ? thread : 0] == popped_ + begun_.size();
}

std::vector<std::shared_ptr<HostScan>> HostQueue::begun() const {
  const std::lock_guard lock(mutex_);
  return {begun_.begin(), begun_.end()};
}

std::shared_ptr<HostScan> HostQueue::front() const {
  const std::lock_guard lock(mutex_);
  return begun_.empty() ? nullptr : begun_.front();
}

void HostQueue::pop() {
  const std::lock_guard lock(mutex_);
  begun_.pop_front();
  ++popped_;
}

std::optional<base::AddressBits> HostQueue::next_address() {
  const std::lock_guard lock(mutex_);
  const auto target = targets_.next();
  if (!target) return std::nullopt;
  return target->address;
}

}  // namespace veche::scan

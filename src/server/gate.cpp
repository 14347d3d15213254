#include "server/gate.h"

#include <algorithm>
#include <utility>

namespace veche::server {
namespace {

using chat::Arrival;

constexpr std::chrono::minutes kBetweenLogLines{1};

}  // namespace

Gate::Gate(const base::Clock& clock, base::Log& log, chat::Policy policy)
    : clock_(clock), log_(log), policy_(std::move(policy)) {}

void Gate::set_policy(chat::Policy policy) {
  const std::lock_guard lock(mutex_);
  policy_ = std::move(policy);
}

Gate::Verdict Gate::knock(const base::AddressBits& address) {
  const base::MonoTime now = clock_.mono();
  const std::lock_guard lock(mutex_);
  const Verdict verdict = judge(address, now);
  if (verdict.arrival != Arrival::welcome) note_turned_away(address, now);
  return verdict;
}

Gate::Verdict Gate::judge(const base::AddressBits& address, base::MonoTime now) {
  if (chat::is_exempt(policy_, address)) return {};
  sweep(now);
  const base::Network own{address, 128};
  const base::Network network = chat::network_of(policy_, address);
  const auto own_rate = chat::arrival_rate<base::MonoTime>(policy_.connections_per_window);
  const auto network_rate = chat::arrival_rate<base::MonoTime>(policy_.network_connections_per_window);
  Bucket mine = bucket(own);
  Bucket all = bucket(network);
  if (!mine.take(own_rate, now)) {
    return {Arrival::too_fast, std::chrono::ceil<std::chrono::seconds>(mine.wait(own_rate, now))};
  }
  if (network != own) {
    if (!all.take(network_rate, now)) {
      return {Arrival::network_too_fast,
              std::chrono::ceil<std::chrono::seconds>(all.wait(network_rate, now))};
    }
    buckets_[network] = all;
  }
  buckets_[own] = mine;
  return {};
}

Gate::Bucket Gate::bucket(const base::Network& network) const {
  const auto found = buckets_.find(network);
  return found == buckets_.end() ? Bucket() : found->second;
}

void Gate::note_turned_away(const base::AddressBits& address, base::MonoTime now) {
  turned_away_.fetch_add(1, std::memory_order_relaxed);
  ++untold_;
  if (has_told_ && now - told_ < kBetweenLogLines) return;
  log_.warning(
      "{} connects too often and is turned away at the door ({} turned away since the last such line)",
      base::address_text(address), std::exchange(untold_, 0));
  told_ = now;
  has_told_ = true;
}

/// Those that are as good as new.
void Gate::sweep(base::MonoTime now) {
  if (buckets_.size() < sweep_at_) return;
  std::erase_if(buckets_, [now](const auto& entry) { return entry.second.full(now); });
  sweep_at_ = std::max<std::size_t>(1024, 2 * buckets_.size());
}

}  // namespace veche::server

#include "chat/admission.h"

#include <algorithm>
#include <cmath>

namespace veche::chat {

using base::WallTime;

ConnectionCounter::Verdict ConnectionCounter::came(const std::string& address, WallTime now) {
  sweep(now);
  undo_.keep(entries_, address);
  Entry& entry = entries_[address];
  ++entry.open;
  const unsigned at_once = policy_.connections_per_address;
  if (at_once != 0 && entry.open > at_once) return Verdict::too_many;
  return entry.rate.take(rate(), now) ? Verdict::welcome : Verdict::too_fast;
}

Rate<WallTime> ConnectionCounter::rate() const {
  const unsigned per_window = policy_.connections_per_window;
  if (per_window == 0) return {};
  return {per_window, WallTime::duration(kConnectionWindow) / per_window};
}

void ConnectionCounter::left(const std::string& address, WallTime now) {
  const auto found = entries_.find(address);
  if (found == entries_.end()) return;
  undo_.keep(entries_, address);
  Entry& entry = found->second;
  if (entry.open > 0) --entry.open;
  if (entry.open == 0 && entry.rate.full(now)) entries_.erase(found);
}

std::chrono::seconds ConnectionCounter::retry_after(const std::string& address, WallTime now) const {
  const auto found = entries_.find(address);
  if (found == entries_.end()) return std::chrono::seconds{0};
  return std::chrono::ceil<std::chrono::seconds>(found->second.rate.wait(rate(), now));
}

std::vector<std::string> ConnectionCounter::describe() const {
  std::vector<std::string> lines;
  for (const auto& [address, entry] : entries_) {
    const auto full_at = entry.rate.full_at().time_since_epoch();
    lines.push_back("connections " + address + " " + std::to_string(entry.open) + " " +
                    std::to_string(full_at.count()));
  }
  return lines;
}

void ConnectionCounter::sweep(WallTime now) {
  if (entries_.size() < sweep_at_) return;
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (it->second.open == 0 && it->second.rate.full(now)) {
      undo_.keep(entries_, it->first);
      it = entries_.erase(it);
    } else {
      ++it;
    }
  }
  sweep_at_ = std::max<std::size_t>(1024, 2 * entries_.size());
}

std::chrono::milliseconds GuessCounter::failed(const std::string& address, const std::string& folded_name,
                                               WallTime now) {
  using std::chrono::milliseconds;
  if (policy_.failed_logins_per_minute == 0) return milliseconds{0};
  sweep(now);
  double level = count("@" + address, now);
  if (!folded_name.empty()) level = std::max(level, count("=" + folded_name, now));
  const double beyond = level - policy_.failed_logins_per_minute;
  if (beyond <= 0) return milliseconds{0};
  const double delay_s = std::min(std::exp2(std::min(beyond, 10.0)) / 2, 20.0);  // 1, 2, 4 ... 20 s
  return milliseconds{static_cast<long>(delay_s * 1000)};
}

double GuessCounter::count(const std::string& key, WallTime now) {
  undo_.keep(levels_, key);
  Level& level = levels_[key];
  const std::chrono::duration<double, std::ratio<60>> minutes = now - level.at;
  const double leaked = std::max(0.0, minutes.count()) * policy_.failed_logins_per_minute;
  level.failures = std::max(0.0, level.failures - leaked) + 1;
  level.at = now;
  return level.failures;
}

std::vector<std::string> GuessCounter::describe() const {
  std::vector<std::string> lines;
  for (const auto& [key, level] : levels_) {
    const auto at = level.at.time_since_epoch();
    lines.push_back("guesses " + key + " " + std::to_string(level.failures) + " " +
                    std::to_string(at.count()));
  }
  return lines;
}

void GuessCounter::sweep(WallTime now) {
  if (levels_.size() < sweep_at_) return;
  for (auto it = levels_.begin(); it != levels_.end();) {
    if (now - it->second.at > std::chrono::minutes{10}) {
      undo_.keep(levels_, it->first);
      it = levels_.erase(it);
    } else {
      ++it;
    }
  }
  sweep_at_ = std::max<std::size_t>(1024, 2 * levels_.size());
}

}  // namespace veche::chat

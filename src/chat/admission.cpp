#include "chat/admission.h"

#include <algorithm>
#include <cmath>

namespace veche::chat {

using base::AddressBits;
using base::Network;
using base::WallTime;

bool is_exempt(const Policy& policy, const AddressBits& address) {
  return std::any_of(policy.exempt.begin(), policy.exempt.end(),
                     [&](const Network& network) { return network.contains(address); });
}

Network network_of(const Policy& policy, const AddressBits& address) {
  return base::network_around(address, policy.ipv4_network_bits, policy.ipv6_network_bits);
}

// --- connections

ConnectionCounter::Place ConnectionCounter::place_of(const AddressBits& address) const {
  return {{address, 128}, network_of(policy_, address)};
}

const ConnectionCounter::Entry& ConnectionCounter::entry_of(const Network& network) const {
  static const Entry kFresh;
  const auto found = entries_.find(network);
  return found == entries_.end() ? kFresh : found->second;
}

Arrival ConnectionCounter::came(const AddressBits& address, WallTime now) {
  if (is_exempt(policy_, address)) return Arrival::welcome;
  sweep(now);
  const Place place = place_of(address);
  const bool two = place.network != place.address;
  const auto rate = arrival_rate<WallTime>(policy_.connections_per_window);
  const auto network_rate = arrival_rate<WallTime>(policy_.network_connections_per_window);
  const auto is_full = [](unsigned open, unsigned limit) { return limit != 0 && open >= limit; };
  Entry mine = entry_of(place.address);
  Entry all = entry_of(place.network);
  if (is_full(mine.open, policy_.connections_per_address)) return Arrival::too_many;
  if (is_full(all.open, policy_.connections_per_network)) return Arrival::network_too_many;
  if (!mine.rate.take(rate, now)) return Arrival::too_fast;
  if (!all.rate.take(network_rate, now)) return Arrival::network_too_fast;

  undo_.keep(entries_, place.address);
  ++mine.open;
  entries_[place.address] = mine;
  if (!two) return Arrival::welcome;
  undo_.keep(entries_, place.network);
  ++all.open;
  entries_[place.network] = all;
  return Arrival::welcome;
}

void ConnectionCounter::left(const AddressBits& address, WallTime now) {
  if (is_exempt(policy_, address)) return;
  const Place place = place_of(address);
  one_left(place.address, now);
  if (place.network != place.address) one_left(place.network, now);
}

void ConnectionCounter::one_left(const Network& network, WallTime now) {
  const auto found = entries_.find(network);
  if (found == entries_.end()) return;
  undo_.keep(entries_, network);
  Entry& entry = found->second;
  if (entry.open > 0) --entry.open;
  if (entry.open == 0 && entry.rate.full(now)) entries_.erase(found);
}

std::chrono::seconds ConnectionCounter::retry_after(const AddressBits& address, WallTime now) const {
  const Place place = place_of(address);
  const auto mine =
      entry_of(place.address).rate.wait(arrival_rate<WallTime>(policy_.connections_per_window), now);
  const auto all =
      entry_of(place.network).rate.wait(arrival_rate<WallTime>(policy_.network_connections_per_window), now);
  return std::chrono::ceil<std::chrono::seconds>(std::max(mine, all));
}

void ConnectionCounter::recount(const std::vector<AddressBits>& here) {
  undo_.keep_value(entries_);
  for (auto& [network, entry] : entries_) entry.open = 0;
  for (const AddressBits& address : here) {
    if (is_exempt(policy_, address)) continue;
    const Place place = place_of(address);
    ++entries_[place.address].open;
    if (place.network != place.address) ++entries_[place.network].open;
  }
}

std::vector<std::string> ConnectionCounter::describe() const {
  std::vector<std::string> lines;
  for (const auto& [network, entry] : entries_) {
    const auto full_at = entry.rate.full_at().time_since_epoch();
    lines.push_back("connections " + base::address_text(network.bits) + "/" + std::to_string(network.prefix) +
                    " " + std::to_string(entry.open) + " " + std::to_string(full_at.count()));
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

// --- guesses

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

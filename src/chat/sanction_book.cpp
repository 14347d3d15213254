#include "chat/sanction_book.h"

#include "base/check.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace veche::chat {

using base::Network;
using base::WallTime;

namespace {

bool holds(const SanctionRecord& sanction, WallTime now) {
  return sanction.expires == WallTime{} || now < sanction.expires;
}

/// Whichever of the two lasts longer; either may be null.
const SanctionRecord* longer(const SanctionRecord* a, const SanctionRecord* b) {
  if (a == nullptr || b == nullptr) return a == nullptr ? b : a;
  if (a->expires == WallTime{} || b->expires == WallTime{}) return a->expires == WallTime{} ? a : b;
  return a->expires >= b->expires ? a : b;
}

}  // namespace

std::chrono::seconds time_left(const SanctionRecord& sanction, WallTime now) {
  if (sanction.expires == WallTime{}) return std::chrono::seconds{0};
  return std::max(std::chrono::seconds{1}, std::chrono::ceil<std::chrono::seconds>(sanction.expires - now));
}

void SanctionBook::load(const DurableState& state) {
  base::check(sanctions_.empty(), "a sanction book is loaded once");
  for (const SanctionRecord& sanction : state.sanctions) set(sanction);
}

const SanctionRecord* SanctionBook::holding(const Key& key, WallTime now) const {
  const auto found = sanctions_.find(key);
  return found != sanctions_.end() && holds(found->second, now) ? &found->second : nullptr;
}

const SanctionRecord* SanctionBook::find(SanctionKind kind, const SanctionTarget& target,
                                         WallTime now) const {
  return holding({kind, target}, now);
}

const SanctionRecord* SanctionBook::find(SanctionKind kind, const Sanctionable& who, WallTime now) const {
  if (sanctions_.empty()) return nullptr;
  const SanctionRecord* found = find_network(kind, who.address, now);
  if (!who.folded_name.empty()) {
    found = longer(found, holding({kind, {SanctionOn::name, std::string(who.folded_name), {}}}, now));
  }
  if (!who.folded_account.empty()) {
    found = longer(found, holding({kind, {SanctionOn::account, std::string(who.folded_account), {}}}, now));
  }
  return found;
}

const SanctionRecord* SanctionBook::find_network(SanctionKind kind, const base::AddressBits& address,
                                                 WallTime now) const {
  const SanctionRecord* best = nullptr;
  for (const auto& [prefix, sanctions] : prefixes_) {
    const auto found = by_network_.find({kind, Network{Network::masked(address, prefix), prefix}});
    if (found != by_network_.end()) best = longer(best, holding({kind, found->second}, now));
  }
  return best;
}

std::vector<SanctionRecord> SanctionBook::list(SanctionKind kind, WallTime now) const {
  std::vector<SanctionRecord> list;
  for (const auto& [key, sanction] : sanctions_) {
    if (key.first == kind && holds(sanction, now)) list.push_back(sanction);
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.created < b.created; });
  return list;
}

void SanctionBook::impose(SanctionRecord sanction, WallTime now, Outbox& outbox) {
  forget_expired(now, outbox);
  const Key key{sanction.kind, sanction.target};
  if (const auto known = sanctions_.find(key); known != sanctions_.end()) {
    undo_.push([this, old = known->second] { set(old); });
  } else {
    undo_.push([this, key] { erase(key); });
  }
  set(sanction);
  outbox.keep(SanctionImposed{std::move(sanction)});
}

void SanctionBook::lift(SanctionKind kind, const SanctionTarget& target, WallTime now, Outbox& outbox) {
  const Key key{kind, target};
  undo_.push([this, old = sanctions_.at(key)] { set(old); });
  erase(key);
  outbox.keep(SanctionLifted{kind, target});
  forget_expired(now, outbox);
}

void SanctionBook::forget_expired(WallTime now, Outbox& outbox) {
  std::vector<SanctionRecord> over;
  for (const auto& [key, sanction] : sanctions_) {
    if (!holds(sanction, now)) over.push_back(sanction);
  }
  for (const SanctionRecord& sanction : over) {
    undo_.push([this, sanction] { set(sanction); });
    erase({sanction.kind, sanction.target});
    outbox.keep(SanctionLifted{sanction.kind, sanction.target});
  }
}

void SanctionBook::set(const SanctionRecord& sanction) {
  const auto [place, fresh] = sanctions_.insert_or_assign({sanction.kind, sanction.target}, sanction);
  if (!fresh || sanction.target.on != SanctionOn::network) return;
  by_network_[{sanction.kind, sanction.target.network}] = sanction.target;
  count(sanction.target, +1);
}

void SanctionBook::erase(const Key& key) {
  const bool known = sanctions_.erase(key) > 0;
  base::check(known, "a sanction is there before it goes");
  if (key.second.on != SanctionOn::network) return;
  by_network_.erase({key.first, key.second.network});
  count(key.second, -1);
}

void SanctionBook::count(const SanctionTarget& target, int change) {
  const std::uint8_t prefix = target.network.prefix;
  prefixes_[prefix] += static_cast<std::size_t>(change);
  if (prefixes_[prefix] == 0) prefixes_.erase(prefix);
}

std::vector<std::string> SanctionBook::describe() const {
  std::vector<std::string> lines;
  for (const auto& [key, sanction] : sanctions_) {
    lines.push_back((sanction.kind == SanctionKind::ban ? "ban on " : "mute on ") +
                    std::to_string(static_cast<int>(sanction.target.on)) + " " + sanction.target.text + " " +
                    std::to_string(sanction.target.network.prefix) + " by " + sanction.by + " " +
                    std::to_string(sanction.created.time_since_epoch().count()) + " " +
                    std::to_string(sanction.expires.time_since_epoch().count()) + " " + sanction.reason);
  }
  lines.push_back("networks " + std::to_string(by_network_.size()) + " prefixes " +
                  std::to_string(prefixes_.size()));
  return lines;
}

}  // namespace veche::chat

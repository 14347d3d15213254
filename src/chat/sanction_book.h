// Bans and mutes: on names, on accounts, on networks. Each ends by itself when its time is over; those that
// have are forgotten when the next one is imposed or lifted. Every change is a row in the outbox and an
// inverse in the undo log.
#pragma once

#include "base/clock.h"
#include "base/network.h"
#include "chat/outbox.h"
#include "chat/records.h"
#include "chat/undo_log.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace veche::chat {

/// Somebody, as far as a sanction can be on him.
struct Sanctionable {
  std::string_view folded_name;     ///< empty: he has not said yet
  std::string_view folded_account;  ///< empty: a guest
  const base::AddressBits& address;
};

/// One thread: the chat's. Pointers given out hold until the next change.
class SanctionBook {
 public:
  explicit SanctionBook(UndoLog& undo) : undo_(undo) {}

  void load(const DurableState& state);

  /// The sanction on `who`, the one that lasts longest if there are several; null: none.
  const SanctionRecord* find(SanctionKind kind, const Sanctionable& who, base::WallTime now) const;
  /// The one on exactly this target; null: none.
  const SanctionRecord* find(SanctionKind kind, const SanctionTarget& target, base::WallTime now) const;
  /// Those of a kind that hold, by creation.
  std::vector<SanctionRecord> list(SanctionKind kind, base::WallTime now) const;
  std::size_t size() const { return sanctions_.size(); }

  /// New, or in place of the one on the same target.
  void impose(SanctionRecord sanction, base::WallTime now, Outbox& outbox);
  /// Call with a target that has one.
  void lift(SanctionKind kind, const SanctionTarget& target, base::WallTime now, Outbox& outbox);

  /// As unsorted lines, for Chat::describe.
  std::vector<std::string> describe() const;

 private:
  using Key = std::pair<SanctionKind, SanctionTarget>;

  const SanctionRecord* find_network(SanctionKind kind, const base::AddressBits& address,
                                     base::WallTime now) const;
  const SanctionRecord* holding(const Key& key, base::WallTime now) const;
  void forget_expired(base::WallTime now, Outbox& outbox);
  void set(const SanctionRecord& sanction);
  void erase(const Key& key);
  void count(const SanctionTarget& target, int change);

  UndoLog& undo_;
  std::map<Key, SanctionRecord> sanctions_;
  // By kind and network alone, for finding an address: one look for each length of prefix that is in use.
  std::map<std::uint8_t, std::size_t> prefixes_;
  std::map<std::pair<SanctionKind, base::Network>, SanctionTarget> by_network_;
};

/// What is left of a sanction, rounded up; 0: it has no end.
std::chrono::seconds time_left(const SanctionRecord& sanction, base::WallTime now);

}  // namespace veche::chat

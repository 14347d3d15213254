// Registered rooms in the memory journal: what the rows about them make of a state. As in SQLite, what is
// there cannot be added, and changing what is not there changes nothing.
#pragma once

#include "base/result.h"
#include "chat/records.h"

namespace veche::store {

/// Borrows the state. One thread, the journal's.
struct MemoryCharters {
  chat::DurableState& state;

  base::Result<> apply(const chat::RoomRegistered& row) const;
  base::Result<> apply(const chat::RoomTransferred& row) const;
  base::Result<> apply(const chat::RoomDropped& row) const;
  base::Result<> apply(const chat::RoomRulesKept& row) const;
  base::Result<> apply(const chat::RoomMaskAdded& row) const;
  base::Result<> apply(const chat::RoomMaskRemoved& row) const;
  base::Result<> apply(const chat::StandingRankSet& row) const;
  base::Result<> apply(const chat::StandingRankRemoved& row) const;

  /// What goes with an account that is removed.
  void forget(base::AccountId account) const;

 private:
  chat::CharterRecord* find(base::RoomId room) const;
  bool has_account(base::AccountId account) const;
};

}  // namespace veche::store

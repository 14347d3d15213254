// Registered rooms in the database: their charters, and what they keep of their state.
#pragma once

#include "base/result.h"
#include "chat/records.h"
#include "store/sqlite.h"

namespace veche::store {

/// Part of the journal; one thread, its own.
class CharterTable {
 public:
  explicit CharterTable(const Database& database);

  /// What somebody's edit of the file has made of no use is left out.
  base::Result<> load(chat::DurableState& state) const;

  base::Result<> write(const chat::RoomRegistered& row);
  base::Result<> write(const chat::RoomTransferred& row);
  base::Result<> write(const chat::RoomDropped& row);
  base::Result<> write(const chat::RoomRulesKept& row);
  base::Result<> write(const chat::RoomMaskAdded& row);
  base::Result<> write(const chat::RoomMaskRemoved& row);
  base::Result<> write(const chat::StandingRankSet& row);
  base::Result<> write(const chat::StandingRankRemoved& row);
  /// All of them go.
  base::Result<> clear() { return clear_.run(); }

 private:
  base::Result<> load_masks(chat::DurableState& state) const;
  base::Result<> load_ranks(chat::DurableState& state) const;

  const Database& database_;
  Statement register_, transfer_, drop_, keep_rules_, add_mask_, remove_mask_, set_rank_, remove_rank_,
      clear_;
};

}  // namespace veche::store

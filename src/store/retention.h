// Messages that are past their time are deleted, in slices, oldest first. Never the newest one, whose id
// tells where the ids go on.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "store/message_indexes.h"
#include "store/sqlite.h"

#include <chrono>

namespace veche::store {

/// How long after a sweep the next one begins, by the wall clock.
inline constexpr std::chrono::minutes kSweepPause{1};

/// Lives on the journal's thread and connection.
class Retention {
 public:
  /// `keep`: how long a message is kept; 0: for ever.
  Retention(const Database& database, std::chrono::milliseconds keep);

  /// Whether a sweep goes on or is to begin.
  bool due(base::WallTime now) const;

  /// Looks at the next slice of messages and deletes those that are older than the retention, from the index
  /// too, in one transaction. The sweep ends at a slice in which nothing had to go.
  base::Result<> sweep_slice(Database& database, MessageIndexes& indexes, base::WallTime now);

 private:
  Statement next_rows_, newest_, delete_;
  std::chrono::milliseconds keep_;
  base::MessageId swept_up_to_;
  bool sweeping_ = true;
  base::WallTime last_sweep_{};
};

}  // namespace veche::store

// How fast people change their names and join rooms: both are told to everybody who sees them, so one who
// does little else would fill the screens of all. In memory only, and of those alone who have done it lately.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "chat/policy.h"
#include "chat/rate_limit.h"
#include "chat/undo_log.h"

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

namespace veche::chat {

/// One thread: the chat's.
class PaceBook {
 public:
  PaceBook(const Policy& policy, UndoLog& undo) : policy_(policy), undo_(undo) {}

  /// Counts it, and gives 0; or, if he does it too fast, how long until he may.
  std::chrono::seconds rename(base::UserId user, base::WallTime now);
  std::chrono::seconds join(base::UserId user, base::WallTime now);
  /// As unsorted lines, for Chat::describe.
  std::vector<std::string> describe() const;

 private:
  using Bucket = RateLimit<base::WallTime>;
  struct Entry {
    Bucket renames;
    Bucket joins;
  };
  std::chrono::seconds take(base::UserId user, Bucket Entry::*which, unsigned per_minute, base::WallTime now);
  void sweep(base::WallTime now);

  const Policy& policy_;
  UndoLog& undo_;
  std::unordered_map<base::UserId, Entry> entries_;
  std::size_t sweep_at_ = 256;
};

}  // namespace veche::chat

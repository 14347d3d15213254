#include "chat/pace_book.h"

#include <algorithm>

namespace veche::chat {

using base::UserId;
using base::WallTime;
using std::chrono::seconds;

seconds PaceBook::rename(UserId user, WallTime now) {
  return take(user, &Entry::renames, policy_.renames_per_minute, now);
}

seconds PaceBook::join(UserId user, WallTime now) {
  return take(user, &Entry::joins, policy_.joins_per_minute, now);
}

seconds PaceBook::take(UserId user, Bucket Entry::*which, unsigned per_minute, WallTime now) {
  if (per_minute == 0) return seconds{0};
  const Rate<WallTime> rate{per_minute, WallTime::duration(std::chrono::minutes{1}) / per_minute};
  sweep(now);
  const auto found = entries_.find(user);
  Entry entry = found == entries_.end() ? Entry{} : found->second;
  if (!(entry.*which).take(rate, now)) return std::chrono::ceil<seconds>((entry.*which).wait(rate, now));
  undo_.keep(entries_, user);
  entries_[user] = entry;
  return seconds{0};
}

std::vector<std::string> PaceBook::describe() const {
  std::vector<std::string> lines;
  const auto at = [](const Bucket& bucket) {
    return std::to_string(bucket.full_at().time_since_epoch().count());
  };
  for (const auto& [user, entry] : entries_) {
    lines.push_back("pace " + std::to_string(user.value) + " " + at(entry.renames) + " " + at(entry.joins));
  }
  return lines;
}

/// Those that are as good as new, whose owners may have gone.
void PaceBook::sweep(WallTime now) {
  if (entries_.size() < sweep_at_) return;
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (it->second.renames.full(now) && it->second.joins.full(now)) {
      undo_.keep(entries_, it->first);
      it = entries_.erase(it);
    } else {
      ++it;
    }
  }
  sweep_at_ = std::max<std::size_t>(256, 2 * entries_.size());
}

}  // namespace veche::chat

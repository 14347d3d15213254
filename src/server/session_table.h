// Who is connected, by session id: for the one loop that gave out the ids, in ascending order. So a plain
// sorted table does, of 16 bytes a session, where a hash map takes 40. An entry that has gone stays as a gap
// until gaps are the larger half: nothing is moved each time that somebody goes.
#pragma once

#include "base/check.h"
#include "base/ids.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace veche::server {

/// Borrows its entries. One thread.
template <class Entry>
class SessionTable {
 public:
  /// `id` is higher than every one before it.
  void add(base::SessionId id, Entry& entry) {
    base::check(rows_.empty() || rows_.back().id < id, "session ids ascend");
    rows_.push_back({id, &entry});
  }
  /// Null: there is none, or no more.
  Entry* find(base::SessionId id) const {
    const auto row = row_of(rows_, id);
    return row == rows_.end() || row->id != id ? nullptr : row->entry;
  }
  void remove(base::SessionId id) {
    const auto row = row_of(rows_, id);
    if (row == rows_.end() || row->id != id || row->entry == nullptr) return;
    row->entry = nullptr;
    if (++gaps_ <= rows_.size() / 2) return;
    std::erase_if(rows_, [](const Row& one) { return one.entry == nullptr; });
    gaps_ = 0;
  }
  std::size_t size() const { return rows_.size() - gaps_; }

 private:
  struct Row {
    base::SessionId id;
    Entry* entry;  // null: a gap
  };
  template <class Rows>
  static auto row_of(Rows& rows, base::SessionId id) {
    return std::lower_bound(rows.begin(), rows.end(), id,
                            [](const Row& row, base::SessionId wanted) { return row.id < wanted; });
  }

  std::vector<Row> rows_;
  std::size_t gaps_ = 0;
};

}  // namespace veche::server

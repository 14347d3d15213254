// The journal of a server without a store, and of tests: the same answers as SQLite gives, gone with the
// process.
#pragma once

#include "store/journal.h"

#include <chrono>
#include <cstddef>
#include <memory>

namespace veche::store {

struct MemoryOptions {
  std::chrono::milliseconds retention{0};  ///< older messages are deleted; 0: kept for ever
  std::size_t messages_max = 0;            ///< past it the oldest go, at the next maintenance; 0: no limit
};

/// One thread, as every journal; its readers may be on others.
class MemoryJournal final : public Journal {
 public:
  explicit MemoryJournal(MemoryOptions options = {});
  ~MemoryJournal() override;

  base::Result<chat::DurableState> load(std::size_t recent_per_room) override;
  base::Result<> commit(std::span<const chat::Row> rows) override;
  base::Result<> probe() override { return {}; }
  bool maintain(base::WallTime now, bool idle) override;

  /// A reader that may outlive the journal.
  std::unique_ptr<HistoryReader> reader() const;

 private:
  struct History;
  class Reader;

  const MemoryOptions options_;
  chat::DurableState state_;  // but for `recent`
  std::shared_ptr<History> history_;
};

}  // namespace veche::store

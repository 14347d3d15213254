// When the write-ahead log is copied into the database, which SQLite would otherwise do in the middle of a
// commit (wal_autocheckpoint is off). Measured: a checkpoint near 1,000 pages takes 10-20 ms, at 4,000 or
// 16,000 a commit stalls for 24-95 ms. So: soon when idle, at kCheckpointPages in any case, and a log that
// readers kept from being reused until it passed kWalBytesMax is cut.
#pragma once

#include "base/result.h"
#include "store/sqlite.h"

#include <cstdint>

namespace veche::store {

/// Lives on the journal's thread and connection, which must be the only one that writes.
class Checkpointer {
 public:
  /// From now on counts what each commit of `database` adds to the log.
  explicit Checkpointer(Database& database);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// Checkpoints if it is time to. Never waits for readers: what they hold back is for the next time.
  base::Result<> run(bool idle);
  /// Copies everything and empties the log; waits a moment for readers. For the end.
  base::Result<> close();

  /// Pages in the log, copied or not.
  std::int64_t wal_pages() const { return pages_; }

 private:
  static int on_commit(void* self, sqlite3* connection, const char* schema, int pages);
  base::Result<> checkpoint(int mode);

  Database& database_;
  std::int64_t pages_ = 0;          // in the log now
  std::int64_t pages_highest_ = 0;  // since the file was last cut, so its size
  std::int64_t pages_at_last_ =
      0;  // when last checkpointed, so that a reader in the way is not run against each time
};

}  // namespace veche::store

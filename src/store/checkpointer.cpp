#include "store/checkpointer.h"

#include "base/limits.h"

#include <algorithm>

namespace veche::store {

namespace limits = base::limits;

namespace {

constexpr std::int64_t kIdlePages = 100;        // fewer are not worth the fsync
constexpr std::int64_t kPageBytes = 4096 + 24;  // a page of SQLite's default size, and its frame header
constexpr std::int64_t kWalPagesMax = static_cast<std::int64_t>(limits::kWalBytesMax) / kPageBytes;

}  // namespace

Checkpointer::Checkpointer(Database& database) : database_(database) {
  sqlite3_wal_autocheckpoint(database_.connection(), 0);
  sqlite3_wal_hook(database_.connection(), &Checkpointer::on_commit, this);
}

Checkpointer::~Checkpointer() { sqlite3_wal_hook(database_.connection(), nullptr, nullptr); }

int Checkpointer::on_commit(void* self, sqlite3*, const char*, int pages) {
  auto& checkpointer = *static_cast<Checkpointer*>(self);
  if (pages < checkpointer.pages_) checkpointer.pages_at_last_ = 0;  // everything was copied: begun anew
  checkpointer.pages_ = pages;
  checkpointer.pages_highest_ = std::max(checkpointer.pages_highest_, checkpointer.pages_);
  return SQLITE_OK;
}

base::Result<> Checkpointer::run(bool idle) {
  const std::int64_t fresh = pages_ - pages_at_last_;
  if (fresh < (idle ? kIdlePages : std::int64_t{limits::kCheckpointPages})) return {};
  if (pages_highest_ <= kWalPagesMax) return checkpoint(SQLITE_CHECKPOINT_PASSIVE);
  database_.set_busy_timeout(std::chrono::milliseconds{0});
  auto done = checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
  database_.set_busy_timeout(kBusyTimeout);
  return done;
}

base::Result<> Checkpointer::close() { return checkpoint(SQLITE_CHECKPOINT_TRUNCATE); }

base::Result<> Checkpointer::checkpoint(int mode) {
  int in_log = 0;
  int copied = 0;
  pages_at_last_ = pages_;
  const int status = sqlite3_wal_checkpoint_v2(database_.connection(), "main", mode, &in_log, &copied);
  if (status != SQLITE_OK && (status & 0xFF) != SQLITE_BUSY) return tl::unexpected(database_.error());
  if (mode == SQLITE_CHECKPOINT_TRUNCATE && status == SQLITE_OK) pages_ = pages_highest_ = pages_at_last_ = 0;
  return {};
}

}  // namespace veche::store

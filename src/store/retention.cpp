#include "store/retention.h"

#include "base/limits.h"

#include <string>
#include <vector>

namespace veche::store {

Retention::Retention(const Database& database, std::chrono::milliseconds keep)
    : next_rows_(
          database.statement("SELECT id, time, room, text FROM messages WHERE id > ? ORDER BY id LIMIT ?")),
      newest_(database.statement("SELECT max(id) FROM messages")),
      delete_(database.statement("DELETE FROM messages WHERE id = ?")),
      keep_(keep) {}

bool Retention::due(base::WallTime now) const {
  if (keep_ == keep_.zero()) return false;
  // A clock that was set back must not put the next sweep off until it has caught up.
  return sweeping_ || now >= last_sweep_ + kSweepPause || now < last_sweep_;
}

base::Result<> Retention::sweep_slice(Database& database, MessageIndexes& indexes, base::WallTime now) {
  if (!sweeping_) swept_up_to_ = {};
  sweeping_ = true;

  auto transaction = Transaction::begin(database, Database::Access::write);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto newest = newest_.number();
  if (!newest) return tl::unexpected(newest.error());

  struct Expired {
    base::MessageId id;
    base::RoomId room;
    std::string text;
  };
  std::vector<Expired> expired;
  base::MessageId last = swept_up_to_;
  bool kept_some = false;
  bool at_end = true;
  {
    Rows rows = next_rows_.query(static_cast<std::int64_t>(swept_up_to_.value),
                                 static_cast<std::int64_t>(base::limits::kIndexSliceRows));
    while (true) {
      const auto row = rows.next();
      if (!row) return tl::unexpected(row.error());
      if (!*row) break;
      at_end = false;
      last = rows.id<base::MessageId>(0);
      const base::WallTime time = rows.time(1);
      if (rows.integer(0) != *newest && time < now - keep_) {
        expired.push_back({last, rows.id<base::RoomId>(2), std::string(rows.text(3))});
      } else if (time <= now) {  // one from the future, said while the clock ran ahead, does not shield those
                                 // behind it
        kept_some = true;
      }
    }
  }
  std::size_t unindexed = 0;
  for (const Expired& message : expired) {
    if (message.id > indexes.indexed_up_to()) ++unindexed;
    if (auto done = indexes.remove(message.id, message.room, message.text); !done) return done;
    if (auto done = delete_.run(message.id); !done) return done;
  }
  if (!expired.empty()) {
    if (auto done = transaction->commit(); !done) return done;
    indexes.note_deleted(unindexed);
  }
  swept_up_to_ = last;
  sweeping_ = !at_end && !(expired.empty() && kept_some);
  if (!sweeping_) last_sweep_ = now;
  return {};
}

}  // namespace veche::store

#include "tests/fakes/faulty_journal.h"

namespace veche::fakes {

FaultyJournal::FaultyJournal(store::Journal& behind) : behind_(behind) {}

base::Result<chat::DurableState> FaultyJournal::load(std::size_t recent_per_room) {
  return behind_.load(recent_per_room);
}

base::Result<> FaultyJournal::commit(std::span<const chat::Row> rows) {
  if (commits_to_fail_ > 0 || (fails_ && fails_(rows))) {
    if (commits_to_fail_ > 0) --commits_to_fail_;
    ++failures_;
    return tl::unexpected(error_);
  }
  if (before_) before_(rows);
  auto done = behind_.commit(rows);
  ++(done ? commits_ : failures_);
  if (done && after_) after_(rows);
  return done;
}

base::Result<> FaultyJournal::probe() {
  ++probes_;
  if (probes_to_fail_ > 0) {
    --probes_to_fail_;
    return tl::unexpected(error_);
  }
  return behind_.probe();
}

bool FaultyJournal::maintain(base::WallTime now, bool idle) { return behind_.maintain(now, idle); }

}  // namespace veche::fakes

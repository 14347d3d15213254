// What outlives a simulated process: its journal, in memory or in a SQLite file, with a disk in between that
// may be full and a process that may die in the middle of a commit.
#pragma once

#include "store/memory_journal.h"
#include "store/sqlite_journal.h"
#include "tests/fakes/chat_commands.h"
#include "tests/fakes/fake_workers.h"
#include "tests/fakes/faulty_journal.h"
#include "tests/fakes/temp_dir.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace veche::simulator {

/// Thrown where the process dies.
struct Died {};

/// One thread.
class Disk final : public fakes::FakeArchive {
 public:
  explicit Disk(bool sqlite);

  fakes::FaultyJournal& journal() { return *faulty_; }
  /// Told of every commit that was taken.
  void on_commit(fakes::FaultyJournal::Hook hook);

  /// Where the next commit dies. `within`: before or after, nobody knows; only a file can be torn like that.
  enum class Doom : std::uint8_t { none, before, within, after };
  void doom(Doom where) { doom_ = where; }
  Doom doom() const { return doom_; }

  /// A new process opens what the old one has left; `killed`: it had no time to close it. Gives the rows of a
  /// commit that the old one died within: all of them are there, or none.
  std::vector<chat::Row> reopen(bool killed, fakes::SeededChoice& choose);

  std::vector<chat::Message> last(const chat::HistoryGranted& grant) override;
  std::vector<chat::Message> search(const chat::SearchGranted& grant) override;
  /// The whole history of a room.
  std::vector<chat::Message> all(base::RoomId room);

 private:
  void open();
  store::HistoryReader& reader();
  std::uintmax_t log_bytes() const;

  std::optional<fakes::TempDir> directory_;
  std::filesystem::path file_;
  std::uint64_t files_ = 0;
  std::unique_ptr<store::MemoryJournal> memory_;
  std::unique_ptr<store::SqliteJournal> sqlite_;
  std::unique_ptr<fakes::FaultyJournal> faulty_;
  std::unique_ptr<store::HistoryReader> reader_;
  fakes::FaultyJournal::Hook on_commit_;
  Doom doom_ = Doom::none;
  std::vector<chat::Row> torn_;
  std::uintmax_t log_bytes_before_ = 0;
};

}  // namespace veche::simulator

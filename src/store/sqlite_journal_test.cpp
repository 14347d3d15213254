#include "store/sqlite_journal.h"

#include "base/limits.h"
#include "store/memory_journal.h"
#include "store/sqlite_reader.h"
#include "tests/fakes/journal_rows.h"
#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <csignal>
#include <random>
#include <string>
#include <vector>

namespace veche::store {
namespace {

// What it shares with other journals is in journal_test.cpp.

namespace fs = std::filesystem;
namespace limits = base::limits;
using namespace std::chrono_literals;
using fakes::ids;
using fakes::kStart;
using fakes::said;

using Batch = std::vector<chat::Row>;
using Ids = std::vector<std::uint64_t>;

/// While it lives, no file of this process may grow past `bytes`: writes fail as on a failing disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_DFL);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

class SqliteJournalTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteJournal> open(std::chrono::milliseconds retention = 0ms,
                                      std::size_t index_rows_min = 1) {
    auto journal =
        SqliteJournal::open({.file = file_,
                             .retention = retention,
                             .on_maintenance_error = [this](const auto& error) { errors_.push_back(error); },
                             .index_rows_min = index_rows_min});
    EXPECT_TRUE(journal) << journal.error().text();
    return std::move(*journal);
  }
  std::unique_ptr<SqliteReader> reader() { return SqliteReader::open(file_).value(); }
  Batch many(std::uint64_t first, std::uint64_t count, const std::string& text = "слово") {
    Batch rows;
    for (std::uint64_t id = first; id < first + count; ++id) rows.push_back(said(id, 1, text));
    return rows;
  }
  static void commit(Journal& journal, const Batch& rows) {
    const auto done = journal.commit(rows);
    ASSERT_TRUE(done) << done.error().text();
  }
  static void settle(Journal& journal, base::WallTime now = kStart) {
    while (journal.maintain(now, true)) {
    }
  }
  std::int64_t number(const char* sql) {
    const Database database = std::move(Database::open(file_, Database::Access::write).value());
    return database.statement(sql).number().value();
  }
  /// What FTS5 itself thinks of the index.
  testing::AssertionResult index_is_sound() {
    Database database = std::move(Database::open(file_, Database::Access::write).value());
    const auto done = database.execute("INSERT INTO message_index(message_index) VALUES ('integrity-check')");
    if (done) return testing::AssertionSuccess();
    return testing::AssertionFailure() << done.error().text();
  }

  fakes::TempDir directory_;
  const fs::path file_ = directory_ / "veche.db";
  std::vector<base::Error> errors_;
};

TEST_F(SqliteJournalTest, EverythingIsThereAfterReopening) {
  commit(*open(), {fakes::account(1, "Алиса"), fakes::token(1, 1), fakes::address("::1", 1),
                   fakes::room(1, "#зала"), said(1, 1, "привет"),
                   fakes::imposed(fakes::sanction(chat::SanctionKind::ban, fakes::on_name("боб")))});
  const auto journal = open();
  const chat::DurableState state = journal->load(10).value();
  EXPECT_EQ(state.accounts.size() + state.tokens.size() + state.addresses.size() + state.rooms.size(), 4u);
  EXPECT_EQ(state.sanctions.size(), 1u);
  ASSERT_EQ(state.recent.size(), 1u);
  EXPECT_EQ(state.recent[0]->text, "привет");
  EXPECT_EQ(state.last_message.value, 1u);
}

TEST_F(SqliteJournalTest, ASanctionThatSomebodysEditSpoiltIsPassedOver) {
  const auto journal = open();
  const auto ban = fakes::sanction(chat::SanctionKind::ban, fakes::on_a_network());
  const auto mute = fakes::sanction(chat::SanctionKind::mute, fakes::on_name("a"));
  for (const char* edit :
       {"network = x'00'", "network = x''", "network = zeroblob(17)", "prefix = 129", "prefix = -1",
        "prefix = 16", "kind = 2", "kind = -1", "target_kind = 3", "target_kind = -1", "network = 'text'"}) {
    commit(*journal, {fakes::imposed(ban), fakes::imposed(mute)});
    Database database = std::move(Database::open(file_, Database::Access::write).value());
    const std::string sql = "UPDATE sanctions SET " + std::string(edit) + " WHERE kind = 0";
    ASSERT_TRUE(database.execute(sql.c_str()));
    const auto loaded = journal->load(0)->sanctions;
    ASSERT_EQ(loaded.size(), 1u) << edit;
    EXPECT_EQ(loaded[0].target.text, "a");
    ASSERT_TRUE(database.execute("DELETE FROM sanctions"));
  }
}

TEST_F(SqliteJournalTest, AClosedOneLeavesOneFile) {
  commit(*open(), many(1, 100));
  EXPECT_FALSE(fs::exists(directory_ / "veche.db-wal") && fs::file_size(directory_ / "veche.db-wal") > 0);
}

TEST_F(SqliteJournalTest, NothingCommittedIsLostWithoutAClose) {
  const auto journal = open();
  commit(*journal, many(1, 300));
  settle(*journal);
  commit(*journal, many(301, 200));
  // What a killed process leaves behind: the files as they are at this moment.
  const fakes::TempDir killed;
  for (const char* name : {"veche.db", "veche.db-wal"}) fs::copy_file(directory_ / name, killed / name);

  const auto recovered = SqliteJournal::open({.file = killed / "veche.db"}).value();
  EXPECT_EQ(recovered->load(1)->last_message.value, 500u);
  EXPECT_EQ(recovered->rows_behind(), 200u);
  const std::vector<base::RoomId> rooms{{1}};
  EXPECT_EQ(SqliteReader::open(killed / "veche.db").value()->search(rooms, "слово", {500}, 1000)->size(),
            500u);
}

TEST_F(SqliteJournalTest, PowerDurabilityOpensAndCommits) {
  const auto journal = SqliteJournal::open({.file = file_, .durability = Durability::power}).value();
  EXPECT_TRUE(journal->commit(many(1, 10)));
}

TEST_F(SqliteJournalTest, AnInputOutputErrorKeepsNothingOfTheBatch) {
  const auto journal = open();
  commit(*journal, many(1, 10));
  {
    const FileSizeLimit limit(fs::file_size(directory_ / "veche.db-wal"));
    const auto done = journal->commit(many(11, 100));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "database " + file_.string());
    EXPECT_EQ(done.error().why, "input/output error while writing");
    EXPECT_FALSE(journal->probe());
    EXPECT_EQ(journal->load(1000)->last_message.value, 10u);
    EXPECT_EQ(reader()->last({1}, {999}, 1000)->size(), 10u);
  }
  EXPECT_TRUE(journal->probe());
  EXPECT_TRUE(journal->commit(many(11, 100)));
  EXPECT_EQ(reader()->last({1}, {999}, 1000)->size(), 110u);
}

TEST_F(SqliteJournalTest, FailedMaintenanceIsToldOnceAndGoesOnAfterAWrite) {
  const auto journal = open();
  commit(*journal, many(1, 1'000));
  {
    const FileSizeLimit limit(fs::file_size(directory_ / "veche.db-wal"));
    EXPECT_FALSE(journal->maintain(kStart, true));
    EXPECT_FALSE(journal->maintain(kStart, true));
    EXPECT_EQ(errors_.size(), 1u);
  }
  EXPECT_EQ(journal->rows_behind(), 1'000u);
  EXPECT_TRUE(journal->probe());
  settle(*journal);
  EXPECT_EQ(journal->rows_behind(), 0u);
  EXPECT_EQ(errors_.size(), 1u);
  EXPECT_TRUE(index_is_sound());
}

TEST_F(SqliteJournalTest, AFullDiskIsCalledThat) {
  Database database = std::move(Database::open(file_, Database::Access::write).value());
  ASSERT_TRUE(database.execute("PRAGMA max_page_count = 8; CREATE TABLE t(x)"));
  Statement fill = database.statement("INSERT INTO t VALUES (zeroblob(100000))");
  const auto done = fill.run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().text(), "database " + file_.string() + ": the disk is full (free some space)");
}

TEST_F(SqliteJournalTest, AFewRowsAreNotWorthIndexing) {
  const auto journal = open(0ms, 500);
  commit(*journal, many(1, 499));
  settle(*journal);
  EXPECT_EQ(journal->rows_behind(), 499u);
  commit(*journal, many(500, 1));
  settle(*journal);
  EXPECT_EQ(journal->rows_behind(), 0u);
}

TEST_F(SqliteJournalTest, OneCallIndexesOneSlice) {
  const auto journal = open();
  commit(*journal, many(1, limits::kIndexSliceRows + 1));
  EXPECT_TRUE(journal->maintain(kStart, true));
  EXPECT_EQ(journal->rows_behind(), 1u);
  EXPECT_FALSE(journal->maintain(kStart, true));
  EXPECT_EQ(journal->rows_behind(), 0u);
}

TEST_F(SqliteJournalTest, WhenBusyTheIndexWaitsUntilItIsFarBehind) {
  const auto journal = open();
  commit(*journal, many(1, limits::kIndexBehindRowsMax - 1, "x"));
  EXPECT_FALSE(journal->maintain(kStart, false));
  EXPECT_EQ(journal->rows_behind(), limits::kIndexBehindRowsMax - 1);
  commit(*journal, many(limits::kIndexBehindRowsMax, 1, "x"));
  EXPECT_FALSE(journal->maintain(kStart, false));
  EXPECT_EQ(journal->rows_behind(), limits::kIndexBehindRowsMax - limits::kIndexSliceRows);
}

TEST_F(SqliteJournalTest, TheIndexIsWhereItWasAfterReopening) {
  {
    const auto journal = open();
    commit(*journal, many(1, limits::kIndexSliceRows + 5));
    journal->maintain(kStart, true);
  }
  const auto journal = open();
  EXPECT_EQ(journal->rows_behind(), 5u);
}

TEST_F(SqliteJournalTest, TheLogIsCopiedWhenIdleAndReusedByTheNextCommit) {
  const auto journal = open(0ms, 1'000'000);
  commit(*journal, many(1, 50));
  const auto small = journal->wal_pages();
  journal->maintain(kStart, true);
  commit(*journal, many(51, 50));
  EXPECT_GT(journal->wal_pages(), small) << "a few pages are not worth a checkpoint";
  std::uint64_t next = 101;
  for (int round = 0; round < 2; ++round) {
    commit(*journal, many(next, 5'000, std::string(100, 'x')));
    ASSERT_GT(journal->wal_pages(), 100);
    journal->maintain(kStart, true);
    commit(*journal, many(next + 5'000, 1));
    EXPECT_LT(journal->wal_pages(), 20);
    next += 5'001;
  }
}

TEST_F(SqliteJournalTest, WhenBusyTheLogIsCopiedOnceItIsLong) {
  const auto journal = open(0ms, 1'000'000);
  std::uint64_t next = 1;
  const auto add = [&](std::uint64_t rows) {
    commit(*journal, many(next, rows, std::string(1'000, 'x')));
    next += rows;
    journal->maintain(kStart, false);
  };
  add(2'000);
  ASSERT_LT(journal->wal_pages(), static_cast<std::int64_t>(limits::kCheckpointPages));
  const auto before = journal->wal_pages();
  add(1);
  ASSERT_GT(journal->wal_pages(), before);
  add(2'000);
  add(1);
  EXPECT_LT(journal->wal_pages(), 100);
}

TEST_F(SqliteJournalTest, AReaderInTheWayStopsNeitherCommitsNorMaintenance) {
  const auto journal = open();
  commit(*journal, many(1, 3'000));
  Database reading = std::move(Database::open(file_, Database::Access::read).value());
  {
    const auto snapshot = Transaction::begin(reading, Database::Access::read).value();
    EXPECT_EQ(reading.statement("SELECT count(*) FROM messages").number().value(), 3'000);
    for (std::uint64_t batch = 1; batch < 5; ++batch) {
      commit(*journal, many(batch * 3'000 + 1, 3'000));
      settle(*journal);
    }
    EXPECT_EQ(reading.statement("SELECT count(*) FROM messages").number().value(), 3'000);
  }
  EXPECT_TRUE(errors_.empty());
  EXPECT_EQ(reading.statement("SELECT count(*) FROM messages").number().value(), 15'000);
}

TEST_F(SqliteJournalTest, AReaderCannotWrite) {
  const auto journal = open();
  Database reading = std::move(Database::open(file_, Database::Access::read).value());
  const auto done = reading.execute("UPDATE meta SET value = 0");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().why, "the file or its directory is read-only");
}

TEST_F(SqliteJournalTest, RetentionGoesOnPastItsFirstSlice) {
  const auto journal = open(1h);
  const std::uint64_t old = 2 * limits::kIndexSliceRows + 7;
  commit(*journal, many(1, old));
  journal->maintain(kStart, true);  // one slice in the index, the rest not
  commit(*journal, Batch{said(old + 1, 1, "слово", kStart + 2h)});
  settle(*journal, kStart + 2h);
  EXPECT_EQ(ids(reader()->last({1}, {99'999}, 99'999).value()), Ids{old + 1});
  EXPECT_EQ(journal->rows_behind(), 0u);
  EXPECT_TRUE(index_is_sound());
  EXPECT_EQ(number("SELECT count(*) FROM message_index WHERE message_index MATCH 'слово'"), 1);
}

TEST_F(SqliteJournalTest, MessagesFromTheFutureDoNotShieldOldOnes) {
  const auto journal = open(1h);
  Batch rows;
  for (std::uint64_t id = 1; id <= limits::kIndexSliceRows; ++id)
    rows.push_back(said(id, 1, "x", kStart + 9'000h));
  rows.push_back(said(limits::kIndexSliceRows + 1, 1, "x", kStart));
  rows.push_back(said(limits::kIndexSliceRows + 2, 1, "x", kStart + 3h));
  commit(*journal, rows);
  settle(*journal, kStart + 3h);
  EXPECT_EQ(ids(reader()->last({1}, {99'999}, 2).value()),
            (Ids{limits::kIndexSliceRows, limits::kIndexSliceRows + 2}));
}

Ids loaded_ids(Journal& journal, std::size_t recent_per_room) {
  Ids out;
  const auto state = journal.load(recent_per_room);
  for (const auto& message : state.value().recent) out.push_back(message->id.value);
  return out;
}

/// Whatever the order of commits, indexing and deleting: SQLite's answers are those of the plain journal.
TEST_F(SqliteJournalTest, AgreesWithThePlainJournalInAnyOrderOfWork) {
  const char* const words[] = {"мир",   "Мир", "миру", "йод",  "иод", "и\u0306од", "їжак",    "іжак", "п'ять",
                               "п’ять", "cat", "CAT",  "cats", "c",   "c++",       "foo-bar", "foo",  "bar",
                               "😀",     "++",  "ёж",   "еж",   "não", "nao",       "№5",      "5"};
  for (unsigned seed = 1; seed <= 4; ++seed) {
    const fakes::TempDir directory;
    const fs::path file = directory / "veche.db";
    auto journal = SqliteJournal::open({.file = file, .retention = 48h, .index_rows_min = 1}).value();
    MemoryJournal plain({.retention = 48h});
    auto reading = SqliteReader::open(file).value();
    const auto plain_reading = plain.reader();
    const Batch rooms_to_talk_in{fakes::room(1, "#a"), fakes::room(2, "#b"), fakes::room(3, "#c")};
    ASSERT_TRUE(journal->commit(rooms_to_talk_in));
    ASSERT_TRUE(plain.commit(rooms_to_talk_in));

    std::mt19937 random(seed);
    const auto pick = [&random](std::size_t below) { return static_cast<std::size_t>(random() % below); };
    const auto text = [&](std::size_t length) {
      std::string out;
      for (std::size_t i = 0; i < length; ++i)
        out += std::string(i ? (pick(6) ? " " : ", ") : "") + words[pick(std::size(words))];
      return out;
    };
    std::uint64_t id = 0;
    base::WallTime now = kStart;
    std::size_t found_some = 0;
    for (int step = 0; step < 150; ++step) {
      now += 37min;
      switch (pick(10)) {
        default: {
          Batch rows;
          for (std::size_t i = pick(8); i > 0; --i)
            rows.push_back(said(id += 1 + pick(2), 1 + pick(3), text(1 + pick(5)), now));
          ASSERT_TRUE(journal->commit(rows));
          ASSERT_TRUE(plain.commit(rows));
          break;
        }
        case 0:
        case 1:
          settle(*journal, now);
          settle(plain, now);
          break;
        case 2:
          journal.reset();
          journal = SqliteJournal::open({.file = file, .retention = 48h, .index_rows_min = 1}).value();
          break;
      }
      const std::size_t recent = pick(6);
      ASSERT_EQ(loaded_ids(*journal, recent), loaded_ids(plain, recent))
          << "seed " << seed << ", step " << step;
      std::vector<base::RoomId> rooms;
      for (std::uint64_t room = 1; room <= 3; ++room)
        if (pick(3)) rooms.push_back({room});
      const std::string query = text(1 + pick(2));
      const base::MessageId up_to{pick(4) ? id : pick(id + 1)};
      const std::size_t count = pick(3) ? 100 : pick(5);
      const auto expected = ids(plain_reading->search(rooms, query, up_to, count).value());
      ASSERT_EQ(ids(reading->search(rooms, query, up_to, count).value()), expected)
          << "seed " << seed << ", step " << step << ": " << query;
      const base::RoomId room{1 + pick(3)};
      ASSERT_EQ(ids(reading->last(room, up_to, count).value()),
                ids(plain_reading->last(room, up_to, count).value()));
      found_some += !expected.empty();
    }
    EXPECT_GT(found_some, 20u);
    Database database = std::move(Database::open(file, Database::Access::write).value());
    EXPECT_TRUE(database.execute("INSERT INTO message_index(message_index) VALUES ('integrity-check')"));
  }
}

}  // namespace
}  // namespace veche::store

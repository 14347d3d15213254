#include "store/schema.h"

#include "store/sqlite_journal.h"
#include "store/sqlite_reader.h"
#include "tests/fakes/journal_rows.h"
#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>
#include <string>
#include <vector>

namespace veche::store {
namespace {

namespace fs = std::filesystem;

class Schema : public ::testing::Test {
 protected:
  Database open() { return std::move(Database::open(file_, Database::Access::write).value()); }
  void execute(const char* sql) {
    Database database = open();
    const auto done = database.execute(sql);
    ASSERT_TRUE(done) << done.error().text();
  }
  std::int64_t number(const char* sql) {
    const Database database = open();
    return database.statement(sql).number().value();
  }
  base::Error refusal() {
    auto journal = SqliteJournal::open({.file = file_});
    return journal ? base::Error{} : journal.error();
  }
  void write_file(const std::string& bytes, std::streamoff at = 0) {
    std::fstream out(file_, std::ios::binary | std::ios::in | std::ios::out);
    if (!out) out.open(file_, std::ios::binary | std::ios::out);
    out.seekp(at);
    out << bytes;
  }

  fakes::TempDir directory_;
  const fs::path file_ = directory_ / "veche.db";
};

TEST_F(Schema, ANewFileIsMarkedAsOurs) {
  ASSERT_TRUE(SqliteJournal::open({.file = file_}));
  EXPECT_EQ(number("PRAGMA application_id"), kApplicationId);
  EXPECT_EQ(number("PRAGMA user_version"), static_cast<std::int64_t>(migrations().size()));
}

TEST_F(Schema, TheFileIsItsOwnersAlone) {
  const auto journal = SqliteJournal::open({.file = file_});
  ASSERT_TRUE(journal);
  for (const char* name : {"veche.db", "veche.db-wal", "veche.db-shm"}) {
    EXPECT_EQ(fs::status(directory_ / name).permissions(), fs::perms::owner_read | fs::perms::owner_write)
        << name;
  }
}

TEST_F(Schema, EachMigrationRunsOnce) {
  const std::vector<Migration> one{"CREATE TABLE ran(step); INSERT INTO ran VALUES (1)"};
  const std::vector<Migration> three{one[0], "INSERT INTO ran VALUES (2)", "INSERT INTO ran VALUES (3)"};
  for (const auto* steps : {&one, &one, &three, &three}) {
    Database database = open();
    const auto done = prepare_schema(database, *steps);
    ASSERT_TRUE(done) << done.error().text();
  }
  EXPECT_EQ(number("SELECT count(*) FROM ran"), 3);
  EXPECT_EQ(number("SELECT sum(step) FROM ran"), 6);
  EXPECT_EQ(number("PRAGMA user_version"), 3);
}

TEST_F(Schema, AFailedMigrationChangesNothing) {
  const std::vector<Migration> one{"CREATE TABLE ran(step)"};
  const std::vector<Migration> three{one[0], "INSERT INTO ran VALUES (2)",
                                     "INSERT INTO no_such_table VALUES (3)"};
  Database database = open();
  ASSERT_TRUE(prepare_schema(database, one));
  EXPECT_FALSE(prepare_schema(database, three));
  EXPECT_EQ(number("PRAGMA user_version"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM ran"), 0);
}

TEST_F(Schema, AFileOfANewerVecheIsRefused) {
  ASSERT_TRUE(SqliteJournal::open({.file = file_}));
  execute("PRAGMA user_version = 99");
  const base::Error error = refusal();
  EXPECT_EQ(error.what, "database " + file_.string());
  EXPECT_EQ(error.why, "made by a newer veche: its version is 99, this one knows up to " +
                           std::to_string(migrations().size()));
  EXPECT_NE(error.hint.find("install the newer veche"), std::string::npos);
  EXPECT_EQ(number("PRAGMA user_version"), 99);
}

TEST_F(Schema, AFileOfTheFirstVersionIsBroughtUpToDateWithAllThatIsInIt) {
  {
    Database database = open();
    ASSERT_TRUE(prepare_schema(database, migrations().first(1)));
    const auto done = database.execute(
        "INSERT INTO accounts(id, name, password_hash, created, scram_salt)"
        " VALUES (3, 'Алиса', '$argon2id$hash', 1000, x'01');"
        "INSERT INTO tokens VALUES (zeroblob(32), 3, 1000, 2000);"
        "INSERT INTO addresses VALUES (3, '::1', 3000);"
        "INSERT INTO rooms VALUES (2, '#зала', 4000);"
        "INSERT INTO messages VALUES (7, 2, 5000, 0, 3, 'Алиса', 'привет');"
        "INSERT INTO messages VALUES (9, 2, 6000, 0, 3, 'Алиса', 'not indexed yet');"
        "INSERT INTO message_index(rowid, text) VALUES (7, 'привет');"
        "UPDATE meta SET value = 7 WHERE key = 'indexed_up_to'");
    ASSERT_TRUE(done) << done.error().text();
  }
  ASSERT_EQ(number("PRAGMA user_version"), 1);
  const auto journal = SqliteJournal::open({.file = file_});
  ASSERT_TRUE(journal) << journal.error().text();
  const chat::DurableState state = (*journal)->load(10).value();
  ASSERT_EQ(state.accounts.size(), 1u);
  EXPECT_EQ(state.accounts[0].name, "Алиса");
  EXPECT_EQ(state.tokens.size(), 1u);
  EXPECT_EQ(state.addresses.size(), 1u);
  ASSERT_EQ(state.rooms.size(), 1u);
  EXPECT_EQ(state.rooms[0].name, "#зала");
  EXPECT_EQ(state.rooms[0].slow, std::chrono::seconds{0});
  EXPECT_TRUE(state.sanctions.empty());
  ASSERT_EQ(state.recent.size(), 2u);
  EXPECT_EQ(state.recent[0]->text, "привет");
  EXPECT_EQ(state.recent[1]->text, "not indexed yet");
  EXPECT_EQ(SqliteReader::open(file_).value()->last({2}, {9}, 10)->size(), 2u);
  EXPECT_EQ(state.last_account.value, 3u);
  EXPECT_EQ(state.last_room.value, 2u);
  EXPECT_EQ(number("SELECT count(*) FROM accounts WHERE scram_salt = x'01'"), 1);
  const std::vector<base::RoomId> rooms{{2}};
  EXPECT_EQ(SqliteReader::open(file_).value()->search(rooms, "Привет", {7}, 10)->size(), 1u);

  const auto ban = fakes::sanction(chat::SanctionKind::ban, fakes::on_a_network());
  ASSERT_TRUE((*journal)->commit(
      std::vector<chat::Row>{fakes::imposed(ban), chat::RoomSlowed{{2}, std::chrono::seconds{5}}}));
  EXPECT_EQ((*journal)->load(10)->sanctions.size(), 1u);
  EXPECT_EQ((*journal)->load(10)->rooms[0].slow, std::chrono::seconds{5});
}

TEST_F(Schema, AnotherProgramsFileIsRefusedAndLeftAsItIs) {
  execute("CREATE TABLE recipes(name)");
  EXPECT_EQ(refusal().why, "it belongs to another program");
  EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema"), 1);
  execute("DROP TABLE recipes; PRAGMA application_id = 7");
  EXPECT_EQ(refusal().why, "it belongs to another program");
}

TEST_F(Schema, WhatIsNoDatabaseIsRefused) {
  write_file(std::string(4096, 'x'));
  const base::Error error = refusal();
  EXPECT_EQ(error.what, "database " + file_.string());
  EXPECT_NE(error.why.find("not a database"), std::string::npos) << error.text();
  EXPECT_NE(error.hint.find("restore a backup"), std::string::npos);
  EXPECT_NE(error.hint.find(".recover"), std::string::npos);
}

TEST_F(Schema, ADamagedFileIsRefused) {
  {
    auto journal = SqliteJournal::open({.file = file_}).value();
    std::vector<chat::Row> rows;
    for (std::uint64_t id = 1; id <= 2'000; ++id) rows.push_back(fakes::said(id, 1, std::string(100, 'x')));
    ASSERT_TRUE(journal->commit(rows));
  }
  ASSERT_EQ(refusal().text(), "");
  ASSERT_GT(fs::file_size(file_), 40 * 4096u);
  write_file(std::string(4096, '\x5A'), 30 * 4096);
  const base::Error error = refusal();
  EXPECT_EQ(error.what, "database " + file_.string());
  EXPECT_NE(error.why.find("damaged"), std::string::npos) << error.text();
  EXPECT_NE(error.hint.find(".recover"), std::string::npos);
}

TEST_F(Schema, AFileThatIsCutOffIsRefused) {
  {
    auto journal = SqliteJournal::open({.file = file_}).value();
    std::vector<chat::Row> rows;
    for (std::uint64_t id = 1; id <= 2'000; ++id) rows.push_back(fakes::said(id, 1, std::string(100, 'x')));
    ASSERT_TRUE(journal->commit(rows));
  }
  fs::resize_file(file_, 20 * 4096);
  EXPECT_NE(refusal().why.find("damaged"), std::string::npos) << refusal().text();
}

TEST_F(Schema, ADirectoryInTheFilesPlaceIsRefused) {
  fs::create_directory(file_);
  EXPECT_EQ(refusal().why, "Is a directory");
}

TEST_F(Schema, AccountsHaveRoomForScramKeys) {
  auto journal = SqliteJournal::open({.file = file_}).value();
  ASSERT_TRUE(journal->commit(std::vector<chat::Row>{fakes::account(1, "a")}));
  execute(
      "UPDATE accounts SET scram_salt = x'01', scram_iterations = 4096, scram_stored_key = x'02',"
      " scram_server_key = x'03'");
  // A new password makes keys of the old one worthless, and dangerous.
  ASSERT_TRUE(journal->commit(std::vector<chat::Row>{chat::PasswordChanged{{1}, "new"}}));
  EXPECT_EQ(number("SELECT count(*) FROM accounts WHERE scram_salt IS NULL AND scram_iterations IS NULL"
                   " AND scram_stored_key IS NULL AND scram_server_key IS NULL"),
            1);
}

}  // namespace
}  // namespace veche::store

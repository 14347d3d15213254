#include "store/sqlite.h"

#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>

#include <array>

namespace veche::store {
namespace {

class Sqlite : public ::testing::Test {
 protected:
  fakes::TempDir directory_;
  Database database_ = std::move(Database::open(directory_ / "x.db", Database::Access::write).value());
};

TEST_F(Sqlite, ValuesComeBackAsTheyWereBound) {
  ASSERT_TRUE(database_.execute("CREATE TABLE t(a, b, c, d, e, f)"));
  const std::array<std::uint8_t, 3> bytes{0, 1, 255};
  const std::string text("a\0b", 3);
  const base::WallTime time{std::chrono::microseconds{-5}};
  ASSERT_TRUE(database_.statement("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)")
                  .run(base::RoomId{7}, text, bytes, time, base::RoomId{}, std::string_view{}));
  Statement select = database_.statement("SELECT * FROM t");
  Rows rows = select.query();
  ASSERT_TRUE(rows.next().value());
  EXPECT_EQ(rows.id<base::RoomId>(0).value, 7u);
  EXPECT_EQ(rows.text(1), text);
  EXPECT_TRUE(std::ranges::equal(rows.blob(2), bytes));
  EXPECT_EQ(rows.time(3), time);
  EXPECT_TRUE(rows.is_null(4));
  EXPECT_FALSE(rows.id<base::RoomId>(4));
  EXPECT_FALSE(rows.is_null(5));
  EXPECT_EQ(rows.text(5), "");
  EXPECT_FALSE(rows.next().value());
}

TEST_F(Sqlite, AnIdPastSqlitesRangeIsTheHighest) {
  EXPECT_EQ(database_.statement("SELECT ?").number(base::MessageId{~0ull}).value(),
            std::numeric_limits<std::int64_t>::max());
}

TEST_F(Sqlite, ValuesOfTheLastRunAreGoneInTheNext) {
  Statement statement = database_.statement("SELECT ? IS NULL");
  EXPECT_EQ(statement.number(base::RoomId{1}).value(), 0);
  EXPECT_EQ(statement.number(base::RoomId{}).value(), 1);
}

TEST_F(Sqlite, WithoutACommitATransactionLeavesNothing) {
  ASSERT_TRUE(database_.execute("CREATE TABLE t(a)"));
  {
    const auto transaction = Transaction::begin(database_, Database::Access::write);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(database_.execute("INSERT INTO t VALUES (1)"));
  }
  EXPECT_EQ(database_.statement("SELECT count(*) FROM t").number().value(), 0);
  {
    auto transaction = Transaction::begin(database_, Database::Access::write).value();
    ASSERT_TRUE(database_.execute("INSERT INTO t VALUES (1)"));
    ASSERT_TRUE(transaction.commit());
  }
  EXPECT_EQ(database_.statement("SELECT count(*) FROM t").number().value(), 1);
}

TEST_F(Sqlite, AnErrorNamesTheFile) {
  Statement wrong = database_.statement("SELECT * FROM nowhere");
  const auto done = wrong.run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().what, "database " + (directory_ / "x.db").string());
  EXPECT_EQ(done.error().why, "no such table: nowhere");
}

TEST_F(Sqlite, AMissingFileCannotBeRead) {
  const auto missing = Database::open(directory_ / "missing.db", Database::Access::read);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().text(),
            "database " + (directory_ / "missing.db").string() +
                ": cannot be opened: No such file or directory (look at its owner and mode)");
}

TEST_F(Sqlite, AFileThatAnotherHoldsIsReportedAsThat) {
  ASSERT_TRUE(database_.execute("CREATE TABLE t(a)"));
  Database other = std::move(Database::open(directory_ / "x.db", Database::Access::write).value());
  const auto held = Transaction::begin(other, Database::Access::write);
  ASSERT_TRUE(held);
  database_.set_busy_timeout(std::chrono::milliseconds{0});
  const auto second = Transaction::begin(database_, Database::Access::write);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().why, "another program holds it");
}

}  // namespace
}  // namespace veche::store

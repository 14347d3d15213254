#include "store/memory_journal.h"

#include "tests/fakes/faulty_journal.h"
#include "tests/fakes/journal_rows.h"

#include <gtest/gtest.h>

namespace veche::store {
namespace {

// What it shares with SQLite is in journal_test.cpp.

TEST(MemoryJournal, PastItsLimitTheOldestMessagesGo) {
  MemoryJournal journal({.messages_max = 2});
  const std::vector<chat::Row> rows{fakes::said(1, 1, "a"), fakes::said(2, 1, "b"), fakes::said(3, 1, "c")};
  ASSERT_TRUE(journal.commit(rows));
  EXPECT_FALSE(journal.maintain(fakes::kStart, false));
  EXPECT_EQ(fakes::ids(journal.reader()->last({1}, {9}, 10).value()), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(journal.load(10)->last_message.value, 3u);
}

TEST(MemoryJournal, AReaderMayOutliveIt) {
  auto journal = std::make_unique<MemoryJournal>();
  ASSERT_TRUE(journal->commit(std::vector<chat::Row>{fakes::said(1, 1, "a")}));
  const auto reader = journal->reader();
  journal.reset();
  EXPECT_EQ(reader->last({1}, {9}, 10)->size(), 1u);
}

// The fake that other tests put in front of one.

using fakes::FaultyJournal;
using fakes::room;
using fakes::said;

const std::vector<chat::Row> kRows{room(1, "#a")};

TEST(FaultyJournal, FailsAsOftenAsToldAndKeepsNothing) {
  MemoryJournal behind;
  FaultyJournal journal(behind);
  journal.fail_next(2);
  EXPECT_FALSE(journal.commit(kRows));
  EXPECT_EQ(journal.commit(kRows).error().why, "the disk is full");
  EXPECT_TRUE(behind.load(1)->rooms.empty());
  EXPECT_TRUE(journal.commit(kRows));
  EXPECT_EQ(journal.load(1)->rooms.size(), 1u);
  EXPECT_EQ(journal.failures(), 2u);
  EXPECT_EQ(journal.commits(), 1u);
}

TEST(FaultyJournal, FailsWhereThePredicateHolds) {
  MemoryJournal behind;
  FaultyJournal journal(behind);
  journal.fail_when([](std::span<const chat::Row> rows) { return rows.size() > 1; });
  EXPECT_FALSE(journal.commit(std::vector<chat::Row>{said(1, 1, "a"), said(2, 1, "b")}));
  EXPECT_TRUE(journal.commit(std::vector<chat::Row>{said(1, 1, "a")}));
}

TEST(FaultyJournal, ProbesFailAsOftenAsTold) {
  MemoryJournal behind;
  FaultyJournal journal(behind);
  journal.fail_next_probes(1);
  EXPECT_FALSE(journal.probe());
  EXPECT_TRUE(journal.probe());
  EXPECT_EQ(journal.probes(), 2u);
}

}  // namespace
}  // namespace veche::store

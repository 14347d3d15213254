// What registered rooms keep, in each journal alike; and an edited or an older file.
#include "store/charter_table.h"

#include "store/memory_journal.h"
#include "store/schema.h"
#include "store/sqlite_journal.h"
#include "tests/fakes/journal_rows.h"
#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace veche::store {
namespace {

using namespace std::chrono_literals;
using chat::MaskList;
using chat::MaskOn;
using chat::Rank;
using fakes::account;
using fakes::kStart;
using fakes::room;
using Batch = std::vector<chat::Row>;

chat::Row registered(std::uint64_t id, std::uint64_t founder) {
  return chat::RoomRegistered{{id}, {founder}, kStart};
}
chat::Row rules(std::uint64_t id, chat::RoomState state) {
  return chat::RoomRulesKept{{id}, std::make_shared<const chat::RoomState>(std::move(state))};
}
chat::MaskEntry entry(std::string pattern, MaskOn on = MaskOn::person) {
  return {on, std::move(pattern), "ann!~ann@10.0.0.1", kStart + 1h};
}
chat::Row standing(std::uint64_t id, std::uint64_t account, Rank rank) {
  return chat::StandingRankSet{{id}, {{account}, rank}};
}

struct InMemory {
  MemoryJournal journal;
};
struct InAFile {
  fakes::TempDir directory;
  std::unique_ptr<SqliteJournal> opened = SqliteJournal::open({.file = directory / "veche.db"}).value();
  SqliteJournal& journal = *opened;
};

template <class Store>
class Charters : public ::testing::Test {
 protected:
  void commit(Batch rows) {
    const auto done = store_.journal.commit(rows);
    ASSERT_TRUE(done) << done.error().text();
  }
  bool takes(Batch rows) { return static_cast<bool>(store_.journal.commit(rows)); }
  std::vector<chat::CharterRecord> load() { return store_.journal.load(0)->charters; }

  Store store_;
};
using Stores = ::testing::Types<InMemory, InAFile>;
TYPED_TEST_SUITE(Charters, Stores);

TYPED_TEST(Charters, AreLoadedAsTheyWereWritten) {
  chat::RoomState state;
  state.joining = {5, 60};
  state.flags = chat::bit(chat::RoomFlag::secret) | chat::bit(chat::RoomFlag::free_invite);
  state.key = "ключ";
  state.limit = 4'000'000'000;
  state.forward = "#other";
  state.topic = {"тема", "ann!~ann@10.0.0.1", kStart + 5s};
  this->commit({account(1, "ann"), account(2, "bob"), account(3, "eve"), room(7, "#b"), room(8, "#a"),
                registered(8, 2), registered(7, 1), rules(7, state),
                chat::RoomMaskAdded{{7}, MaskList::bans, entry("z!*@*")},
                chat::RoomMaskAdded{{7}, MaskList::bans, entry("a!*@*")},
                chat::RoomMaskAdded{{7}, MaskList::mutes, entry("", MaskOn::guests)},
                standing(7, 3, Rank::voice), standing(7, 2, Rank::admin)});
  const auto kept = this->load();
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[1].room.value, 8u) << "by room";
  EXPECT_EQ(kept[1].charter.founder.value, 2u);
  const chat::CharterRecord& one = kept[0];
  EXPECT_EQ(one.charter.founder.value, 1u);
  EXPECT_EQ(one.charter.since, kStart);
  EXPECT_EQ(one.state.joining, state.joining);
  EXPECT_EQ(one.state.flags, state.flags);
  EXPECT_EQ(one.state.key, state.key);
  EXPECT_EQ(one.state.limit, state.limit);
  EXPECT_EQ(one.state.forward, state.forward);
  EXPECT_EQ(one.state.topic.text, state.topic.text);
  EXPECT_EQ(one.state.topic.by, state.topic.by);
  EXPECT_EQ(one.state.topic.at, state.topic.at);
  EXPECT_EQ(one.state.list(MaskList::bans), (std::vector{entry("z!*@*"), entry("a!*@*")}))
      << "as they were made";
  EXPECT_EQ(one.state.list(MaskList::mutes), (std::vector{entry("", MaskOn::guests)}));
  ASSERT_EQ(one.charter.ranks.size(), 2u);
  EXPECT_EQ(one.charter.ranks[0].account.value, 2u);
  EXPECT_EQ(one.charter.ranks[0].rank, Rank::admin);
}

TYPED_TEST(Charters, ChangeRowByRow) {
  this->commit({account(1, "ann"), account(2, "bob"), room(7, "#b"), registered(7, 1),
                chat::RoomMaskAdded{{7}, MaskList::bans, entry("a")},
                chat::RoomMaskAdded{{7}, MaskList::bans, entry("b")},
                chat::RoomMaskAdded{{7}, MaskList::exceptions, entry("a")}, standing(7, 2, Rank::voice)});
  this->commit({chat::RoomMaskRemoved{{7}, MaskList::bans, MaskOn::person, "a"},
                chat::RoomMaskAdded{{7}, MaskList::bans, entry("c")}, standing(7, 2, Rank::oper),
                rules(7, {.key = "x"}), rules(7, {})});
  EXPECT_EQ(this->load()[0].state.list(MaskList::bans), (std::vector{entry("b"), entry("c")}));
  EXPECT_EQ(this->load()[0].state.list(MaskList::exceptions), (std::vector{entry("a")}));
  EXPECT_EQ(this->load()[0].state.key, "");
  ASSERT_EQ(this->load()[0].charter.ranks.size(), 1u);
  EXPECT_EQ(this->load()[0].charter.ranks[0].rank, Rank::oper);
  this->commit({chat::StandingRankRemoved{{7}, {2}}, chat::RoomTransferred{{7}, {2}}});
  EXPECT_TRUE(this->load()[0].charter.ranks.empty());
  EXPECT_EQ(this->load()[0].charter.founder.value, 2u);
}

TYPED_TEST(Charters, GoWithAllThatIsTheirs) {
  this->commit({account(1, "ann"), account(2, "bob"), room(7, "#b"), registered(7, 1), rules(7, {.key = "x"}),
                chat::RoomMaskAdded{{7}, MaskList::bans, entry("a")}, standing(7, 2, Rank::oper)});
  this->commit({chat::RoomDropped{{7}}});
  EXPECT_TRUE(this->load().empty());
  this->commit({registered(7, 2)});
  ASSERT_EQ(this->load().size(), 1u);
  EXPECT_EQ(this->load()[0].state.key, "");
  EXPECT_TRUE(this->load()[0].state.list(MaskList::bans).empty());
  EXPECT_TRUE(this->load()[0].charter.ranks.empty());
}

TYPED_TEST(Charters, GoWithTheirAccounts) {
  this->commit({account(1, "ann"), account(2, "bob"), room(7, "#b"), room(8, "#c"), registered(7, 1),
                registered(8, 2), standing(8, 1, Rank::oper)});
  this->commit({chat::AccountRemoved{{1}}});
  ASSERT_EQ(this->load().size(), 1u);
  EXPECT_TRUE(this->load()[0].charter.ranks.empty());
  this->commit({chat::IdentitiesCleared{}});
  EXPECT_TRUE(this->load().empty());
}

TYPED_TEST(Charters, AreRefusedWhereTheyCannotBe) {
  this->commit({account(1, "ann"), room(7, "#b"), registered(7, 1)});
  EXPECT_FALSE(this->takes({registered(7, 1)}));
  EXPECT_FALSE(this->takes({chat::RoomDropped{{7}}, registered(7, 9)}));
  EXPECT_FALSE(this->takes({chat::RoomTransferred{{7}, {9}}}));
  EXPECT_FALSE(this->takes({standing(7, 9, Rank::oper)}));
  EXPECT_FALSE(this->takes({standing(8, 1, Rank::oper)}));
  EXPECT_FALSE(this->takes({chat::RoomMaskAdded{{8}, MaskList::bans, entry("a")}}));
  EXPECT_TRUE(this->takes({rules(8, {}), chat::RoomDropped{{8}}, chat::StandingRankRemoved{{7}, {9}}}))
      << "changing what is not there changes nothing";
  EXPECT_EQ(this->load()[0].charter.founder.value, 1u);
}

struct ChartersInAFile : ::testing::Test {
  fakes::TempDir directory;
  const std::filesystem::path file = directory / "veche.db";

  void execute(const char* sql) const {
    Database database = std::move(Database::open(file, Database::Access::write).value());
    const auto done = database.execute(sql);
    ASSERT_TRUE(done) << done.error().text();
  }
};

TEST_F(ChartersInAFile, AreInADatabaseThatWasMadeBeforeThem) {
  {
    Database database = std::move(Database::open(file, Database::Access::write).value());
    ASSERT_TRUE(prepare_schema(database, migrations().first(4)));
    ASSERT_TRUE(
        database.execute("INSERT INTO accounts(id, name, password_hash, created) VALUES (3, 'ann', 'x', 1);"
                         "INSERT INTO rooms(id, name, created) VALUES (2, '#b', 4000)"));
  }
  const auto journal = SqliteJournal::open({.file = file});
  ASSERT_TRUE(journal) << journal.error().text();
  EXPECT_TRUE((*journal)->load(0)->charters.empty());
  ASSERT_TRUE((*journal)->commit(Batch{registered(2, 3)}));
  EXPECT_EQ((*journal)->load(0)->charters.size(), 1u);
}

TEST_F(ChartersInAFile, SurviveWhatSomebodysEditMadeOfThem) {
  {
    auto journal = SqliteJournal::open({.file = file}).value();
    ASSERT_TRUE(
        journal->commit(Batch{account(1, "ann"), account(2, "bob"), room(7, "#b"), registered(7, 1)}));
  }
  execute(
      "UPDATE charters SET flags = -1, member_limit = -5;"
      "INSERT INTO room_masks VALUES (1, 7, 9, 0, 'a', 'b', 0), (2, 7, 0, 9, 'a', 'b', 0), (3, 9, 0, 0, 'a', "
      "'b', 0);"
      "INSERT INTO standing_ranks VALUES (7, 1, 4), (7, 2, 3), (7, 9, 16)");
  const auto state = SqliteJournal::open({.file = file}).value()->load(0).value();
  ASSERT_EQ(state.charters.size(), 1u);
  EXPECT_EQ(state.charters[0].state.flags, chat::kAllRoomFlags);
  EXPECT_EQ(state.charters[0].state.limit, 0u);
  EXPECT_TRUE(state.charters[0].state.list(MaskList::bans).empty());
  EXPECT_TRUE(state.charters[0].charter.ranks.empty());
}

}  // namespace
}  // namespace veche::store

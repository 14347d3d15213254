#include "control/stored_accounts.h"

#include "base/limits.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace veche::control {
namespace {

/// Keeps rows in a vector that outlives it; refuses them when told so.
class RowsJournal final : public store::Journal {
 public:
  struct Disk {
    chat::DurableState state;
    std::vector<chat::Row> rows;
    bool full = false;
  };
  explicit RowsJournal(Disk& disk) : disk_(disk) {}

  base::Result<chat::DurableState> load(std::size_t) override { return disk_.state; }
  base::Result<> commit(std::span<const chat::Row> rows) override {
    if (disk_.full) return base::fail("veche.db", "the disk is full");
    disk_.rows.insert(disk_.rows.end(), rows.begin(), rows.end());
    return {};
  }
  base::Result<> probe() override { return {}; }
  bool maintain(base::WallTime, bool) override { return false; }

 private:
  Disk& disk_;
};

class StoredAccountsTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(store::init_crypto()); }

  std::unique_ptr<StoredAccounts> open() {
    return std::move(StoredAccounts::load(nullptr, std::make_unique<RowsJournal>(disk_),
                                          {store::HashCost::lowest, base::limits::kNameCodePointsMax}, clock_)
                         .value());
  }
  std::string names(AccountAdmin& admin) {
    std::string names;
    const auto lines = admin.list().value();
    for (const AccountLine& line : lines) names += line.name + ' ';
    return names;
  }
  static std::string error(const base::Result<>& result) { return result ? "none" : result.error().text(); }

  base::ManualClock clock_;
  RowsJournal::Disk disk_;
};

TEST_F(StoredAccountsTest, AnAddedAccountIsARowWithAHashOfItsPassword) {
  disk_.state.last_account = {41};
  const auto accounts = open();
  ASSERT_TRUE(accounts->add("Алиса", "s3cret"));
  ASSERT_EQ(disk_.rows.size(), 1u);
  const auto& added = std::get<chat::AccountAdded>(disk_.rows[0]).account;
  EXPECT_EQ(added.id.value, 42u);  // ids of removed accounts are not given again
  EXPECT_EQ(added.name, "Алиса");
  EXPECT_EQ(added.created, clock_.wall());
  EXPECT_TRUE(store::verify_password(added.password_hash, "s3cret"));
  EXPECT_FALSE(store::verify_password(added.password_hash, "S3cret"));
  ASSERT_TRUE(added.scram);
  EXPECT_EQ(*added.scram, base::derive_scram_keys("s3cret", added.scram->salt, added.scram->iterations));
}

TEST_F(StoredAccountsTest, ANameInUseIsRefusedInAnyLetterCase) {
  const auto accounts = open();
  ASSERT_TRUE(accounts->add("Алиса", "p"));
  EXPECT_EQ(error(accounts->add("Алиса", "p")),
            "account Алиса: exists already (veche account passwd changes its password)");
  EXPECT_EQ(error(accounts->add("АЛИСА", "p")), "account АЛИСА: exists already (as Алиса)");
  EXPECT_EQ(disk_.rows.size(), 1u);
}

TEST_F(StoredAccountsTest, AReservedNameIsTheOperatorsToGive) {
  const auto accounts = open();
  EXPECT_EQ(error(accounts->add("veche", "p")), "none");
}

TEST_F(StoredAccountsTest, NamesAndPasswordsOutsideTheRulesAreRefused) {
  const auto accounts = open();
  EXPECT_EQ(error(accounts->add("#room", "p")),
            "account #room: a name does not begin with '#', '/', ':' or a combining mark");
  EXPECT_EQ(error(accounts->add("a b", "p")),
            "account a b: a name has no spaces, controls or invisible characters");
  EXPECT_EQ(error(accounts->add(std::string(33, 'x'), "p")),
            "account " + std::string(33, 'x') + ": a name has at most 32 characters");
  EXPECT_EQ(error(accounts->add("", "p")), "account : the name is empty");
  EXPECT_EQ(error(accounts->add("x", "")), "password: is empty");
  EXPECT_EQ(error(accounts->add("x", "a\nb")), "password: contains control characters");
  EXPECT_EQ(error(accounts->add("x", "\xff")), "password: not valid UTF-8");
  EXPECT_EQ(error(accounts->add("x", std::string(513, 'p'))), "password: longer than 512 bytes");
  EXPECT_TRUE(disk_.rows.empty());
  EXPECT_EQ(error(accounts->add("x", std::string(512, 'p'))), "none");
}

TEST_F(StoredAccountsTest, PasswordsChangeAndAccountsGoByAnySpellingOfTheName) {
  disk_.state.accounts = {{{7}, "Bob", "old", {}}, {{9}, "алиса", "old", {}}};
  disk_.state.last_account = {9};
  const auto accounts = open();
  EXPECT_EQ(names(*accounts), "Bob алиса ");
  ASSERT_TRUE(accounts->change_password("bob", "new"));
  const auto& changed = std::get<chat::PasswordChanged>(disk_.rows.at(0));
  EXPECT_EQ(changed.account.value, 7u);
  EXPECT_TRUE(store::verify_password(changed.password_hash, "new"));
  ASSERT_TRUE(changed.scram);
  EXPECT_EQ(*changed.scram, base::derive_scram_keys("new", changed.scram->salt, changed.scram->iterations));

  ASSERT_TRUE(accounts->remove("АЛИСА"));
  EXPECT_EQ(std::get<chat::AccountRemoved>(disk_.rows.at(1)).account.value, 9u);
  EXPECT_EQ(names(*accounts), "Bob ");
  EXPECT_EQ(error(accounts->remove("АЛИСА")), "account АЛИСА: there is none (veche account list)");
  EXPECT_EQ(error(accounts->change_password("\xff", "new")),
            "account \xff: there is none (veche account list)");
}

TEST_F(StoredAccountsTest, WhatTheDiskRefusedDidNotHappen) {
  const auto accounts = open();
  ASSERT_TRUE(accounts->add("bob", "p"));
  disk_.full = true;
  EXPECT_EQ(error(accounts->add("eve", "p")), "veche.db: the disk is full");
  EXPECT_EQ(error(accounts->remove("bob")), "veche.db: the disk is full");
  EXPECT_EQ(names(*accounts), "bob ");
  disk_.full = false;
  ASSERT_TRUE(accounts->add("eve", "p"));
  EXPECT_EQ(std::get<chat::AccountAdded>(disk_.rows.back()).account.id.value, 2u);
}

TEST_F(StoredAccountsTest, TheLockIsLetGoAfterTheJournal) {
  struct Closing final : store::Journal {
    explicit Closing(std::string& o) : order(o) {}
    ~Closing() override { order += "journal "; }
    base::Result<chat::DurableState> load(std::size_t) override { return chat::DurableState{}; }
    base::Result<> commit(std::span<const chat::Row>) override { return {}; }
    base::Result<> probe() override { return {}; }
    bool maintain(base::WallTime, bool) override { return false; }
    std::string& order;
  };
  std::string order;
  const auto unlock = [](std::string* o) { *o += "lock "; };
  auto accounts = StoredAccounts::load(std::shared_ptr<std::string>(&order, unlock),
                                       std::make_unique<Closing>(order), {}, clock_);
  ASSERT_TRUE(accounts);
  accounts->reset();
  EXPECT_EQ(order, "journal lock ");
}

TEST_F(StoredAccountsTest, ARemovedFoundersRoomsPassOnAsInARunningServer) {
  disk_.state.accounts = {{{1}, "ann", "hash", {}}, {{2}, "bob", "hash", {}}};
  disk_.state.rooms = {{{7}, "#dev", {}, {}}};
  disk_.state.charters = {{{7}, {{1}, {}, {{{2}, chat::Rank::oper}}}, {}}};
  const auto accounts = open();
  ASSERT_TRUE(accounts->remove("ann"));
  ASSERT_EQ(disk_.rows.size(), 3u);
  EXPECT_EQ(std::get<chat::RoomTransferred>(disk_.rows[1]).founder.value, 2u);
  EXPECT_EQ(std::get<chat::AccountRemoved>(disk_.rows[2]).account.value, 1u);
}

}  // namespace
}  // namespace veche::control

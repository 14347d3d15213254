// What every journal and its readers must do, held against each implementation.
#include "store/journal.h"

#include "store/memory_journal.h"
#include "store/sqlite_journal.h"
#include "store/sqlite_reader.h"
#include "tests/fakes/journal_rows.h"
#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace veche::store {
namespace {

using namespace std::chrono_literals;
using fakes::account;
using fakes::address;
using fakes::ids;
using fakes::imposed;
using fakes::kStart;
using fakes::on_a_network;
using fakes::on_account;
using fakes::on_name;
using fakes::room;
using fakes::said;
using fakes::sanction;
using fakes::token;

constexpr auto kBan = chat::SanctionKind::ban;
constexpr auto kMute = chat::SanctionKind::mute;

class MemoryStore {
 public:
  Journal& journal() { return journal_; }
  std::unique_ptr<HistoryReader> reader() { return journal_.reader(); }

 private:
  MemoryJournal journal_{{.retention = 24h}};
};

class SqliteStore {
 public:
  Journal& journal() { return *journal_; }
  std::unique_ptr<HistoryReader> reader() { return SqliteReader::open(directory_ / "veche.db").value(); }

 private:
  fakes::TempDir directory_;
  // A row is worth indexing, so that maintenance puts the search's other half to work.
  std::unique_ptr<SqliteJournal> journal_ = SqliteJournal::open({.file = directory_ / "veche.db",
                                                                 .retention = 24h,

                                                                 .index_rows_min = 1})
                                                .value();
};

template <class Store>
class JournalContract : public ::testing::Test {
 protected:
  void commit(std::vector<chat::Row> rows) {
    const auto done = journal().commit(rows);
    ASSERT_TRUE(done) << done.error().text();
  }
  void maintain(base::WallTime now = kStart) {
    while (journal().maintain(now, true)) {
    }
  }
  std::vector<std::uint64_t> last(std::uint64_t in, std::size_t count, std::uint64_t up_to = ~0ull) {
    return ids(reader_->last({in}, {up_to}, count).value());
  }
  std::vector<std::uint64_t> search(std::vector<base::RoomId> in, std::string_view words,
                                    std::size_t count = 100, std::uint64_t up_to = ~0ull) {
    return ids(reader_->search(in, words, {up_to}, count).value());
  }
  chat::DurableState load(std::size_t recent = 10) { return journal().load(recent).value(); }
  Journal& journal() { return store_.journal(); }

  Store store_;
  std::unique_ptr<HistoryReader> reader_ = store_.reader();
};

struct StoreNames {
  template <class Store>
  static std::string GetName(int) {
    return std::is_same_v<Store, MemoryStore> ? "Memory" : "Sqlite";
  }
};
using Stores = ::testing::Types<MemoryStore, SqliteStore>;
TYPED_TEST_SUITE(JournalContract, Stores, StoreNames);

using Ids = std::vector<std::uint64_t>;

TYPED_TEST(JournalContract, AnEmptyOneLoadsEmpty) {
  const chat::DurableState state = this->load();
  EXPECT_TRUE(state.accounts.empty() && state.tokens.empty() && state.addresses.empty() &&
              state.rooms.empty() && state.sanctions.empty());
  EXPECT_TRUE(state.recent.empty());
  EXPECT_FALSE(state.last_account);
  EXPECT_FALSE(state.last_room);
  EXPECT_FALSE(state.last_message);
}

TYPED_TEST(JournalContract, WhatIsCommittedIsLoaded) {
  chat::Message full{.id = {9},
                     .room = {2},
                     .time = kStart + 1us,
                     .kind = chat::MessageKind::action,
                     .account = {7},
                     .sender = "Боб",
                     .text = std::string("tab\tand\0zero", 12)};
  this->commit({account(7, "Боб"), token(1, 7), address("::1", 7), room(2, "#зала"), said(full)});
  const chat::DurableState state = this->load();
  ASSERT_EQ(state.accounts.size(), 1u);
  EXPECT_EQ(state.accounts[0].name, "Боб");
  EXPECT_EQ(state.accounts[0].id.value, 7u);
  EXPECT_EQ(state.accounts[0].password_hash, "$argon2id$hash");
  EXPECT_EQ(state.accounts[0].created, kStart);
  ASSERT_EQ(state.tokens.size(), 1u);
  EXPECT_EQ(state.tokens[0].hash[0], 1);
  EXPECT_EQ(state.tokens[0].account.value, 7u);
  EXPECT_EQ(state.tokens[0].expires, kStart + 1h);
  ASSERT_EQ(state.addresses.size(), 1u);
  EXPECT_EQ(state.addresses[0].address, "::1");
  EXPECT_EQ(state.addresses[0].last_seen, kStart);
  ASSERT_EQ(state.rooms.size(), 1u);
  EXPECT_EQ(state.rooms[0].name, "#зала");
  ASSERT_EQ(state.recent.size(), 1u);
  const chat::Message& got = *state.recent[0];
  EXPECT_EQ(got.id.value, 9u);
  EXPECT_EQ(got.room.value, 2u);
  EXPECT_EQ(got.time, full.time);
  EXPECT_EQ(got.kind, chat::MessageKind::action);
  EXPECT_EQ(got.account.value, 7u);
  EXPECT_EQ(got.sender, "Боб");
  EXPECT_EQ(got.text, full.text);
  EXPECT_EQ(state.last_account.value, 7u);
  EXPECT_EQ(state.last_room.value, 2u);
  EXPECT_EQ(state.last_message.value, 9u);
}

TYPED_TEST(JournalContract, OnlyTheLastMessagesOfEachRoomAreLoaded) {
  this->commit(
      {room(1, "#a"), room(2, "#b"), said(1, 1, "x"), said(2, 2, "x"), said(3, 1, "x"), said(4, 1, "x")});
  Ids loaded;
  for (const auto& message : this->load(2).recent) loaded.push_back(message->id.value);
  EXPECT_EQ(loaded, (Ids{2, 3, 4}));
}

TYPED_TEST(JournalContract, AnAccountGoesWithItsTokensAndAddresses) {
  this->commit(
      {account(1, "a"), account(2, "b"), token(1, 1), token(2, 2), address("::1", 1), address("::1", 2)});
  this->commit({chat::AccountRemoved{{2}}});
  const chat::DurableState state = this->load();
  ASSERT_EQ(state.accounts.size(), 1u);
  EXPECT_EQ(state.accounts[0].name, "a");
  ASSERT_EQ(state.tokens.size(), 1u);
  EXPECT_EQ(state.tokens[0].account.value, 1u);
  ASSERT_EQ(state.addresses.size(), 1u);
  EXPECT_EQ(state.addresses[0].account.value, 1u);
}

TYPED_TEST(JournalContract, TheIdOfARemovedAccountIsRemembered) {
  this->commit({account(1, "a"), account(5, "b")});
  this->commit({chat::AccountRemoved{{5}}});
  EXPECT_EQ(this->load().last_account.value, 5u);
}

TYPED_TEST(JournalContract, AMessageOutlivesItsAuthorsAccount) {
  chat::Message message = fakes::message(1, 1, "hello");
  message.account = {3};
  this->commit({account(3, "a"), room(1, "#a"), said(message)});
  this->commit({chat::AccountRemoved{{3}}});
  EXPECT_EQ(this->load().recent.at(0)->account.value, 3u);
}

TYPED_TEST(JournalContract, PasswordsTokensAndAddressesChange) {
  this->commit({account(1, "a"), token(1, 1), token(2, 1), address("::1", 1), address("::2", 1)});
  chat::TokenHash first{};
  first[0] = 1;
  this->commit({chat::PasswordChanged{{1}, "new"}, chat::TokenRemoved{first},
                chat::AddressForgotten{{1}, "::1"}, address("::2", 1, kStart + 1h)});
  const chat::DurableState state = this->load();
  EXPECT_EQ(state.accounts.at(0).password_hash, "new");
  ASSERT_EQ(state.tokens.size(), 1u);
  EXPECT_EQ(state.tokens[0].hash[0], 2);
  ASSERT_EQ(state.addresses.size(), 1u);
  EXPECT_EQ(state.addresses[0].address, "::2");
  EXPECT_EQ(state.addresses[0].last_seen, kStart + 1h);
}

TYPED_TEST(JournalContract, ScramKeysComeAndGoWithThePassword) {
  const chat::Row derived = fakes::scram(1, 7);
  const base::ScramKeysPtr keys = std::get<chat::ScramKeysDerived>(derived).scram;
  this->commit({account(1, "a"), account(2, "b")});
  this->commit({derived, fakes::scram(9, 1)});
  chat::DurableState state = this->load();
  ASSERT_TRUE(state.accounts.at(0).scram);
  EXPECT_EQ(*state.accounts[0].scram, *keys);
  EXPECT_FALSE(state.accounts.at(1).scram);

  chat::AccountRecord third{{3}, "c", "hash", kStart, keys};
  this->commit({chat::PasswordChanged{{1}, "new"}, chat::PasswordChanged{{2}, "new", keys},
                chat::AccountAdded{third}});
  state = this->load();
  EXPECT_FALSE(state.accounts.at(0).scram) << "they were the old password's";
  ASSERT_TRUE(state.accounts.at(1).scram && state.accounts.at(2).scram);
  EXPECT_EQ(*state.accounts[1].scram, *keys);
  EXPECT_EQ(*state.accounts[2].scram, *keys);
}

TYPED_TEST(JournalContract, CertificatesGoWithTheirAccount) {
  using fakes::certificate;
  this->commit({account(1, "a"), account(2, "b"), certificate('b', 1, kStart + 1h), certificate('c', 1),
                certificate('a', 2)});
  this->commit({chat::CertificateRemoved{std::string(64, 'c')}, chat::CertificateRemoved{"none"}});
  chat::DurableState state = this->load();
  ASSERT_EQ(state.certificates.size(), 2u);
  EXPECT_EQ(state.certificates[0].fingerprint, std::string(64, 'a')) << "oldest first";
  EXPECT_EQ(state.certificates[0].account.value, 2u);
  EXPECT_EQ(state.certificates[1].created, kStart + 1h);
  EXPECT_FALSE(this->journal().commit(std::vector<chat::Row>{certificate('a', 1)})) << "it opens one account";
  this->commit({chat::AccountRemoved{{2}}});
  EXPECT_EQ(this->load().certificates.size(), 1u);
  this->commit({chat::IdentitiesCleared{}});
  EXPECT_TRUE(this->load().certificates.empty());
}

TYPED_TEST(JournalContract, TheSecretStaysTheSame) {
  const chat::DurableState state = this->load();
  EXPECT_NE(state.secret, base::ScramKey{});
  this->commit({account(1, "a")});
  EXPECT_EQ(this->load().secret, state.secret);
}

TYPED_TEST(JournalContract, ChangingWhatIsNotThereChangesNothing) {
  this->commit({chat::PasswordChanged{{1}, "new"}, chat::TokenRemoved{}, chat::AddressForgotten{{1}, "::1"},
                chat::AccountRemoved{{1}}});
  EXPECT_TRUE(this->load().accounts.empty());
}

TYPED_TEST(JournalContract, IdentitiesAreClearedAndTheRestStays) {
  this->commit({account(1, "a"), account(5, "b"), token(1, 1), address("::1", 5), room(1, "#a"),
                said(1, 1, "x"), imposed(sanction(kBan, on_name("a")))});
  this->commit({chat::IdentitiesCleared{}});
  const chat::DurableState state = this->load();
  EXPECT_TRUE(state.accounts.empty() && state.tokens.empty() && state.addresses.empty());
  EXPECT_EQ(state.last_account.value, 5u) << "an account's id is used once";
  EXPECT_EQ(state.rooms.size(), 1u);
  EXPECT_EQ(state.recent.size(), 1u);
  EXPECT_EQ(state.sanctions.size(), 1u);
}

TYPED_TEST(JournalContract, InTheBatchThatClearsThemIdentitiesMayBeginAnew) {
  this->commit({account(1, "a"), token(1, 1), address("::1", 1)});
  this->commit({account(2, "b"), chat::IdentitiesCleared{}, account(3, "a"), token(1, 3), address("::1", 3)});
  const chat::DurableState state = this->load();
  ASSERT_EQ(state.accounts.size(), 1u);
  EXPECT_EQ(state.accounts[0].id.value, 3u);
  ASSERT_EQ(state.tokens.size(), 1u);
  EXPECT_EQ(state.tokens[0].account.value, 3u);
  ASSERT_EQ(state.addresses.size(), 1u);
  EXPECT_EQ(state.addresses[0].account.value, 3u);
}

TYPED_TEST(JournalContract, ASanctionIsLoadedAsItWasImposed) {
  chat::SanctionRecord banned = sanction(kBan, on_a_network());
  banned.expires = base::WallTime{};
  banned.reason = std::string("спам\0;'", 11);
  this->commit({imposed(banned)});
  const auto loaded = this->load().sanctions;
  ASSERT_EQ(loaded.size(), 1u);
  EXPECT_EQ(loaded[0].kind, kBan);
  EXPECT_TRUE(loaded[0].target == banned.target);
  EXPECT_EQ(loaded[0].reason, banned.reason);
  EXPECT_EQ(loaded[0].by, "console");
  EXPECT_EQ(loaded[0].created, kStart);
  EXPECT_EQ(loaded[0].expires, base::WallTime{});
}

TYPED_TEST(JournalContract, SanctionsComeByCreationThenByTarget) {
  this->commit({imposed(sanction(kMute, on_name("late"), kStart + 1us)),
                imposed(sanction(kBan, on_a_network())), imposed(sanction(kMute, on_name("ян"))),
                imposed(sanction(kMute, on_name("a"))), imposed(sanction(kBan, on_name("a"))),
                imposed(sanction(kBan, on_account("a")))});
  std::vector<std::string> order;
  for (const auto& one : this->load().sanctions) {
    order.push_back((one.kind == kBan ? "ban " : "mute ") + one.target.text);
  }
  EXPECT_EQ(order, (std::vector<std::string>{"ban a", "mute a", "mute ян", "ban a", "ban 192.0.2.0/24",
                                             "mute late"}));
}

TYPED_TEST(JournalContract, OnATargetThereIsOneSanctionOfAKind) {
  this->commit({imposed(sanction(kBan, on_name("a"))), imposed(sanction(kMute, on_name("a")))});
  chat::SanctionRecord longer = sanction(kBan, on_name("a"), kStart + 1h);
  longer.reason = "again";
  this->commit({imposed(longer)});
  const auto loaded = this->load().sanctions;
  ASSERT_EQ(loaded.size(), 2u);
  EXPECT_EQ(loaded[0].kind, kMute);
  EXPECT_EQ(loaded[1].reason, "again");
  EXPECT_EQ(loaded[1].expires, kStart + 2h);
}

TYPED_TEST(JournalContract, OnlyTheSanctionOfThatKindOnThatTargetIsLifted) {
  this->commit({imposed(sanction(kBan, on_name("a"))), imposed(sanction(kMute, on_name("a"))),
                imposed(sanction(kBan, on_account("a"))), imposed(sanction(kBan, on_name("b")))});
  this->commit({chat::SanctionLifted{kBan, on_name("a")}, chat::SanctionLifted{kBan, on_name("nobody")}});
  const auto loaded = this->load().sanctions;
  ASSERT_EQ(loaded.size(), 3u);
  EXPECT_EQ(loaded[0].kind, kMute);
  EXPECT_EQ(loaded[1].target.text, "b");
  EXPECT_EQ(loaded[2].target.on, chat::SanctionOn::account);
}

TYPED_TEST(JournalContract, ARoomIsAsSlowAsItWasLastTold) {
  chat::RoomRecord slow_from_the_start{{2}, "#b", kStart, 5s};
  this->commit({room(1, "#a"), chat::RoomAdded{slow_from_the_start}, room(3, "#c")});
  this->commit({chat::RoomSlowed{{3}, 30s}, chat::RoomSlowed{{3}, 3600s}, chat::RoomSlowed{{9}, 1s}});
  auto rooms = this->load().rooms;
  ASSERT_EQ(rooms.size(), 3u);
  EXPECT_EQ(rooms[0].slow, 0s);
  EXPECT_EQ(rooms[1].slow, 5s);
  EXPECT_EQ(rooms[2].slow, 3600s);
  this->commit({chat::RoomSlowed{{2}, 0s}});
  EXPECT_EQ(this->load().rooms[1].slow, 0s);
}

TYPED_TEST(JournalContract, ARoomIsCalledAsItWasLastRenamed) {
  this->commit({room(1, "#a"), room(2, "#b")});
  this->commit({chat::RoomNameChanged{{1}, "#c"}, chat::RoomNameChanged{{1}, "#Вече"},
                chat::RoomNameChanged{{9}, "#d"}});
  const auto rooms = this->load().rooms;
  ASSERT_EQ(rooms.size(), 2u);
  EXPECT_EQ(rooms[0].name, "#Вече");
  EXPECT_EQ(rooms[1].name, "#b");
}

TYPED_TEST(JournalContract, OfARefusedBatchNothingIsKept) {
  this->commit({room(1, "#a"), account(1, "a"), said(1, 1, "before"), imposed(sanction(kBan, on_name("a")))});
  const std::vector<chat::Row> batches[] = {
      {chat::IdentitiesCleared{}, token(1, 1)},
      {chat::SanctionLifted{kBan, on_name("a")}, imposed(sanction(kBan, on_name("b"))),
       chat::RoomSlowed{{1}, 5s}, room(1, "#again")},
      {said(2, 1, "lost"), account(2, "b"), room(1, "#again")},
      {said(2, 1, "lost"), chat::PasswordChanged{{1}, "lost"}, account(1, "again")},
      {said(2, 1, "lost"), token(1, 1), token(1, 1)},
      {said(2, 1, "lost"), token(1, 9)},
      {said(2, 1, "lost"), chat::AccountRemoved{{1}}, address("::1", 9)},
  };
  for (const auto& batch : batches) EXPECT_FALSE(this->journal().commit(batch));
  const chat::DurableState state = this->load();
  ASSERT_EQ(state.accounts.size(), 1u);
  EXPECT_EQ(state.accounts[0].password_hash, "$argon2id$hash");
  EXPECT_TRUE(state.tokens.empty());
  ASSERT_EQ(state.rooms.size(), 1u);
  EXPECT_EQ(state.rooms[0].slow, 0s);
  ASSERT_EQ(state.sanctions.size(), 1u);
  EXPECT_EQ(state.sanctions[0].target.text, "a");
  EXPECT_EQ(state.last_message.value, 1u);
  EXPECT_EQ(state.last_account.value, 1u);
  EXPECT_EQ(this->last(1, 10), Ids{1});
  EXPECT_TRUE(this->search({{1}}, "lost").empty());

  this->commit({said(2, 1, "after")});  // the ids of what was refused are free
  EXPECT_EQ(this->last(1, 10), (Ids{1, 2}));
}

TYPED_TEST(JournalContract, ProbeSucceedsWhenAWriteWould) { EXPECT_TRUE(this->journal().probe()); }

TYPED_TEST(JournalContract, LastGivesTheNewestOfTheRoomOldestFirst) {
  this->commit({said(1, 1, "x"), said(2, 2, "x"), said(3, 1, "x"), said(5, 1, "x"), said(8, 1, "x")});
  EXPECT_EQ(this->last(1, 2), (Ids{5, 8}));
  EXPECT_EQ(this->last(1, 2, 7), (Ids{3, 5}));
  EXPECT_EQ(this->last(1, 2, 3), (Ids{1, 3}));
  EXPECT_EQ(this->last(1, 0), Ids{});
  EXPECT_EQ(this->last(1, 9, 0), Ids{});
  EXPECT_EQ(this->last(3, 9), Ids{});
}

TYPED_TEST(JournalContract, SearchFindsTheSameBeforeAndAfterIndexing) {
  this->commit({said(1, 1, "Привет, мир"), said(2, 2, "ПРИВЕТ"), said(3, 3, "привет"),
                said(4, 1, "йод і їжак"), said(5, 1, "иод"), said(6, 1, "I like C++ and foo-bar"),
                said(7, 1, "c, foo bar"), said(8, 1, "п'ять 😀"), said(9, 1, "и\u0306од"), said(10, 1, "++")});
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(this->search({{1}, {2}}, "привет"), (Ids{1, 2}));
    EXPECT_EQ(this->search({{1}, {2}}, "привет", 1), (Ids{2}));
    EXPECT_EQ(this->search({{1}, {2}}, "привет", 9, 1), (Ids{1}));
    EXPECT_EQ(this->search({{1}, {2}, {3}}, "ПРИВЕТ", 2), (Ids{2, 3}));
    EXPECT_EQ(this->search({{1}}, "мир привет"), (Ids{1}));
    EXPECT_EQ(this->search({{1}}, "йод"), (Ids{4, 9}));
    EXPECT_EQ(this->search({{1}}, "иод"), (Ids{5}));
    EXPECT_EQ(this->search({{1}}, "іжак"), Ids{});
    EXPECT_EQ(this->search({{1}}, "c++"), (Ids{6}));
    EXPECT_EQ(this->search({{1}}, "foo-bar"), (Ids{6}));
    EXPECT_EQ(this->search({{1}}, "foo bar"), (Ids{6, 7}));
    EXPECT_EQ(this->search({{1}}, "п’ять"), (Ids{8}));
    EXPECT_EQ(this->search({{1}}, "😀"), (Ids{8}));
    EXPECT_EQ(this->search({{1}}, "++"), (Ids{6, 10}));
    EXPECT_EQ(this->search({}, "привет"), Ids{});
    EXPECT_EQ(this->search({{1}}, ""), Ids{});
    EXPECT_EQ(this->search({{1}}, "привет", 0), Ids{});
    EXPECT_EQ(this->search({{1}}, "привет", 9, 0), Ids{});
    for (const char* nothing_special : {"\"", "*", "a OR b", "text:привет", "^привет", "NEAR(привет мир)",
                                        "'; --", "привет*", "(", "-привет", "{", "\xFF"}) {
      EXPECT_EQ(this->search({{1}}, nothing_special), Ids{}) << nothing_special;
    }
    this->maintain();
  }
}

TYPED_TEST(JournalContract, ALongQueryIsAnswered) {
  std::string words;
  for (int i = 0; i < 800; ++i) words += "w" + std::to_string(i) + " ";
  this->commit({said(1, 1, words), said(2, 1, "w1 w2")});
  EXPECT_EQ(this->search({{1}}, words), Ids{1});
  this->maintain();
  EXPECT_EQ(this->search({{1}}, words), Ids{1});
}

TYPED_TEST(JournalContract, MessagesPastTheirTimeAreDeletedAndFoundNoMore) {
  // A regression guard on what deleting promises: neither the history nor the search knows an old message.
  this->commit({room(1, "#a"), said(1, 1, "old secret", kStart), said(2, 1, "old tail secret", kStart)});
  this->maintain(kStart);
  this->commit({said(3, 1, "new secret", kStart + 20h)});
  this->maintain(kStart + 25h);
  EXPECT_EQ(this->search({{1}}, "secret"), Ids{3});
  EXPECT_EQ(this->search({{1}}, "old"), Ids{});
  EXPECT_EQ(this->last(1, 10), Ids{3});
  EXPECT_EQ(this->load().recent.size(), 1u);
}

TYPED_TEST(JournalContract, TheNewestMessageIsNeverDeleted) {
  this->commit({said(1, 1, "x", kStart), said(2, 1, "x", kStart)});
  this->maintain(kStart + 100h);
  EXPECT_EQ(this->last(1, 10), Ids{2});
  EXPECT_EQ(this->load().last_message.value, 2u);
}

TYPED_TEST(JournalContract, AReaderBesideTheWriterMissesNothingAndSeesNothingTwice) {
  constexpr std::uint64_t kMessages = 600;
  std::atomic<std::uint64_t> committed{0};
  std::atomic<int> bad_answers{0};
  std::thread reading([&] {
    auto reader = this->store_.reader();
    const std::vector<base::RoomId> rooms{{1}};
    for (std::uint64_t seen = 0; seen < kMessages;) {
      const std::uint64_t expected = committed.load();
      const auto found = reader->search(rooms, "слово", {expected}, kMessages);
      if (!found || found->size() != expected) ++bad_answers;
      seen = expected;
    }
  });
  for (std::uint64_t id = 1; id <= kMessages; id += 3) {
    const std::vector<chat::Row> rows{said(id, 1, "Слово"), said(id + 1, 1, "слово"),
                                      said(id + 2, 1, "и СЛОВО")};
    EXPECT_TRUE(this->journal().commit(rows));
    committed = id + 2;
    if (id % 5 == 0) this->journal().maintain(kStart, true);
  }
  reading.join();
  EXPECT_EQ(bad_answers, 0);
}

}  // namespace
}  // namespace veche::store

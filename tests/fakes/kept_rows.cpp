#include "tests/fakes/kept_rows.h"

#include "base/ids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <variant>
#include <vector>

namespace veche::fakes {
namespace {

struct Keeper {
  chat::DurableState& state;

  bool has_account(base::AccountId id) const {
    return std::any_of(state.accounts.begin(), state.accounts.end(), [&](auto& a) { return a.id == id; });
  }
  void operator()(const chat::AccountAdded& row) {
    EXPECT_GT(row.account.id, state.last_account) << "an account's id is used once";
    state.last_account = row.account.id;
    state.accounts.push_back(row.account);
  }
  void operator()(const chat::AccountRemoved& row) {
    EXPECT_EQ(std::erase_if(state.accounts, [&](auto& a) { return a.id == row.account; }), 1u);
    std::erase_if(state.tokens, [&](auto& t) { return t.account == row.account; });
    std::erase_if(state.addresses, [&](auto& a) { return a.account == row.account; });
    std::erase_if(state.certificates, [&](auto& c) { return c.account == row.account; });
    for (const auto& one : state.charters) {
      EXPECT_EQ(one.charter.ranks_of(row.account), 0) << "a room is nobody's who is no more";
    }
  }
  void operator()(const chat::PasswordChanged& row) {
    EXPECT_TRUE(has_account(row.account));
    for (auto& account : state.accounts) {
      if (account.id != row.account) continue;
      account.password_hash = row.password_hash;
      account.scram = row.scram;
    }
  }
  void operator()(const chat::ScramKeysDerived& row) {
    EXPECT_TRUE(row.scram);
    EXPECT_TRUE(has_account(row.account));
    for (auto& account : state.accounts) {
      if (account.id != row.account) continue;
      EXPECT_FALSE(account.scram) << "keys are derived once for a password";
      account.scram = row.scram;
    }
  }
  void operator()(const chat::CertificateAdded& row) {
    EXPECT_TRUE(has_account(row.certificate.account));
    for (const auto& known : state.certificates) {
      EXPECT_NE(known.fingerprint, row.certificate.fingerprint) << "a certificate opens one account";
    }
    state.certificates.push_back(row.certificate);
  }
  void operator()(const chat::CertificateRemoved& row) {
    const auto same = [&](auto& c) { return c.fingerprint == row.fingerprint; };
    EXPECT_EQ(std::erase_if(state.certificates, same), 1u);
  }
  void operator()(const chat::TokenAdded& row) {
    EXPECT_TRUE(has_account(row.token.account));
    state.tokens.push_back(row.token);
  }
  void operator()(const chat::TokenRemoved& row) {
    EXPECT_EQ(std::erase_if(state.tokens, [&](auto& t) { return t.hash == row.hash; }), 1u);
  }
  void operator()(const chat::AddressRemembered& row) {
    EXPECT_TRUE(has_account(row.address.account));
    std::erase_if(state.addresses, [&](auto& a) {
      return a.account == row.address.account && a.address == row.address.address;
    });
    state.addresses.push_back(row.address);
  }
  void operator()(const chat::AddressForgotten& row) {
    const auto same = [&](auto& a) { return a.account == row.account && a.address == row.address; };
    EXPECT_EQ(std::erase_if(state.addresses, same), 1u);
  }
  void operator()(const chat::RoomAdded& row) {
    EXPECT_GT(row.room.id, base::RoomId{});
    for (const auto& room : state.rooms) EXPECT_NE(room.id, row.room.id) << "a room's id is used once";
    state.last_room = std::max(state.last_room, row.room.id);
    state.rooms.push_back(row.room);
  }
  void operator()(const chat::MessageAdded& row) {
    const auto its_room = [&](auto& room) { return room.id == row.message->room; };
    EXPECT_TRUE(std::any_of(state.rooms.begin(), state.rooms.end(), its_room));
    EXPECT_GT(row.message->id, state.last_message) << "a message's id is used once, and grows";
    state.last_message = row.message->id;
    state.recent.push_back(row.message);
  }
  void operator()(const chat::IdentitiesCleared&) {
    EXPECT_TRUE(state.charters.empty()) << "a room is nobody's who is no more";
    state.accounts.clear();
    state.tokens.clear();
    state.certificates.clear();
    state.addresses.clear();
  }
  std::size_t lift(chat::SanctionKind kind, const chat::SanctionTarget& target) {
    return std::erase_if(state.sanctions, [&](auto& s) {
      return s.kind == kind && s.target.on == target.on && s.target.text == target.text;
    });
  }
  void operator()(const chat::SanctionImposed& row) {
    const base::Network& network = row.sanction.target.network;
    EXPECT_TRUE(network.contains(network.bits)) << "a network has no bits behind its prefix";
    lift(row.sanction.kind, row.sanction.target);
    state.sanctions.push_back(row.sanction);
  }
  void operator()(const chat::SanctionLifted& row) { EXPECT_EQ(lift(row.kind, row.target), 1u); }
  void operator()(const chat::RoomSlowed& row) {
    const auto its =
        std::find_if(state.rooms.begin(), state.rooms.end(), [&](auto& room) { return room.id == row.room; });
    ASSERT_NE(its, state.rooms.end());
    its->slow = row.slow;
  }
  void operator()(const chat::RoomNameChanged& row) {
    const auto its =
        std::find_if(state.rooms.begin(), state.rooms.end(), [&](auto& room) { return room.id == row.room; });
    ASSERT_NE(its, state.rooms.end());
    its->name = row.name;
  }

  // Registered rooms. What is changed is there.
  chat::CharterRecord& charter_of(base::RoomId room) {
    static chat::CharterRecord none;
    for (auto& one : state.charters) {
      if (one.room == room) return one;
    }
    ADD_FAILURE() << "room " << room.value << " is not registered";
    return none;
  }
  void operator()(const chat::RoomRegistered& row) {
    EXPECT_TRUE(
        std::any_of(state.rooms.begin(), state.rooms.end(), [&](auto& r) { return r.id == row.room; }));
    EXPECT_TRUE(has_account(row.founder));
    for (const auto& one : state.charters) EXPECT_NE(one.room, row.room) << "a room has one charter";
    state.charters.push_back({row.room, {row.founder, row.since, {}}, {}});
  }
  void operator()(const chat::RoomTransferred& row) {
    EXPECT_TRUE(has_account(row.founder));
    chat::Charter& charter = charter_of(row.room).charter;
    EXPECT_EQ(charter.ranks_of(row.founder), 0) << "a founder has no other rank";
    charter.founder = row.founder;
  }
  void operator()(const chat::RoomDropped& row) {
    EXPECT_EQ(std::erase_if(state.charters, [&](auto& one) { return one.room == row.room; }), 1u);
  }
  void operator()(const chat::RoomRulesKept& row) {
    chat::RoomState& kept = charter_of(row.room).state;
    auto lists = kept.lists;
    kept = *row.state;
    for (const auto& list : kept.lists) EXPECT_TRUE(list.empty()) << "lists have rows of their own";
    kept.lists = std::move(lists);
  }
  void operator()(const chat::RoomMaskAdded& row) {
    auto& list = charter_of(row.room).state.lists[static_cast<std::size_t>(row.list)];
    for (const auto& known : list)
      EXPECT_FALSE(known.on == row.entry.on && known.pattern == row.entry.pattern);
    list.push_back(row.entry);
  }
  void operator()(const chat::RoomMaskRemoved& row) {
    auto& list = charter_of(row.room).state.lists[static_cast<std::size_t>(row.list)];
    const auto is_it = [&](auto& known) { return known.on == row.on && known.pattern == row.pattern; };
    EXPECT_EQ(std::erase_if(list, is_it), 1u);
  }
  void operator()(const chat::StandingRankSet& row) {
    EXPECT_TRUE(has_account(row.rank.account));
    chat::Charter& charter = charter_of(row.room).charter;
    EXPECT_NE(charter.founder, row.rank.account);
    std::erase_if(charter.ranks, [&](auto& known) { return known.account == row.rank.account; });
    charter.ranks.push_back(row.rank);
    std::sort(charter.ranks.begin(), charter.ranks.end(),
              [](const auto& a, const auto& b) { return a.account < b.account; });
  }
  void operator()(const chat::StandingRankRemoved& row) {
    auto& ranks = charter_of(row.room).charter.ranks;
    EXPECT_EQ(std::erase_if(ranks, [&](auto& known) { return known.account == row.account; }), 1u);
  }
};

}  // namespace

bool KeptRows::commit(const std::vector<chat::Row>& rows) {
  if (full) return false;
  for (const chat::Row& row : rows) std::visit(Keeper{state}, row);
  return true;
}

}  // namespace veche::fakes

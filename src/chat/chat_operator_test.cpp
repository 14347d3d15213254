// What the operator orders, and what becomes of those it is about.
#include "chat/chat.h"
#include "tests/fakes/address_bits.h"
#include "tests/fakes/chat_world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using fakes::Lines;
using namespace std::chrono_literals;

SanctionTarget name(const std::string& folded) { return {SanctionOn::name, folded, {}}; }
SanctionTarget account(const std::string& folded) { return {SanctionOn::account, folded, {}}; }
SanctionTarget network(const std::string& address, std::uint8_t prefix) {
  return {SanctionOn::network,
          address + "/" + std::to_string(prefix - 96),
          {base::Network::masked(fakes::bits_of(address), prefix), prefix}};
}
Impose ban(const SanctionTarget& target, std::chrono::seconds lasts = 0s, const std::string& reason = {}) {
  return {{SanctionKind::ban, target, reason, "root", {}, {}}, lasts};
}
Impose mute(const SanctionTarget& target, std::chrono::seconds lasts = 0s, const std::string& reason = {}) {
  return {{SanctionKind::mute, target, reason, "root", {}, {}}, lasts};
}
template <class Result>
Result ordered(ChatWorld& world, OperatorOrder order) {
  const auto answer = world.operate(std::move(order));
  EXPECT_FALSE(answer.refused) << static_cast<int>(answer.refused.value_or(Refusal{}));
  const Result* result = std::get_if<Result>(&answer.result);
  EXPECT_NE(result, nullptr);
  return result == nullptr ? Result{} : *result;
}
std::size_t reached(ChatWorld& world, OperatorOrder order) {
  return ordered<Affected>(world, std::move(order)).count;
}

TEST(Operator, AddsChangesListsAndRemovesAccounts) {
  ChatWorld world;
  EXPECT_FALSE(world.operate(ManageAccount{AccountAction::add, "Боб", "1"}).refused);
  EXPECT_FALSE(world.operate(ManageAccount{AccountAction::add, "ann", "2"}).refused);
  EXPECT_FALSE(world.operate(ManageAccount{AccountAction::set_password, "БОБ", "3"}).refused);
  const auto list = std::get<AccountList>(world.operate(ManageAccount{}).result);
  ASSERT_EQ(list.accounts.size(), 2u);
  EXPECT_EQ(list.accounts[0].name, "ann");
  EXPECT_EQ(list.accounts[1].name, "Боб");
  EXPECT_FALSE(world.operate(ManageAccount{AccountAction::remove, "ANN", ""}).refused);
  world.restart();
  world.connect("bob");
  world.send("bob", Identify{"боб"});
  EXPECT_EQ(world.last<Identified>("bob").password_hash, "3");
  EXPECT_EQ(world.kept().accounts.size(), 1u);
}

TEST(Operator, IsToldWhatCannotBeDone) {
  ChatWorld world;
  world.account("ann");
  world.guest("bob");
  EXPECT_EQ(world.operate(ManageAccount{AccountAction::add, "ANN", ""}).refused, Refusal::name_registered);
  EXPECT_EQ(world.operate(ManageAccount{AccountAction::add, "bob", ""}).refused, Refusal::name_in_use);
  EXPECT_EQ(world.operate(ManageAccount{AccountAction::add, "#bob", ""}).refused, Refusal::name_bad_start);
  EXPECT_EQ(world.operate(ManageAccount{AccountAction::remove, "bob", ""}).refused, Refusal::no_such_account);
  EXPECT_EQ(world.operate(ManageAccount{AccountAction::set_password, "eve", ""}).refused,
            Refusal::no_such_account);
  EXPECT_TRUE(world.operate(ManageAccount{AccountAction::remove, "", ""}).refused);
}

TEST(Operator, MayGiveAReservedNameToSomebody) {
  ChatWorld world;
  EXPECT_FALSE(world.operate(ManageAccount{AccountAction::add, "operator", "hash"}).refused);
  world.log_in("root", "operator");
  EXPECT_EQ(world.last<Joined>("root").user, "operator");
}

TEST(RemovedAccount, HasItsSessionsClosedAndItsTracesTaken) {
  ChatWorld world;
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.send("ann", KeepToken{{}});
  world.guest("bob");
  world.forget_seen();
  EXPECT_FALSE(world.operate(ManageAccount{AccountAction::remove, "ann", ""}).refused);
  EXPECT_EQ(world.seen("ann"), Lines{"closed 2"});
  EXPECT_EQ(world.seen("ann/2"), Lines{"closed 2"});
  EXPECT_EQ(world.seen("bob"), Lines{"quit ann"});
  EXPECT_TRUE(world.kept().tokens.empty());
  EXPECT_TRUE(world.kept().addresses.empty());

  world.connect("new");
  EXPECT_TRUE(world.last<Greeting>("new").remembered.empty());
  world.send("new", LogInWithToken{"", {}});
  world.last<LogInRefused>("new");
  const base::AccountId old_id = world.kept().last_account;
  world.send("new", Register{"ann", "hash"});
  EXPECT_GT(world.kept().accounts.at(0).id, old_id) << "the name is free, the id never again";
}

// --- kick

TEST(Kick, EndsEverySessionOfAPersonAndSaysWhy) {
  ChatWorld world;
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.guest("bob");
  world.forget_seen();
  EXPECT_EQ(reached(world, Kick{"ANN", {}, "flood"}), 2u);
  EXPECT_EQ(world.last<Closed>("ann").cause, CloseCause::kicked);
  EXPECT_EQ(world.last<Closed>("ann/2").reason, "flood");
  EXPECT_EQ(world.seen("bob"), Lines{"quit ann: flood"});
}

TEST(Kick, EndsOneSessionAndThePersonStays) {
  ChatWorld world;
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.guest("bob");
  const auto sessions = ordered<SessionList>(world, AskSessions{}).sessions;
  world.forget_seen();
  EXPECT_EQ(reached(world, Kick{"", sessions.at(1).session, ""}), 1u);
  EXPECT_FALSE(world.is_open("ann/2"));
  EXPECT_TRUE(world.is_open("ann"));
  EXPECT_EQ(world.seen("bob"), Lines{});
}

TEST(Kick, IsRefusedWhenNobodyIsMeant) {
  ChatWorld world;
  world.guest("ann");
  EXPECT_EQ(world.operate(Kick{"bob", {}, ""}).refused, Refusal::no_such_person);
  EXPECT_EQ(world.operate(Kick{"", {12345}, ""}).refused, Refusal::no_such_session);
  EXPECT_TRUE(world.is_open("ann"));
}

// --- bans

TEST(Ban, OnANamePutsItsHolderOutAndKeepsTheNameFromEverybody) {
  ChatWorld world;
  world.guest("bob");
  EXPECT_EQ(reached(world, ban(name("bob"), 1h, "rude")), 1u);
  const auto closed = world.last<Closed>("bob");
  EXPECT_EQ(closed.cause, CloseCause::banned);
  EXPECT_EQ(closed.reason, "rude");
  EXPECT_EQ(closed.retry_after, 1h);

  world.guest("bob");
  EXPECT_EQ(world.why("bob"), Refusal::name_banned);
  world.send("bob", Identify{"BOB"});
  EXPECT_EQ(world.why("bob"), Refusal::name_banned);
  world.send("bob", Register{"Bob", "hash"});
  EXPECT_EQ(world.why("bob"), Refusal::name_banned);
  world.send("bob", EnterAsGuest{"rob"});
  world.last<Joined>("bob");
  world.send("bob", Rename{"bob"});
  EXPECT_EQ(world.why("bob"), Refusal::name_banned);
}

TEST(Ban, OnAnAccountClosesWhoLogsInWithIt) {
  ChatWorld world;
  world.account("ann");
  world.send("ann", KeepToken{{}});
  EXPECT_EQ(reached(world, ban(account("ann"), 0s, "spam")), 1u);
  world.log_in("ann/2", "ann");
  EXPECT_EQ(world.last<Closed>("ann/2").cause, CloseCause::banned);
  EXPECT_EQ(world.last<Closed>("ann/2").retry_after, 0s) << "for ever";
  world.connect("ann/3");
  world.send("ann/3", LogInWithToken{"", {}});
  EXPECT_EQ(world.last<Closed>("ann/3").reason, "spam");
  EXPECT_EQ(world.chat().session_count(), 0u);
}

TEST(Ban, OnANetworkTurnsItsClientsAwayAndNoOthers) {
  ChatWorld world;
  world.guest("near", "10.0.7.1");
  world.guest("far", "10.0.8.1");
  world.connect("silent", "10.0.7.9");
  EXPECT_EQ(reached(world, ban(network("10.0.7.0", 120))), 2u);
  EXPECT_FALSE(world.is_open("near"));
  EXPECT_FALSE(world.is_open("silent"));
  EXPECT_TRUE(world.is_open("far"));
  world.connect("again", "10.0.7.200");
  EXPECT_EQ(world.last<Closed>("again").cause, CloseCause::banned);
  world.guest("other", "10.0.6.255");
  world.last<Joined>("other");
}

// A name alone was looked for with no address, which is the address ::, and so in a ban on it.
TEST(Ban, OnANetworkSaysNothingOfNamesElsewhere) {
  ChatWorld world;
  world.operate(ban({SanctionOn::network, "::", {}}));
  world.guest("bob");
  world.last<Joined>("bob");
  world.send("bob", Rename{"rob"});
  EXPECT_EQ(world.last<Renamed>("bob").new_name, "rob");
}

TEST(Ban, EndsByItself) {
  ChatWorld world;
  world.operate(ban(network("10.0.7.1", 128), 60s));
  world.clock.advance(59s);
  world.connect("ann", "10.0.7.1");
  EXPECT_EQ(world.last<Closed>("ann").retry_after, 1s);
  world.clock.advance(1s);
  world.guest("ann", "10.0.7.1");
  world.last<Joined>("ann");
  EXPECT_TRUE(ordered<Sanctions>(world, AskSanctions{SanctionKind::ban}).list.empty());
  EXPECT_EQ(world.kept().sanctions.size(), 1u) << "its row goes with the next change";
  world.operate(ban(name("eve")));
  EXPECT_EQ(world.kept().sanctions.size(), 1u);
}

TEST(Ban, SurvivesARestartAndCanBeLifted) {
  ChatWorld world;
  world.operate(ban(name("bob"), 0s, "rude"));
  world.operate(ban(network("10.0.7.0", 120)));
  world.restart();
  const auto list = ordered<Sanctions>(world, AskSanctions{SanctionKind::ban}).list;
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].reason, "rude");
  EXPECT_EQ(list[0].by, "root");
  EXPECT_EQ(list[1].target.text, "10.0.7.0/24");
  EXPECT_FALSE(world.operate(Lift{SanctionKind::ban, name("bob")}).refused);
  EXPECT_EQ(world.operate(Lift{SanctionKind::ban, name("bob")}).refused, Refusal::no_such_sanction);
  EXPECT_EQ(world.operate(Lift{SanctionKind::mute, network("10.0.7.0", 120)}).refused,
            Refusal::no_such_sanction);
  world.guest("bob");
  world.last<Joined>("bob");
  EXPECT_EQ(world.kept().sanctions.size(), 1u);
}

TEST(Ban, InPlaceOfAnOtherOnTheSameTargetCountsFromNow) {
  ChatWorld world;
  world.operate(ban(name("bob"), 10s, "first"));
  world.clock.advance(5s);
  world.operate(ban(name("bob"), 10s, "second"));
  world.clock.advance(6s);
  const auto list = ordered<Sanctions>(world, AskSanctions{SanctionKind::ban}).list;
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].reason, "second");
}

// Found by the simulator: seed 234.
TEST(Ban, OnAnAccountKeepsAGuestOfItsNameFromMakingIt) {
  ChatWorld world;
  world.guest("bob");
  EXPECT_EQ(reached(world, ban(account("bob"))), 0u) << "a guest has no account";
  world.send("bob", Register{"", "hash"});
  EXPECT_EQ(world.why("bob"), Refusal::name_banned);
  EXPECT_TRUE(world.kept().accounts.empty());
}

// Found by the simulator: seed 8213.
TEST(Ban, PutsOutWhomAnOlderOneHoldsAgainSinceTheClockWasSetBack) {
  ChatWorld world;
  world.operate(ban(network("10.0.7.0", 120), 60s));
  world.clock.advance(61s);
  world.guest("bob", "10.0.7.1");
  world.last<Joined>("bob");
  world.clock.step_wall(-30s);
  EXPECT_EQ(reached(world, ban(name("bob"), 5s)), 1u);
  EXPECT_FALSE(world.is_open("bob"));
}

TEST(Ban, ThereAreOnlySoMany) {
  ChatWorld world;
  world.together([&] {
    for (std::size_t i = 0; i < base::limits::kSanctionsMax; ++i) {
      const OperatorOrder order = ban(name(std::to_string(i)));
      world.send("operator", Operate{i, std::make_shared<const OperatorOrder>(order)});
    }
  });
  EXPECT_EQ(world.operate(ban(name("one more"))).refused, Refusal::too_many_sanctions);
  EXPECT_FALSE(world.operate(ban(name("17"), 1h)).refused) << "in place of one";
}

// --- mutes

TEST(Mute, KeepsOneFromSpeakingWhileItLasts) {
  ChatWorld world;
  world.guest("ann");
  world.guest("bob");
  EXPECT_EQ(reached(world, mute(name("ann"), 60s, "caps")), 1u);
  EXPECT_EQ(world.seen("ann").back(), "muted 60 caps");
  world.forget_seen();
  world.say("ann", "#veche", "HELLO");
  const auto refused = world.last<Refused>("ann");
  EXPECT_EQ(refused.why, Refusal::muted);
  EXPECT_EQ(refused.reason, "caps");
  EXPECT_EQ(refused.retry_after, 60s);
  world.send("ann", Tell{"bob", "psst"});
  EXPECT_EQ(world.why("ann"), Refusal::muted);
  world.send("ann", Rename{"anna"});
  EXPECT_EQ(world.why("ann"), Refusal::muted) << "or a new name would be the way out";
  EXPECT_EQ(world.seen("bob"), Lines{});
  world.clock.advance(60s);
  world.say("ann", "#veche", "hello");
  EXPECT_EQ(world.seen("bob"), Lines{"#veche ann: hello"});
}

TEST(Mute, IsLiftedAndHeIsTold) {
  ChatWorld world;
  world.account("ann");
  world.operate(mute(account("ann")));
  world.operate(mute(name("ann")));
  world.forget_seen();
  EXPECT_EQ(reached(world, Lift{SanctionKind::mute, account("ann")}), 0u) << "the other one still holds";
  EXPECT_EQ(reached(world, Lift{SanctionKind::mute, name("ann")}), 1u);
  EXPECT_EQ(world.seen("ann"), Lines{"not muted 0 "});
}

TEST(Mute, OnANetworkReachesWhoComesLater) {
  ChatWorld world;
  world.operate(mute(network("10.0.7.0", 120)));
  world.guest("ann", "10.0.7.5");
  world.say("ann", "#veche", "hi");
  EXPECT_EQ(world.why("ann"), Refusal::muted);
}

// --- slow mode

TEST(SlowMode, LetsEachMemberSpeakOnceInAWhile) {
  ChatWorld world;
  world.guest("ann");
  world.guest("bob");
  EXPECT_EQ(reached(world, SlowDown{"#VECHE", 10s}), 2u);
  EXPECT_EQ(world.seen("bob").back(), "slowed #veche 10");
  world.forget_seen();
  world.say("ann", "#veche", "one");
  world.clock.advance(4s);
  world.say("ann", "#veche", "two");
  EXPECT_EQ(world.last<Refused>("ann").retry_after, 6s);
  world.say("bob", "#veche", "mine");
  world.clock.advance(6s);
  world.say("ann", "#veche", "two");
  EXPECT_EQ(world.seen("bob"), (Lines{"#veche ann: one", "#veche ann: two"}));
}

TEST(SlowMode, SurvivesARestartAndEnds) {
  ChatWorld world;
  world.guest("ann");
  world.operate(SlowDown{"#veche", 10s});
  world.restart();
  world.guest("ann");
  world.guest("bob");
  world.say("ann", "#veche", "one");
  world.say("ann", "#veche", "two");
  EXPECT_EQ(world.why("ann"), Refusal::too_fast);
  world.operate(SlowDown{"#veche", 0s});
  world.say("ann", "#veche", "three");
  EXPECT_EQ(world.seen("bob").back(), "#veche ann: three");
  EXPECT_EQ(world.operate(SlowDown{"#nowhere", 1s}).refused, Refusal::no_such_room);
}

TEST(SlowMode, ForgivesAClockThatWasSetBack) {
  ChatWorld world;
  world.guest("ann");
  world.guest("bob");
  world.operate(SlowDown{"#veche", 10s});
  world.say("ann", "#veche", "one");
  world.clock.step_wall(-1h);
  world.say("ann", "#veche", "two");
  EXPECT_EQ(world.seen("bob").back(), "#veche ann: two");
}

// --- to everybody

TEST(Announcement, ReachesEverybodyWhoIsLoggedInOnce) {
  ChatWorld world;
  world.guest("ann");
  world.join("ann", "#b");
  world.guest("bob");
  world.leave("bob", "#veche");
  world.connect("eve");
  world.forget_seen();
  EXPECT_EQ(reached(world, Announce{"tea at five"}), 2u);
  EXPECT_EQ(world.seen("ann"), Lines{"announced tea at five"});
  EXPECT_EQ(world.seen("bob"), Lines{"announced tea at five"});
  EXPECT_EQ(world.seen("eve"), Lines{});
}

TEST(Dismissal, TakesTheOldestFirstAndWhoStaysSeesThemGo) {
  // Who stayed was not told: when a drain was called off, he saw people who had long gone.
  ChatWorld world;
  for (const char* who : {"ann", "bob", "eve"}) {
    world.guest(who);
    world.clock.advance(1s);
  }
  world.forget_seen();
  EXPECT_EQ(reached(world, Dismiss{2, "moving house"}), 2u);
  EXPECT_EQ(world.last<Closed>("ann").cause, CloseCause::drained);
  EXPECT_EQ(world.last<Closed>("bob").reason, "moving house");
  EXPECT_TRUE(world.is_open("eve"));
  const Lines seen = world.seen("eve");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_NE(seen[0].find("ann"), std::string::npos) << seen[0];
  EXPECT_NE(seen[1].find("bob"), std::string::npos) << seen[1];
  EXPECT_EQ(reached(world, Dismiss{2, ""}), 1u);
}

// --- identities

TEST(ClearIdentities, TakesEverythingAndClosesEverybody) {
  ChatWorld world;
  world.account("ann");
  world.send("ann", KeepToken{{}});
  world.account("bob");
  world.guest("eve");
  const auto list = ordered<Identities>(world, AskIdentities{});
  ASSERT_EQ(list.accounts.size(), 2u);
  EXPECT_EQ(list.accounts[0].tokens, 1u);
  EXPECT_EQ(list.accounts[0].addresses, std::vector<std::string>{"10.0.0.1"});
  EXPECT_EQ(list.accounts[0].sessions, 1u);
  world.forget_seen();
  EXPECT_EQ(reached(world, ClearIdentities{list.version}), 2u);
  for (const char* who : {"ann", "bob", "eve"}) {
    EXPECT_EQ(world.seen(who).size(), 1u) << "told of nobody else's going";
    EXPECT_EQ(world.last<Closed>(who).cause, CloseCause::identities_cleared);
  }
  EXPECT_TRUE(world.kept().accounts.empty());
  EXPECT_TRUE(world.kept().tokens.empty());
  EXPECT_TRUE(world.kept().addresses.empty());
  world.connect("new");
  EXPECT_TRUE(world.last<Greeting>("new").remembered.empty());
  world.send("new", Register{"ann", "hash"});
  EXPECT_GT(world.kept().accounts.at(0).id.value, 2u) << "an account's id is never used again";
}

TEST(ClearIdentities, IsRefusedIfAnAccountWasMadeSinceTheLook) {
  ChatWorld world;
  world.account("ann");
  const auto version = ordered<Identities>(world, AskIdentities{}).version;
  world.account("bob");
  EXPECT_EQ(world.operate(ClearIdentities{version}).refused, Refusal::stale);
  EXPECT_EQ(world.kept().accounts.size(), 2u);
}

TEST(ClearIdentities, IsUndoneWhenTheDiskIsFull) {
  ChatWorld world;
  world.account("ann");
  world.send("ann", KeepToken{{}});
  const auto version = ordered<Identities>(world, AskIdentities{}).version;
  const std::string before = world.chat().describe();
  world.store.full = true;
  EXPECT_EQ(world.operate(ClearIdentities{version}).refused, Refusal::disk_full);
  EXPECT_EQ(world.chat().describe(), before);
  EXPECT_TRUE(world.is_open("ann"));
}

// --- what the operator looks at

TEST(Status, CountsWhatThereIs) {
  ChatWorld world;
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.guest("bob");
  world.connect("eve");
  world.say("ann", "#veche", "hi");
  const auto status = ordered<Status>(world, AskStatus{});
  EXPECT_EQ(status.sessions, 4u);
  EXPECT_EQ(status.users, 2u);
  EXPECT_EQ(status.guests, 1u);
  EXPECT_EQ(status.rooms, 1u);
  EXPECT_EQ(status.accounts, 1u);
  EXPECT_EQ(status.messages, 1u);
  EXPECT_TRUE(status.store_open);
}

TEST(Sessions, AreListedOldestFirstWithWhatIsKnownOfThem) {
  ChatWorld world;
  const base::WallTime start = world.clock.wall();
  world.account("ann", "10.0.0.1");
  world.clock.advance(5s);
  world.connect("eve", "10.0.0.2");
  world.clock.advance(5s);
  world.join("ann", "#tea");
  const auto list = ordered<SessionList>(world, AskSessions{}).sessions;
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].name, "ann");
  EXPECT_FALSE(list[0].guest);
  EXPECT_EQ(list[0].rooms, (std::vector<std::string>{"#veche", "#tea"}));
  EXPECT_EQ(list[0].connected, start);
  EXPECT_EQ(list[0].last_heard, start + 10s);
  EXPECT_EQ(list[1].name, "");
  EXPECT_EQ(list[1].address, "10.0.0.2");
}

TEST(Sessions, AreListedWithWhatTheirClientsSpeak) {
  Chat chat(Policy{}, DurableState{});
  Outbox outbox;
  const auto ordered_of = [&]<class Result>(const OperatorOrder& order, Result* result) {
    outbox = {};
    chat.apply({base::make_session_id(255, 1), Operate{1, std::make_shared<OperatorOrder>(order)}}, {},
               outbox);
    const auto& answer = std::get<ToSession>(outbox.effects.at(0)).event;
    *result = std::get<Result>(std::get<OperatorAnswer>(*answer).result);
  };
  chat.apply({{1}, Connect{}}, {}, outbox);
  chat.apply({{2}, Connect{.dialect = base::Dialect::irc}}, {}, outbox);
  SessionList list;
  ordered_of(AskSessions{}, &list);
  ASSERT_EQ(list.sessions.size(), 2u);
  EXPECT_EQ(list.sessions[0].dialect, base::Dialect::line);
  EXPECT_EQ(list.sessions[1].dialect, base::Dialect::irc);
  Status status;
  ordered_of(AskStatus{}, &status);
  EXPECT_EQ(status.sessions, 2u);
  EXPECT_EQ(status.irc_sessions, 1u);
}

TEST(RoomList, TellsMembersAndSlowMode) {
  ChatWorld world;
  world.guest("ann");
  world.say("ann", "#veche", "kept");
  world.join("ann", "#a");
  world.leave("ann", "#veche");
  world.operate(SlowDown{"#a", 7s});
  const auto list = ordered<RoomList>(world, AskRoomList{}).rooms;
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].name, "#a");
  EXPECT_EQ(list[0].members, 1u);
  EXPECT_EQ(list[0].slow, 7s);
  EXPECT_EQ(list[1].members, 0u) << "a room with a history is there without anybody in it";
}

TEST(RoomList, NamesTheFoundersOfRegisteredRooms) {
  ChatWorld world;
  world.account("ann");
  world.join("ann", "#a");
  world.join("ann", "#b");
  world.send("ann", RegisterRoom{"#b"});
  const auto list = ordered<RoomList>(world, AskRoomList{}).rooms;
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].founder, "");
  EXPECT_EQ(list[1].founder, "ann");
}

TEST(Policy, OfAReloadHoldsFromThenOn) {
  ChatWorld world;
  world.guest("ann");
  world.say("ann", "#veche", "hi");
  Policy policy;
  policy.accounts_required = true;
  policy.playback_messages = 0;
  EXPECT_EQ(reached(world, SetPolicy{policy}), 0u);
  world.guest("bob");
  EXPECT_EQ(world.why("bob"), Refusal::account_required);
  EXPECT_TRUE(world.is_open("ann"));
  world.account("eve");
  EXPECT_TRUE(world.last<Joined>("eve").recent.empty());
}

}  // namespace
}  // namespace veche::chat

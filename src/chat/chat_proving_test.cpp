// Chat: whose account is whose, for programs that prove it first and come in later.
#include "tests/fakes/chat_world.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using fakes::Lines;

base::ScramKeysPtr keys(std::uint8_t byte = 1) {
  base::ScramKeys made;
  made.salt.fill(byte);
  made.iterations = 100'000;
  return std::make_shared<const base::ScramKeys>(made);
}

/// A world where ann has an account, and nobody is here.
struct AnnsAccount : ChatWorld {
  explicit AnnsAccount(Policy policy = {}) : ChatWorld(std::move(policy)) {
    account("ann");
    quit("ann");
  }
  LogIn proof(base::ScramKeysPtr scram = {}) const {
    const AccountRecord& ann = kept().accounts.at(0);
    return {ann.id, ann.password_hash, {}, std::move(scram), true};
  }
};

TEST(Proving, OfAnAccountLetsNobodyInYet) {
  AnnsAccount world;
  world.connect("a", "10.0.0.1", false);
  world.send("a", world.proof());
  EXPECT_EQ(world.seen("a"), (Lines{"greeting ann", "proved to be ann"}));
  EXPECT_EQ(world.chat().user_count(), 0u);
  world.send("a", EnterAccount{});
  EXPECT_EQ(world.seen("a"), Lines{"logged in ann"});
  world.send("a", EnterAccount{});
  EXPECT_EQ(world.why("a"), Refusal::stale);
}

TEST(Proving, OfNothingOpensNothing) {
  AnnsAccount world;
  world.connect("a");
  world.send("a", EnterAccount{});
  EXPECT_EQ(world.why("a"), Refusal::stale);
  world.send("a", LogIn{{1}, "another hash", {}, {}, true});
  EXPECT_EQ(world.why("a"), Refusal::stale);
  world.send("a", EnterAccount{});
  EXPECT_EQ(world.why("a"), Refusal::stale);
}

TEST(Proving, EndsWithTheAccount) {
  AnnsAccount world;
  world.connect("a");
  world.send("a", world.proof());
  world.operate(ManageAccount{AccountAction::remove, "ann", {}});
  world.send("a", EnterAccount{});
  EXPECT_EQ(world.why("a"), Refusal::stale);
  world.send("a", EnterAsGuest{"ann"});
  EXPECT_EQ(world.last<Joined>("a").user, "ann") << "the name is free";
}

TEST(Proving, AnotherAccountIsTheOtherOne) {
  AnnsAccount world;
  world.account("bob");
  world.quit("bob");
  world.connect("a", "10.0.0.1", false);
  world.send("a", world.proof());
  world.send("a", LogIn{world.kept().accounts.at(1).id, "hash of bob", {}, {}, true});
  world.send("a", EnterAccount{});
  EXPECT_EQ(world.seen("a").back(), "logged in bob");
}

TEST(Secrets, AreThoseOfTheAccountOrADecoy) {
  Policy policy;
  policy.decoy_hash = "decoy";
  AnnsAccount world(policy);
  world.connect("a");
  world.send("a", AskSecrets{"ANN"});
  EXPECT_EQ(world.seen("a").back(), "secrets of ANN: hash of ann");
  EXPECT_TRUE(world.last<Secrets>("a").wants_scram);
  for (const char* nobody : {"bob", "", "\xff", "#x"}) {
    world.send("a", AskSecrets{nobody});
    EXPECT_EQ(world.seen("a").back(), "secrets of " + std::string(nobody) + ": decoy of nobody");
  }
  world.send("a", world.proof(keys()));
  world.send("a", AskSecrets{"ann"});
  EXPECT_EQ(world.seen("a").back(), "secrets of ann: hash of ann and keys");
  EXPECT_FALSE(world.last<Secrets>("a").wants_scram);
}

TEST(ScramKeys, AreKeptAtTheNextLogInOnce) {
  AnnsAccount world;
  EXPECT_FALSE(world.kept().accounts.at(0).scram);
  world.connect("a");
  world.send("a", Identify{"ann"});
  EXPECT_TRUE(world.last<Identified>("a").wants_scram);
  world.send("a", LogIn{{1}, "hash of ann", {}, keys(1)});
  ASSERT_TRUE(world.kept().accounts.at(0).scram);
  EXPECT_EQ(*world.kept().accounts.at(0).scram, *keys(1));
  world.connect("b");
  world.send("b", Identify{"ann"});
  EXPECT_FALSE(world.last<Identified>("b").wants_scram);
  world.send("b", LogIn{{1}, "hash of ann", {}, keys(2)});
  EXPECT_EQ(*world.kept().accounts.at(0).scram, *keys(1));
  EXPECT_EQ(world.chat().describe(false), Chat({}, world.kept()).describe(false));
}

TEST(ScramKeys, AreNotThoseOfAnotherPassword) {
  AnnsAccount world;
  world.connect("a");
  world.send("a", LogIn{{1}, "another hash", {}, keys()});
  EXPECT_FALSE(world.kept().accounts.at(0).scram);
  world.send("a", LogIn{{1}, "hash of ann", {}, keys(1)});
  world.send("a", SetPassword{"new", keys(2)});
  EXPECT_EQ(*world.kept().accounts.at(0).scram, *keys(2));
  world.send("a", SetPassword{"newer", {}});
  EXPECT_FALSE(world.kept().accounts.at(0).scram);
  EXPECT_EQ(world.chat().describe(false), Chat({}, world.kept()).describe(false));
}

TEST(ScramKeys, OfANewAccountAreThereAtOnce) {
  ChatWorld world;
  world.connect("a");
  world.send("a", Register{"ann", "hash", keys()});
  ASSERT_TRUE(world.kept().accounts.at(0).scram);
  world.operate(ManageAccount{AccountAction::add, "bob", "x", keys(3)});
  EXPECT_EQ(*world.kept().accounts.at(1).scram, *keys(3));
  world.operate(ManageAccount{AccountAction::set_password, "ann", "x", {}});
  EXPECT_FALSE(world.kept().accounts.at(0).scram);
}

TEST(ScramKeys, ThatCannotBeKeptTurnNobodyAway) {
  AnnsAccount world;
  world.store.full = true;
  world.connect("a");
  world.send("a", LogIn{{1}, "hash of ann", {}, keys()});
  EXPECT_EQ(world.last<Joined>("a").user, "ann");
  EXPECT_EQ(world.chat().describe(false), Chat({}, world.kept()).describe(false));
}

TEST(Becoming, AGuestTakesHisAccountWithHimWhereverHeIs) {
  AnnsAccount world;
  world.guest("gil");
  world.guest("bob");
  world.join("gil", "#tea");
  world.forget_seen();
  world.send("gil", world.proof());
  EXPECT_EQ(world.seen("gil"), (Lines{"proved to be ann", "renamed gil ann", "logged in ann"}));
  EXPECT_EQ(world.seen("bob"), (Lines{"renamed gil ann", "account ann ann"}));
  world.say("gil", "#tea", "still here");
  EXPECT_EQ(world.kept().recent.back()->account, world.kept().accounts.at(0).id);
  world.connect("eve");
  world.send("eve", EnterAsGuest{"gil"});
  EXPECT_EQ(world.last<Joined>("eve").user, "gil") << "that name is free again";
}

TEST(Becoming, AnAccountThatIsHereIsOneSessionMoreOfIt) {
  ChatWorld world;
  world.account("ann");
  world.join("ann", "#tea");
  world.guest("gil");
  world.join("gil", "#green");
  world.guest("bob");
  world.join("bob", "#green");
  world.forget_seen();
  world.send("gil", LogIn{{1}, "hash of ann", {}, {}, true});
  EXPECT_EQ(world.seen("gil"), (Lines{"proved to be ann", "left #veche", "left #green", "renamed gil ann",
                                      "logged in ann", "joined #veche", "joined #tea"}));
  EXPECT_EQ(world.seen("bob"), Lines{"quit gil"});
  EXPECT_EQ(world.chat().user_count(), 2u);
  world.send("bob", Tell{"ann", "both?"});
  EXPECT_EQ(world.seen("ann").back(), "bob tells: both?");
  EXPECT_EQ(world.seen("gil").back(), "bob tells: both?");
}

TEST(Becoming, AnotherAccountLeavesTheOtherSessionsOfTheFirst) {
  ChatWorld world;
  world.account("bob");
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.guest("eve");
  world.forget_seen();
  world.send("ann/2", LogIn{{1}, "hash of bob", {}, {}, true});
  EXPECT_EQ(world.seen("eve"), Lines{}) << "both are here still";
  EXPECT_EQ(world.seen("ann/2").back(), "joined #veche");
  world.forget_seen();
  world.send("ann", LogIn{{1}, "hash of bob", {}, {}, true});
  EXPECT_EQ(world.seen("eve"), Lines{"quit ann"});
  world.send("ann", LogIn{{1}, "hash of bob", {}, {}, true});
  EXPECT_EQ(world.seen("ann").back(), "proved to be bob") << "and nothing else";
}

TEST(Becoming, AnAccountThatIsNotHereBringsItHere) {
  ChatWorld world;
  world.account("bob");
  world.quit("bob");
  world.account("ann");
  world.guest("eve");
  world.forget_seen();
  world.send("ann", LogIn{{1}, "hash of bob", {}, {}, true});
  EXPECT_EQ(world.seen("eve"), (Lines{"quit ann", "arrived #veche bob"}));
}

TEST(Becoming, ABannedAccountIsRefused) {
  AnnsAccount world;
  world.operate(Impose{{SanctionKind::ban, {SanctionOn::account, "ann", {}}, "", "root", {}, {}}, {}});
  world.connect("a");
  world.send("a", world.proof(keys()));
  EXPECT_EQ(world.why("a"), Refusal::account_banned);
  EXPECT_FALSE(world.kept().accounts.at(0).scram);
  world.guest("gil");
  world.send("gil", world.proof());
  EXPECT_EQ(world.why("gil"), Refusal::account_banned);
  EXPECT_TRUE(world.is_open("gil"));
}

TEST(Registering, ProvesAtOnceWhoseItIs) {
  ChatWorld world;
  world.connect("a", "10.0.0.1", false);
  world.send("a", Register{"ann", "hash", {}, true});
  EXPECT_EQ(world.seen("a").back(), "proved to be ann, which is new");
  world.send("a", Register{"bob", "hash", {}, true});
  EXPECT_EQ(world.why("a"), Refusal::guests_only);
  world.send("a", EnterAccount{});
  EXPECT_EQ(world.seen("a").back(), "logged in ann");
}

TEST(Registering, AGuestMayTakeAnotherName) {
  ChatWorld world;
  world.guest("gil");
  world.guest("bob");
  world.forget_seen();
  world.send("gil", Register{"Bob", "hash", {}, true});
  EXPECT_EQ(world.why("gil"), Refusal::name_in_use);
  world.send("gil", Register{"ann", "hash", {}, true});
  EXPECT_EQ(world.seen("bob"), (Lines{"renamed gil ann", "account ann ann"}));
  world.send("gil", Register{"eve", "hash", {}, true});
  EXPECT_EQ(world.why("gil"), Refusal::guests_only);
  EXPECT_EQ(world.kept().accounts.size(), 1u);
}

TEST(Becoming, IsUndoneWithItsBatch) {
  ChatWorld world;
  world.account("ann");
  world.guest("gil");
  world.join("gil", "#tea");
  world.connect("eve");
  const std::string before = world.chat().describe();
  Outbox outbox;
  for (int i = 0; i < 3; ++i) {
    world.chat().committed();
    const auto apply = [&](std::uint64_t session, CommandBody body) {
      world.chat().apply({base::make_session_id(0, session), std::move(body)}, world.clock.wall(), outbox);
    };
    apply(2, LogIn{{1}, "hash of ann", {}, keys(), true});
    apply(2, Register{"new", "x", keys(), true});
    apply(3, Register{"new", "x", keys(), true});
    apply(3, EnterAccount{});
    apply(1, AddCertificate{std::string(64, 'a')});
    EXPECT_NE(world.chat().describe(), before);
    world.chat().roll_back();
    EXPECT_EQ(world.chat().describe(), before);
  }
}

}  // namespace
}  // namespace veche::chat

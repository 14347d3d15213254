// Rooms that are registered: whose they are, what they keep, who has which rank in them.
#include "base/limits.h"
#include "tests/fakes/chat_world.h"
#include "tests/fakes/room_changes.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::chat {
namespace {

using fakes::ban;
using fakes::ChatWorld;
using fakes::flag;
using fakes::key;
using fakes::limit;
using fakes::Lines;
using fakes::mask;
using fakes::rank;
using namespace std::chrono_literals;

constexpr Ranks kFounder = bit(Rank::founder);
constexpr Ranks kOper = bit(Rank::oper);

/// ann, bob and eve have accounts, dan is a guest; #dev is ann's. bob and dan are in it too. Nothing is
/// unseen.
struct Registered : ChatWorld {
  explicit Registered(Policy policy = {}) : ChatWorld(std::move(policy)) {
    for (const char* who : {"ann", "bob", "eve"}) account(who);
    guest("dan");
    for (const char* who : {"ann", "bob", "dan"}) join(who, "#dev");
    send("ann", RegisterRoom{"#dev"});
    forget_seen();
  }
  /// Everybody but who is named leaves #dev.
  void all_leave() {
    for (const char* who : {"ann", "bob", "dan"}) leave(who, "#dev");
    forget_seen();
  }
  Ranks ranks_of(const std::string& who, const std::string& of, const std::string& room = "#dev") {
    send(who, AskRoom{room, true});
    const auto view = last<RoomView>(who);
    for (std::size_t i = 0; i < view.roster.size(); ++i) {
      if (view.roster[i].person->name == of) return view.roster[i].ranks;
    }
    ADD_FAILURE() << of << " is not in " << room;
    return 0;
  }
  void expect_refused(const std::string& who, CommandBody body, Refusal why, const std::string& subject) {
    forget_seen();
    send(who, std::move(body));
    EXPECT_EQ(this->why(who), why);
    EXPECT_EQ(this->subject(who), subject);
    for (const char* other : {"ann", "bob", "eve", "dan"}) {
      if (other != who && is_open(other)) {
        EXPECT_EQ(seen(other), Lines{}) << other;
      }
    }
  }
};

// --- registering

TEST(RegisteringARoom, MakesItsOperatorTheFounder) {
  ChatWorld world;
  world.account("ann");
  world.guest("bob");
  for (const char* who : {"ann", "bob"}) world.join(who, "#dev");
  world.forget_seen();
  world.clock.advance(5s);
  world.send("ann", RegisterRoom{"#DEV"});
  const Lines changed{"changed #dev by ann: +rank 16 ann"};
  EXPECT_EQ(world.seen("bob"), changed);
  EXPECT_EQ(world.seen("ann"), (Lines{changed[0], "charter #dev of ann"}));
  EXPECT_EQ(world.last<CharterView>("ann").since, world.clock.wall());
  EXPECT_EQ(world.last<CharterView>("ann").created, world.clock.wall() - 5s);
  ASSERT_EQ(world.kept().charters.size(), 1u);
  EXPECT_EQ(world.kept().charters[0].charter.founder, world.kept().accounts[0].id);
}

TEST(RegisteringARoom, IsForAccountsThatAreOperatorsThere) {
  Registered world;
  world.join("dan", "#dans");
  world.join("eve", "#dans");
  world.expect_refused("dan", RegisterRoom{"#dans"}, Refusal::accounts_only, "#dans");
  world.expect_refused("eve", RegisterRoom{"#dans"}, Refusal::rank_needed, "#dans");
  world.expect_refused("bob", RegisterRoom{"#dans"}, Refusal::not_in_room, "#dans");
  world.expect_refused("bob", RegisterRoom{"#nowhere"}, Refusal::no_such_room, "#nowhere");
  world.expect_refused("bob", RegisterRoom{"#dev"}, Refusal::registered_already, "#dev");
  world.expect_refused("ann", RegisterRoom{"#veche"}, Refusal::rank_needed, "#veche");
}

TEST(RegisteringARoom, CanBeTheOperatorsOfTheServersAlone) {
  Policy policy;
  policy.room_registration = false;
  ChatWorld world(policy);
  world.account("ann");
  world.account("bob");
  world.join("ann", "#dev");
  world.join("bob", "#bobs");
  world.send("ann", RegisterRoom{"#dev"});
  EXPECT_EQ(world.why("ann"), Refusal::room_registration_off);
  world.send("ann", HoldOffice{"root", true});
  world.send("ann", RegisterRoom{"#dev"});
  EXPECT_EQ(world.last<CharterView>("ann").founder, "ann");
  world.send("ann", RegisterRoom{"#bobs"});
  EXPECT_EQ(world.last<CharterView>("ann").founder, "ann") << "he need not be in it";
  world.send("ann", RegisterRoom{"#veche"});
  EXPECT_EQ(world.last<CharterView>("ann").room, "#veche") << "the server's own is his to keep";
}

TEST(RegisteringARoom, HasALimitForEachAccount) {
  ChatWorld world;
  world.account("ann");
  world.account("bob");
  for (std::size_t i = 0; i <= base::limits::kRoomsPerAccountMax; ++i) {
    world.join("ann", "#" + std::to_string(i));
    world.send("ann", RegisterRoom{"#" + std::to_string(i)});
  }
  EXPECT_EQ(world.why("ann"), Refusal::charters_full);
  EXPECT_EQ(world.subject("ann"), "ann");
  world.join("bob", "#bobs");
  world.send("bob", RegisterRoom{"#bobs"});
  world.send("bob", TransferRoom{"#bobs", "ann"});
  EXPECT_EQ(world.why("bob"), Refusal::charters_full);
  world.send("ann", DropRoom{"#0"});
  world.send("bob", TransferRoom{"#bobs", "ann"});
  EXPECT_EQ(world.last<CharterView>("bob").founder, "ann");
}

TEST(RegisteringARoom, NeedsTheStore) {
  ChatWorld world;
  world.account("ann");
  world.join("ann", "#dev");
  world.store.full = true;
  world.send("ann", RegisterRoom{"#dev"});
  EXPECT_EQ(world.why("ann"), Refusal::disk_full);
  world.store.full = false;
  world.chat().open_store();
  EXPECT_TRUE(world.kept().charters.empty());
  world.send("ann", AskCharter{"#dev"});
  EXPECT_EQ(world.why("ann"), Refusal::not_registered);
}

// --- what is kept

TEST(ARegisteredRoom, KeepsItsRulesWhileNobodyIsThere) {
  Registered world;
  world.change("ann", "#dev", {key("sesame"), limit(9), flag(RoomFlag::moderated), ban("*!*@10.9.*")});
  world.send("ann", SetTopic{"#dev", "Code"});
  world.all_leave();
  world.join("eve", "#dev");
  EXPECT_EQ(world.why("eve"), Refusal::wrong_key);
  world.send("eve", Join{"#dev", "sesame"});
  const auto joined = world.last<Joined>("eve");
  ASSERT_TRUE(joined.state);
  EXPECT_EQ(joined.state->topic.text, "Code");
  EXPECT_EQ(joined.state->topic.by.substr(0, 4), "ann!");
  EXPECT_EQ(joined.state->limit, 9u);
  EXPECT_TRUE(joined.state->has(RoomFlag::moderated));
  ASSERT_EQ(joined.state->list(MaskList::bans).size(), 1u);
  EXPECT_EQ(world.ranks_of("eve", "eve"), 0) << "coming first gives no rank";
}

TEST(ARegisteredRoom, OutlivesTheProcess) {
  Registered world;
  const base::WallTime set = world.clock.wall();
  world.change("ann", "#dev",
               {key("sesame"), ban("*!*@10.9.*"), ban("b*!*@*"), ban("*!*@10.9.*", false),
                mask(MaskList::invite_exceptions, "eve", true, MaskOn::account)});
  world.send("ann", SetTopic{"#dev", "Code"});
  world.send("ann", SetStandingRank{"#dev", "bob", kOper});
  const std::string before = world.chat().describe(false);
  world.clock.advance(1h);
  world.restart();
  EXPECT_EQ(world.chat().describe(false), before);
  world.log_in("ann", "ann");
  world.join("ann", "#dev");
  const auto joined = world.last<Joined>("ann");
  EXPECT_EQ(joined.state->topic.text, "Code");
  EXPECT_EQ(joined.state->topic.at, set);
  EXPECT_EQ(joined.state->key, "sesame");
  ASSERT_EQ(joined.state->list(MaskList::bans).size(), 1u);
  EXPECT_EQ(joined.state->list(MaskList::bans)[0].pattern, "b*!*@*");
  EXPECT_EQ(joined.state->list(MaskList::bans)[0].by.substr(0, 4), "ann!");
  EXPECT_EQ(joined.created, set) << "not when somebody came back";
  EXPECT_EQ(world.ranks_of("ann", "ann"), kFounder);
  world.log_in("bob", "bob");
  world.join("bob", "#dev");
  EXPECT_EQ(world.ranks_of("ann", "bob"), kOper) << "past the key and the ban, as an operator";
  world.send("ann", AskCharter{"#dev"});
  EXPECT_EQ(world.seen("ann").back(), "charter #dev of ann: bob=4");
}

TEST(ARegisteredRoom, DoesNotChangeWhileTheStoreIsClosed) {
  Registered world;
  world.store.full = true;
  world.send("ann", SetTopic{"#dev", "Code"});
  EXPECT_EQ(world.why("ann"), Refusal::disk_full);
  world.forget_seen();
  world.change("ann", "#dev", {key("a"), limit(3), rank("bob", Rank::voice)});
  EXPECT_EQ(world.seen("ann"), (Lines{"refused " + std::to_string(static_cast<int>(Refusal::disk_full)),
                                      "changed #dev by ann: +rank 1 bob"}));
  for (CommandBody body : {CommandBody{DropRoom{"#dev"}}, CommandBody{TransferRoom{"#dev", "bob"}},
                           CommandBody{SetStandingRank{"#dev", "bob", kOper}}}) {
    world.expect_refused("ann", body, Refusal::disk_full, "#dev");
  }
}

TEST(ARegisteredRoom, IsKnownByItsNewNameAfterItIsRenamed) {
  Registered world;
  world.send("ann", RenameRoom{"#dev", "#code"});
  world.restart();
  world.log_in("ann", "ann");
  world.join("ann", "#code");
  EXPECT_EQ(world.ranks_of("ann", "ann", "#code"), kFounder);
}

// --- ranks

TEST(TheFounder, HasHisRankWheneverHeComes) {
  Registered world;
  world.leave("ann", "#dev");
  world.forget_seen();
  world.join("ann", "#dev");
  EXPECT_EQ(world.ranks_of("ann", "ann"), kFounder);
  EXPECT_EQ(world.ranks_of("ann", "bob"), 0);
}

TEST(TheFounder, IsKeptOutByNothing) {
  Registered world;
  world.change("ann", "#dev", {flag(RoomFlag::invite_only), ban("ann!*@*"), limit(1), key("x")});
  world.leave("ann", "#dev");
  world.join("ann", "#dev");
  EXPECT_EQ(world.last<Joined>("ann").name, "#dev");
}

TEST(TheFounder, IsKnownByHisAccountAndNotByHisName) {
  Registered world;
  world.all_leave();
  world.operate(ManageAccount{AccountAction::remove, "ann", ""});
  world.account("ann");
  world.join("ann", "#dev");
  EXPECT_EQ(world.ranks_of("ann", "ann"), kOper) << "it is another ann, in a room like any other";
}

TEST(StandingRanks, AreGivenWheneverTheAccountComesAndNow) {
  Registered world;
  world.send("ann", SetStandingRank{"#dev", "BOB", bit(Rank::admin)});
  EXPECT_EQ(world.seen("dan"), Lines{"changed #dev by ann: +rank 8 bob"});
  EXPECT_EQ(world.seen("ann"), (Lines{"changed #dev by ann: +rank 8 bob", "charter #dev of ann: bob=8"}));
  world.leave("bob", "#dev");
  world.join("bob", "#dev");
  EXPECT_EQ(world.ranks_of("ann", "bob"), bit(Rank::admin));
  world.forget_seen();
  world.send("ann", SetStandingRank{"#dev", "bob", bit(Rank::voice)});
  EXPECT_EQ(world.seen("dan"), Lines{"changed #dev by ann: -rank 8 bob,+rank 1 bob"});
  world.send("ann", SetStandingRank{"#dev", "bob", 0});
  EXPECT_EQ(world.seen("dan"), Lines{"changed #dev by ann: -rank 1 bob"});
  EXPECT_TRUE(world.kept().charters[0].charter.ranks.empty());
}

TEST(StandingRanks, AreGivenByWhoHasAHigherOne) {
  Registered world;
  world.send("ann", SetStandingRank{"#dev", "bob", bit(Rank::admin)});
  world.send("bob", SetStandingRank{"#dev", "eve", kOper});
  EXPECT_EQ(world.last<CharterView>("bob").ranks.size(), 2u);
  world.expect_refused("bob", SetStandingRank{"#dev", "eve", bit(Rank::admin)}, Refusal::charter_rank_needed,
                       "#dev");
  world.expect_refused("eve", SetStandingRank{"#dev", "bob", 0}, Refusal::charter_rank_needed, "#dev");
  world.expect_refused("eve", SetStandingRank{"#dev", "ann", 0}, Refusal::charter_rank_needed, "#dev");
  world.expect_refused("ann", SetStandingRank{"#dev", "ann", 0}, Refusal::charter_rank_needed, "#dev");
  world.expect_refused("ann", SetStandingRank{"#dev", "eve", kFounder}, Refusal::charter_rank_needed, "#dev");
  world.expect_refused("ann", SetStandingRank{"#dev", "nobody", kOper}, Refusal::no_such_account, "nobody");
  world.expect_refused("dan", SetStandingRank{"#dev", "eve", 0}, Refusal::charter_rank_needed, "#dev");
  world.send("eve", SetStandingRank{"#dev", "eve", 0});
  EXPECT_EQ(world.last<CharterView>("eve").room, "#dev") << "one's own can be given up";
  EXPECT_EQ(world.kept().charters[0].charter.ranks.size(), 1u);
}

TEST(StandingRanks, AreGivenToWhoLogsInWhereHeIs) {
  Registered world;
  world.send("ann", SetStandingRank{"#dev", "eve", kOper});
  world.quit("eve");
  world.forget_seen();
  world.send("dan", Identify{"eve"});
  const auto eve = world.last<Identified>("dan");
  world.send("dan", LogIn{eve.account, eve.password_hash, {}, {}, true});
  const Lines seen = world.seen("ann");
  EXPECT_EQ(seen.back(), "changed #dev by nobody: +rank 4 eve");
  EXPECT_EQ(world.ranks_of("ann", "eve"), kOper);
}

TEST(StandingRanks, AreToldToWhoHasOne) {
  Registered world;
  world.send("ann", SetStandingRank{"#dev", "bob", kOper});
  world.send("eve", AskCharter{"#dev"});
  EXPECT_EQ(world.seen("eve"), Lines{"charter #dev of ann"});
  world.send("bob", AskCharter{"#dev"});
  EXPECT_EQ(world.seen("bob").back(), "charter #dev of ann: bob=4");
  world.change("ann", "#dev", {flag(RoomFlag::secret)});
  world.expect_refused("eve", AskCharter{"#dev"}, Refusal::no_such_room, "#dev");
  world.leave("bob", "#dev");
  world.send("bob", AskCharter{"#dev"});
  EXPECT_EQ(world.last<CharterView>("bob").founder, "ann");
}

TEST(StandingRanks, HaveALimit) {
  Registered world;
  for (std::size_t i = 0; i <= base::limits::kStandingRanksPerRoomMax; ++i) {
    const std::string name = "p" + std::to_string(i);
    world.operate(ManageAccount{AccountAction::add, name, "hash"});
    world.send("ann", SetStandingRank{"#dev", name, bit(Rank::voice)});
  }
  EXPECT_EQ(world.why("ann"), Refusal::standing_full);
  world.send("ann", SetStandingRank{"#dev", "p0", kOper});
  EXPECT_EQ(world.last<CharterView>("ann").account, "p0") << "another rank of the same account is no more";
}

TEST(ClaimingRanks, GivesBackWhatTheAccountHas) {
  Registered world;
  world.change("ann", "#dev", {rank("bob", Rank::founder)});
  world.change("bob", "#dev", {rank("ann", Rank::founder, false), rank("ann", Rank::oper, false)});
  EXPECT_EQ(world.ranks_of("bob", "ann"), 0);
  world.forget_seen();
  world.send("ann", ClaimRanks{"#dev"});
  EXPECT_EQ(world.seen("bob"), Lines{"changed #dev by ann: +rank 16 ann"});
  world.send("ann", ClaimRanks{"#dev", "bob", kFounder, false});
  EXPECT_EQ(world.ranks_of("ann", "bob"), 0);
  world.forget_seen();
  world.send("ann", ClaimRanks{"#dev"});
  EXPECT_EQ(world.seen("ann"), Lines{}) << "he has it";
}

TEST(ClaimingRanks, IsForWhoHasThemByHisAccount) {
  Registered world;
  world.send("ann", SetStandingRank{"#dev", "bob", kOper});
  world.send("ann", SetStandingRank{"#dev", "eve", bit(Rank::voice)});
  world.send("bob", ClaimRanks{"#dev", "dan", bit(Rank::half_operator)});
  EXPECT_EQ(world.ranks_of("ann", "dan"), bit(Rank::half_operator));
  world.expect_refused("bob", ClaimRanks{"#dev", "dan", bit(Rank::admin)}, Refusal::charter_rank_needed,
                       "#dev");
  world.expect_refused("bob", ClaimRanks{"#dev", "ann", kOper, false}, Refusal::charter_rank_needed, "#dev");
  world.expect_refused("eve", ClaimRanks{"#dev", "dan", bit(Rank::voice)}, Refusal::charter_rank_needed,
                       "#dev");
  world.expect_refused("dan", ClaimRanks{"#dev"}, Refusal::charter_rank_needed, "#dev");
  world.expect_refused("ann", ClaimRanks{"#dev", "eve", kOper}, Refusal::member_not_in_room, "eve");
  world.expect_refused("ann", ClaimRanks{"#veche"}, Refusal::not_registered, "#veche");
}

// --- another founder, and none

TEST(Transferring, MakesAnotherAccountTheFounder) {
  Registered world;
  world.send("ann", SetStandingRank{"#dev", "bob", kOper});
  world.forget_seen();
  world.send("ann", TransferRoom{"#dev", "bob"});
  EXPECT_EQ(world.seen("dan"),
            (Lines{"changed #dev by ann: -rank 16 ann", "changed #dev by ann: +rank 16 bob"}));
  EXPECT_EQ(world.last<CharterView>("ann").founder, "bob");
  EXPECT_TRUE(world.kept().charters[0].charter.ranks.empty()) << "a founder needs no other rank";
  world.expect_refused("ann", TransferRoom{"#dev", "ann"}, Refusal::charter_rank_needed, "#dev");
  world.expect_refused("bob", TransferRoom{"#dev", "dan"}, Refusal::no_such_account, "dan");
  world.restart();
  world.log_in("bob", "bob");
  world.join("bob", "#dev");
  EXPECT_EQ(world.ranks_of("bob", "bob"), kFounder);
}

TEST(Dropping, MakesTheRoomOneLikeAnyOther) {
  Registered world;
  world.expect_refused("bob", DropRoom{"#dev"}, Refusal::charter_rank_needed, "#dev");
  world.change("ann", "#dev", {key("sesame")});
  world.send("ann", DropRoom{"#dev"});
  EXPECT_EQ(world.seen("ann").back(), "charter #dev no more");
  EXPECT_TRUE(world.kept().charters.empty());
  EXPECT_EQ(world.ranks_of("ann", "ann"), kFounder | kOper) << "for as long as he stays";
  world.send("eve", Join{"#dev"});
  EXPECT_EQ(world.why("eve"), Refusal::wrong_key) << "its rules too";
  world.all_leave();
  world.join("eve", "#dev");
  EXPECT_EQ(world.ranks_of("eve", "eve"), kOper);
}

TEST(Dropping, AnEmptyRoomEndsItsRulesAtOnce) {
  Registered world;
  world.change("ann", "#dev", {key("sesame")});
  world.all_leave();
  world.send("ann", DropRoom{"#dev"});
  world.join("eve", "#dev");
  EXPECT_EQ(world.last<Joined>("eve").state->key, "");
}

TEST(Dropping, CanBeTheServersOperators) {
  Registered world;
  world.send("eve", HoldOffice{"root", true});
  world.send("eve", DropRoom{"#dev"});
  EXPECT_TRUE(world.kept().charters.empty());
}

// --- accounts that go

TEST(AnAccountThatIsRemoved, LeavesItsRoomsToTheHighestRank) {
  Registered world;
  world.send("ann", SetStandingRank{"#dev", "bob", kOper});
  world.send("ann", SetStandingRank{"#dev", "eve", bit(Rank::admin)});
  world.join("eve", "#dev");
  world.forget_seen();
  world.operate(ManageAccount{AccountAction::remove, "ann", ""});
  const Lines seen = world.seen("eve");
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.front(), "changed #dev by nobody: +rank 16 eve");
  world.send("eve", AskCharter{"#dev"});
  EXPECT_EQ(world.seen("eve").back(), "charter #dev of eve: bob=4");
}

TEST(AnAccountThatIsRemoved, LeavesItsRoomsToNobodyBelowAnOperator) {
  Registered world;
  world.send("ann", SetStandingRank{"#dev", "bob", bit(Rank::half_operator)});
  world.operate(ManageAccount{AccountAction::remove, "ann", ""});
  EXPECT_TRUE(world.kept().charters.empty());
}

TEST(AnAccountThatIsRemoved, HasNoRankAnyMore) {
  Registered world;
  world.send("ann", SetStandingRank{"#dev", "bob", kOper});
  world.operate(ManageAccount{AccountAction::remove, "bob", ""});
  EXPECT_TRUE(world.kept().charters[0].charter.ranks.empty());
}

TEST(ClearedIdentities, LeaveNoRoomRegistered) {
  Registered world;
  const auto identities = std::get<Identities>(world.operate(AskIdentities{}).result);
  world.operate(ClearIdentities{identities.version});
  EXPECT_TRUE(world.kept().charters.empty());
  world.restart();
  world.guest("zoe");
  world.join("zoe", "#dev");
  EXPECT_EQ(world.ranks_of("zoe", "zoe"), kOper);
}

}  // namespace
}  // namespace veche::chat

// Who may come into a room, and what he is there.
#include "tests/fakes/chat_world.h"
#include "tests/fakes/room_changes.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace veche::chat {
namespace {

using fakes::ban;
using fakes::ChatWorld;
using fakes::flag;
using fakes::forward;
using fakes::key;
using fakes::limit;
using fakes::Lines;
using fakes::mask;

constexpr Ranks kOper = bit(Rank::oper);

/// ann has made #dev; bob is here and not in it. Nothing is unseen.
struct Door : ChatWorld {
  explicit Door(Policy policy = {}) : ChatWorld(std::move(policy)) {
    guest("ann");
    guest("bob", "10.0.0.2");
    join("ann", "#dev");
    forget_seen();
  }
  /// Changes #dev, then lets bob try to come in.
  void expect_refused(std::vector<RoomChange> changes, Refusal why, const std::string& with_key = {}) {
    change("ann", "#dev", std::move(changes));
    send("bob", Join{"#DEV", with_key});
    EXPECT_EQ(this->why("bob"), why);
    EXPECT_EQ(subject("bob"), "#DEV");
  }
  void expect_let_in(const std::string& with_key = {}) {
    send("bob", Join{"#dev", with_key});
    EXPECT_EQ(last<Joined>("bob").name, "#dev");
  }
};

Ranks ranks_of(ChatWorld& world, const std::string& who, const std::string& room) {
  world.send(who, AskRoom{room});
  return world.last<RoomView>(who).ranks;
}

// --- what one is there

TEST(Joining, WhoMakesARoomIsItsOperator) {
  Door world;
  world.join("bob", "#dev");
  EXPECT_EQ(ranks_of(world, "ann", "#dev"), kOper);
  EXPECT_EQ(ranks_of(world, "bob", "#dev"), 0);
}

TEST(Joining, TheDefaultRoomIsNobodys) {
  Policy policy;
  policy.default_room = "#Вече";
  ChatWorld world(policy);
  world.guest("ann");
  EXPECT_EQ(ranks_of(world, "ann", "#вече"), 0);
  world.join("ann", "#veche");
  EXPECT_EQ(ranks_of(world, "ann", "#veche"), kOper);
}

TEST(Joining, ARoomThatAllHaveLeftIsAsNewToTheNext) {
  for (const bool is_kept : {false, true}) {
    Door world;
    if (is_kept) world.say("ann", "#dev", "kept");
    world.change("ann", "#dev", {flag(RoomFlag::secret), key("k"), limit(9), ban("eve")});
    world.send("ann", SetTopic{"#dev", "tea"});
    world.send("ann", Invite{"#dev", "bob"});
    world.leave("ann", "#dev");
    world.expect_let_in();
    EXPECT_EQ(ranks_of(world, "bob", "#dev"), kOper);
    const RoomStatePtr state = world.last<RoomView>("bob").state;
    EXPECT_EQ(state->flags, Policy{}.room_flags);
    EXPECT_EQ(state->key + state->topic.text, "");
    EXPECT_EQ(state->limit, 0u);
    EXPECT_TRUE(state->list(MaskList::bans).empty());
  }
}

TEST(Joining, ARoomWithoutRulesHasNoState) {
  Policy policy;
  policy.room_flags = 0;
  Door world(policy);
  world.expect_let_in();
  EXPECT_EQ(world.last<Joined>("bob").state, nullptr);
}

TEST(Joining, ToldToTheRoomSaysWhoItIs) {
  Door world;
  world.expect_let_in();
  const auto arrived = world.last<Arrived>("ann");
  EXPECT_EQ(arrived.person->name, "bob");
  EXPECT_EQ(arrived.person->host, "10.0.0.2");
  EXPECT_EQ(arrived.person->account, "");
  EXPECT_EQ(arrived.ranks, 0);
  EXPECT_EQ(arrived.time, world.clock.wall());
}

TEST(Joining, BringsARosterInsteadOfNamesAndMessagesToWhoWantsIt) {
  ChatWorld world;
  world.guest("ann");
  world.guest("bob");
  world.join("ann", "#dev");
  world.join("bob", "#dev");
  world.say("ann", "#dev", "hi");
  world.connect("eve", "10.0.0.1", false, true);
  world.send("eve", EnterAsGuest{"eve"});
  world.join("eve", "#dev");
  auto joined = world.last<Joined>("eve");
  EXPECT_EQ(fakes::to_text(joined.roster), "ann 4,bob,eve");
  EXPECT_TRUE(joined.members.empty());
  EXPECT_TRUE(joined.recent.empty());
  EXPECT_EQ(joined.self->name, "eve");
  EXPECT_FALSE(joined.again);
  EXPECT_EQ(joined.state->flags, Policy{}.room_flags);
  EXPECT_NE(joined.created, base::WallTime{});
  const Roster before = joined.roster;
  world.join("eve", "#dev");
  EXPECT_TRUE(world.last<Joined>("eve").again);

  world.leave("ann", "#dev");
  world.join("ann", "#dev");
  world.change("bob", "#dev", {});
  world.join("eve", "#dev");
  EXPECT_EQ(fakes::to_text(world.last<Joined>("eve").roster), "bob,eve,ann");
  world.send("bob", Rename{"rob"});
  world.join("eve", "#dev");
  EXPECT_EQ(fakes::to_text(world.last<Joined>("eve").roster), "rob,eve,ann");
  EXPECT_EQ(fakes::to_text(before), "ann 4,bob,eve") << "what was handed out stays as it was";
}

TEST(Joining, ARosterOfManyGrowsWithoutChangingWhatWasHandedOut) {
  Policy policy;
  policy.connections_per_address = 0;
  ChatWorld world(policy);
  std::vector<Roster> rosters;
  for (int i = 0; i < 200; ++i) {
    const std::string who = "guest" + std::to_string(i);
    world.connect(who, "10.0.0.1", true, true);
    world.send(who, EnterAsGuest{who});
    rosters.push_back(world.last<Joined>(who).roster);
  }
  for (std::size_t i = 0; i < rosters.size(); ++i) {
    ASSERT_EQ(rosters[i].size(), i + 1);
    EXPECT_EQ(rosters[i][0].person->name, "guest0");
    EXPECT_EQ(rosters[i][i].person->name, "guest" + std::to_string(i));
  }
}

// --- who may come in

TEST(Joining, ARoomWithAKeyTakesTheKey) {
  Door world;
  world.expect_refused({key("sesame")}, Refusal::wrong_key);
  world.expect_refused({}, Refusal::wrong_key, "Sesame");
  world.expect_let_in("sesame");
}

TEST(Joining, AnInviteOnlyRoomTakesAnInvitation) {
  Door world;
  world.expect_refused({flag(RoomFlag::invite_only)}, Refusal::invitation_needed);
  world.send("ann", Invite{"#dev", "bob"});
  world.expect_let_in();
  world.leave("bob", "#dev");
  world.expect_refused({}, Refusal::invitation_needed);
}

TEST(Joining, AnInvitationStandsForTheKeyTheLimitAndABan) {
  Door world;
  world.change("ann", "#dev", {key("k"), limit(1), ban("bob!*@*"), flag(RoomFlag::invite_only)});
  world.send("ann", Invite{"#dev", "bob"});
  world.expect_let_in();
}

TEST(Joining, AnInvitationStandsForNoAccount) {
  Door world;
  world.send("ann", Invite{"#dev", "bob"});
  world.expect_refused({flag(RoomFlag::accounts_join)}, Refusal::account_needed);
  world.send("bob", Register{"", "hash"});
  world.expect_let_in();
}

TEST(Joining, WhoIsOnTheListOfTheInvitedNeedsNoInvitation) {
  Door world;
  world.change("ann", "#dev",
               {flag(RoomFlag::invite_only), mask(MaskList::invite_exceptions, "b?b!*@10.0.0.*")});
  world.expect_let_in();
}

TEST(Joining, AFullRoomTakesNobody) {
  Door world;
  world.expect_refused({limit(1)}, Refusal::room_full);
  world.change("ann", "#dev", {limit(2)});
  world.expect_let_in();
}

TEST(Joining, WhoIsBannedStaysOutUnlessExcepted) {
  Door world;
  world.expect_refused({ban("BOB!*@*")}, Refusal::banned_from_room);
  world.change("ann", "#dev", {mask(MaskList::exceptions, "*!*@10.0.0.2")});
  world.expect_let_in();
}

TEST(Joining, ABanIsOnWhoeverItsMaskMeans) {
  struct Case {
    RoomChange entry;
    bool guest;    // means bob, a guest
    bool account;  // means Боб, an account from the same address
  };
  const auto on = [](MaskOn kind, const std::string& pattern) {
    return mask(MaskList::bans, pattern, true, kind);
  };
  const Case cases[] = {
      {ban("*!*@*"), true, true},
      {ban("bob!*@*"), true, false},
      {ban("БОБ!*@*"), false, true},
      {ban("*!*@10.0.0.2"), true, true},
      {ban("*!*@10.0.0.3"), false, false},
      {ban("*!~VECHE@*"), true, true},
      {ban("bob"), false, false},
      {on(MaskOn::account, "*"), false, true},
      {on(MaskOn::account, "б*"), false, true},
      {on(MaskOn::account, "БОБ"), false, true},
      {on(MaskOn::account, "ann"), false, false},
      {on(MaskOn::guests, ""), true, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(fakes::to_text(c.entry));
    Door world;
    world.account("Боб", "10.0.0.2");
    world.change("ann", "#dev", {c.entry});
    for (const auto& [who, meant] : {std::pair("bob", c.guest), std::pair("Боб", c.account)}) {
      world.forget_seen();
      world.join(who, "#dev");
      EXPECT_EQ(world.seen(who), Lines{meant ? "refused " + fakes::number(Refusal::banned_from_room)
                                             : std::string("joined #dev")});
    }
  }
}

TEST(Joining, ABanOfAnAddressMeansAnyOfAPersonsConnections) {
  Door world;
  world.account("dan", "10.0.0.7");
  world.log_in("dan/2", "dan", "10.0.0.8");
  world.change("ann", "#dev", {ban("*!*@10.0.0.8")});
  world.join("dan", "#dev");
  EXPECT_EQ(world.why("dan"), Refusal::banned_from_room);
}

TEST(Joining, ARoomOfAccountsTakesAccounts) {
  Door world;
  world.expect_refused({flag(RoomFlag::accounts_join)}, Refusal::account_needed);
  world.account("dan");
  world.join("dan", "#dev");
  EXPECT_EQ(world.last<Joined>("dan").name, "#dev");
}

TEST(Joining, RulesAreForThoseWhoAreNotIn) {
  Door world;
  world.expect_let_in();
  world.change("ann", "#dev", {key("k"), limit(1), ban("*!*@*"), flag(RoomFlag::invite_only)});
  world.join("bob", "#dev");
  EXPECT_TRUE(world.last<Joined>("bob").again);
}

TEST(Joining, TheDefaultRoomHasItsRulesToo) {
  Policy policy;
  policy.room_flags = bit(RoomFlag::accounts_join);
  ChatWorld world(policy);
  world.account("ann");
  world.guest("bob");
  EXPECT_EQ(world.why("bob"), Refusal::account_needed) << "he is here, and in no room";
}

TEST(Joining, NothingKeepsOutWhoKeepsOrder) {
  Door world;
  world.change(
      "ann", "#dev",
      {key("k"), limit(1), ban("*!*@*"), flag(RoomFlag::invite_only), flag(RoomFlag::accounts_join)});
  world.send("bob", HoldOffice{"root", true});
  world.expect_let_in();
}

TEST(Joining, ToldToTheRoomSaysWhatHeHasSaidOfHimself) {
  Door world;
  world.connect("fay", "10.0.0.3", false);
  world.send("fay", EnterAsGuest{"fay", std::make_shared<const Introduction>(Introduction{"~fay", "Fay F"})});
  world.send("fay", SetAway{"tea"});
  world.join("fay", "#dev");
  const auto arrived = world.last<Arrived>("ann");
  EXPECT_EQ(arrived.person->username, "~fay");
  EXPECT_EQ(arrived.realname, "Fay F");
  EXPECT_EQ(arrived.away, "tea");
  EXPECT_EQ(world.last<Joined>("fay").realname, "Fay F");
}

// --- forwarding

TEST(Forwarding, SendsOnWhoIsNotLetIn) {
  Door world;
  world.join("ann", "#hall");
  world.change("ann", "#dev", {flag(RoomFlag::invite_only), forward("#HALL")});
  world.forget_seen();
  world.join("bob", "#dev");
  EXPECT_EQ(world.seen("bob"), (Lines{"forwarded #dev #hall", "joined #hall"}));
  EXPECT_EQ(world.seen("ann"), Lines{"arrived #hall bob"});
  world.join("bob", "#dev");
  EXPECT_EQ(world.seen("bob"), (Lines{"forwarded #dev #hall", "joined #hall"})) << "where he is already";
  EXPECT_EQ(world.seen("ann"), Lines{});
}

TEST(Forwarding, HappensOnce) {
  Door world;
  for (const char* room : {"#hall", "#yard"}) world.join("ann", room);
  world.change("ann", "#hall", {flag(RoomFlag::invite_only), forward("#yard")});
  world.expect_refused({limit(1), forward("#hall")}, Refusal::room_full);
}

TEST(Forwarding, ToARoomThatIsNoMoreIsNone) {
  Door world;
  world.join("ann", "#hall");
  world.change("ann", "#dev", {key("k"), forward("#hall")});
  world.leave("ann", "#hall");
  world.expect_refused({}, Refusal::wrong_key);
}

TEST(Forwarding, IsNotForThoseWhoMayComeIn) {
  Door world;
  world.join("ann", "#hall");
  world.change("ann", "#dev", {forward("#hall")});
  world.expect_let_in();
}

}  // namespace
}  // namespace veche::chat

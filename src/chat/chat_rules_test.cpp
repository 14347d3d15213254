// The rules of a room and the ranks in it: who may change which, and what is told of it.
#include "tests/fakes/chat_world.h"
#include "tests/fakes/room_changes.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <tuple>

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
using fakes::rank;

std::string refused(Refusal why) { return "refused " + fakes::number(why); }

/// In #dev ann is an operator, bob a half operator, eve has a voice, and dan has no rank.
struct Ranked : ChatWorld {
  explicit Ranked(Policy policy = {}) : ChatWorld(std::move(policy)) {
    for (const char* who : {"ann", "bob", "eve", "dan"}) {
      guest(who);
      join(who, "#dev");
    }
    change("ann", "#dev", {rank("bob", Rank::half_operator), rank("eve", Rank::voice)});
    forget_seen();
  }
  std::string roster() {
    send("ann", AskRoom{"#dev", true});
    return fakes::to_text(last<RoomView>("ann").roster);
  }
  RoomState state() {
    send("ann", AskRoom{"#dev"});
    return *last<RoomView>("ann").state;
  }
};

TEST(Rules, AChangeIsToldToAllAndToTheAskerBehindThem) {
  Ranked world;
  world.change("ann", "#DEV",
               {flag(RoomFlag::secret), flag(RoomFlag::topic_locked, false), key("k"), limit(7),
                rank("DAN", Rank::voice), ban("*!*@evil")});
  const std::string changed =
      "changed #dev by ann: +flag 16,-flag 8,+key k,+limit 7,+rank 1 dan,+mask 0 0 *!*@evil";
  for (const char* who : {"ann", "bob", "eve", "dan"}) EXPECT_EQ(world.seen(who), Lines{changed}) << who;
  EXPECT_EQ(world.last<RoomChanged>("bob").time, world.clock.wall());
  const RoomState state = world.state();
  EXPECT_TRUE(state.has(RoomFlag::secret));
  EXPECT_FALSE(state.has(RoomFlag::topic_locked));
  EXPECT_TRUE(state.has(RoomFlag::members_only)) << "what nobody touched stays";
  EXPECT_EQ(state.key, "k");
  EXPECT_EQ(state.limit, 7u);
  EXPECT_EQ(state.list(MaskList::bans).at(0).by, "ann!~veche@10.0.0.1");
  EXPECT_EQ(state.list(MaskList::bans).at(0).at, world.clock.wall());
  EXPECT_EQ(world.roster(), "ann 4,bob 2,eve 1,dan 1");
}

TEST(Rules, AChangeReachesTheAskersOtherSessions) {
  Ranked world;
  world.account("zoe");
  world.log_in("zoe/2", "zoe");
  world.join("zoe", "#z");
  world.forget_seen();
  world.change("zoe", "#z", {flag(RoomFlag::secret)});
  EXPECT_EQ(world.seen("zoe"), Lines{"changed #z by zoe: +flag 16"});
  EXPECT_EQ(world.seen("zoe/2"), Lines{"changed #z by zoe: +flag 16"});
}

TEST(Rules, WhatIsSoAlreadyIsNoChange) {
  Ranked world;
  world.join("ann", "#hall");
  world.change("ann", "#dev", {key("k"), limit(3), forward("#hall"), ban("A!*@*")});
  world.forget_seen();
  world.change(
      "ann", "#dev",
      {flag(RoomFlag::topic_locked), flag(RoomFlag::moderated, false), key("k"), limit(3), forward("#Hall"),
       ban("a!*@*"), ban("b!*@*", false), rank("bob", Rank::half_operator), rank("bob", Rank::oper, false)});
  EXPECT_EQ(world.seen("ann"), Lines{});
  EXPECT_EQ(world.seen("bob"), Lines{});
}

TEST(Rules, WhatMeansNothingIsNoChange) {
  Ranked world;
  RoomChange no_key = key("");
  no_key.on = true;
  RoomChange no_limit = limit(0);
  no_limit.on = true;
  world.change("ann", "#dev", {no_key, no_limit, ban(""), ban("", false)});
  EXPECT_EQ(world.seen("ann"), Lines{});
}

TEST(Rules, WhatIsTakenAwayIsNamedAsItWas) {
  Ranked world;
  world.change("ann", "#dev", {key("k"), limit(3), ban("Evil!*@*")});
  world.forget_seen();
  RoomChange off = key("whatever");
  off.on = false;
  world.change("ann", "#dev", {off, limit(0), ban("eVIL!*@*", false)});
  EXPECT_EQ(world.seen("bob"), Lines{"changed #dev by ann: -key k,-limit 0,-mask 0 0 Evil!*@*"});
  const RoomState state = world.state();
  EXPECT_EQ(state.key, "");
  EXPECT_EQ(state.limit, 0u);
  EXPECT_TRUE(state.list(MaskList::bans).empty());
}

TEST(Rules, AnotherKeyTakesThePlaceOfTheFirst) {
  Ranked world;
  world.change("ann", "#dev", {key("k")});
  world.change("ann", "#dev", {key("l")});
  EXPECT_EQ(world.seen("bob").back(), "changed #dev by ann: +key l");
}

TEST(Rules, GuestsAreBannedWithoutAPattern) {
  Ranked world;
  world.change("ann", "#dev",
               {mask(MaskList::bans, "ignored", true, MaskOn::guests),
                mask(MaskList::bans, "", true, MaskOn::guests)});
  EXPECT_EQ(world.seen("bob"), Lines{"changed #dev by ann: +mask 0 2 "});
}

TEST(Rules, AListHasAnEnd) {
  Policy policy;
  policy.list_entries_max = 2;
  Ranked world(policy);
  world.change("ann", "#dev", {ban("a"), ban("b"), ban("c"), ban("A"), mask(MaskList::mutes, "c")});
  EXPECT_EQ(world.seen("ann"),
            (Lines{refused(Refusal::list_full), "changed #dev by ann: +mask 0 0 a,+mask 0 0 b,+mask 3 0 c"}));
  world.change("ann", "#dev", {mask(MaskList::mutes, "d"), mask(MaskList::mutes, "E!*@*")});
  EXPECT_EQ(world.last<RoomChanged>("bob").changes.size(), 1u);
  world.change("ann", "#dev", {mask(MaskList::mutes, "E!*@*")});
  EXPECT_EQ(world.subject("ann"), "E!*@*");
  world.change("ann", "#dev", {ban("a", false), ban("c")});
  EXPECT_EQ(world.seen("bob").back(), "changed #dev by ann: -mask 0 0 a,+mask 0 0 c");
}

// --- who may

TEST(Rules, EachRankMayWhatItMay) {
  struct Case {
    RoomChange change;
    Rank least;
  };
  const auto on_list = [](MaskList list) { return mask(list, "x!*@*"); };
  const Case cases[] = {
      {flag(RoomFlag::moderated), Rank::half_operator},
      {flag(RoomFlag::topic_locked, false), Rank::half_operator},
      {flag(RoomFlag::invite_only), Rank::half_operator},
      {flag(RoomFlag::members_only, false), Rank::half_operator},
      {key("k"), Rank::half_operator},
      {limit(9), Rank::half_operator},
      {on_list(MaskList::bans), Rank::half_operator},
      {on_list(MaskList::mutes), Rank::half_operator},
      {rank("dan", Rank::voice), Rank::half_operator},
      {rank("eve", Rank::voice, false), Rank::half_operator},
      {flag(RoomFlag::secret), Rank::oper},
      {flag(RoomFlag::private_), Rank::oper},
      {flag(RoomFlag::no_ctcp), Rank::oper},
      {flag(RoomFlag::accounts_join), Rank::oper},
      {flag(RoomFlag::accounts_speak), Rank::oper},
      {flag(RoomFlag::no_formatting), Rank::oper},
      {flag(RoomFlag::no_notices), Rank::oper},
      {flag(RoomFlag::no_renames), Rank::oper},
      {flag(RoomFlag::no_knocks), Rank::oper},
      {flag(RoomFlag::operators_hear), Rank::oper},
      {flag(RoomFlag::free_invite), Rank::oper},
      {on_list(MaskList::exceptions), Rank::oper},
      {on_list(MaskList::invite_exceptions), Rank::oper},
      {rank("dan", Rank::half_operator), Rank::oper},
      {rank("dan", Rank::oper), Rank::oper},
      {rank("ann", Rank::oper, false), Rank::oper},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(fakes::to_text(c.change));
    for (const auto& [who, own] : {std::pair("bob", Rank::half_operator), std::pair("ann", Rank::oper)}) {
      Ranked world;
      world.change(who, "#dev", {c.change});
      const bool may = own >= c.least;
      EXPECT_EQ(world.seen(who).back().starts_with(may ? "changed" : refused(Refusal::rank_needed)), true);
      if (!may) {
        EXPECT_EQ(world.subject(who), "#dev");
      }
    }
  }
}

TEST(Rules, ARankIsGivenAndTakenUpToOnesOwn) {
  Ranked world;
  for (const Rank above : {Rank::admin, Rank::founder}) {
    world.change("ann", "#dev", {rank("dan", above)});
    EXPECT_EQ(world.why("ann"), Refusal::rank_needed);
  }
  world.change("ann", "#dev", {rank("dan", Rank::oper)});
  world.change("dan", "#dev", {rank("ann", Rank::oper, false)});
  EXPECT_EQ(world.roster(), "ann,bob 2,eve 1,dan 4") << "operators are equals";
}

TEST(Rules, EverybodyMayTakeOffHisOwnRank) {
  Ranked world;
  world.change("eve", "#dev", {rank("EVE", Rank::voice, false)});
  EXPECT_EQ(world.seen("eve"), Lines{"changed #dev by eve: -rank 1 eve"});
  world.change("bob", "#dev", {rank("bob", Rank::half_operator, false)});
  EXPECT_EQ(world.roster(), "ann 4,bob,eve,dan");
}

TEST(Rules, WhoHasNoRankIsToldSoOnce) {
  for (const char* who : {"dan", "eve"}) {
    Ranked world;
    world.change(who, "#Dev",
                 {flag(RoomFlag::secret), key("k"), rank("nobody", Rank::voice),
                  rank(who, Rank::voice, false), rank(who, Rank::oper)});
    Lines lines = world.seen(who);
    EXPECT_EQ(lines.front(), refused(Refusal::rank_needed));
    EXPECT_EQ(lines.size(), who == std::string("eve") ? 2u : 1u) << "but his own he may take off";
  }
}

TEST(Rules, EachBadChangeIsRefusedAndTheOthersAreDone) {
  Ranked world;
  world.guest("fay");
  world.forget_seen();
  world.change("bob", "#dev",
               {key("k"), flag(RoomFlag::secret), rank("fay", Rank::voice), rank("nobody", Rank::voice),
                rank("dan", Rank::oper), rank("dan", Rank::voice)});
  EXPECT_EQ(world.seen("bob"), (Lines{refused(Refusal::rank_needed), refused(Refusal::member_not_in_room),
                                      refused(Refusal::no_such_person), refused(Refusal::rank_needed),
                                      "changed #dev by bob: +key k,+rank 1 dan"}));
}

TEST(Rules, AnUnknownMemberIsNamedByTheRefusal) {
  Ranked world;
  world.guest("fay");
  world.change("ann", "#dev", {rank("FAY", Rank::voice)});
  EXPECT_EQ(world.why("ann"), Refusal::member_not_in_room);
  EXPECT_EQ(world.subject("ann"), "FAY");
  world.change("ann", "#dev", {rank("Nobody", Rank::voice)});
  EXPECT_EQ(world.why("ann"), Refusal::no_such_person);
  EXPECT_EQ(world.subject("ann"), "Nobody");
}

TEST(Rules, AForwardLeadsWhereOneIsOperator) {
  Ranked world;
  world.join("bob", "#bobs");
  for (const char* room : {"#nowhere", "#bobs", "#dev", "bobs", ""}) {
    RoomChange change = forward("#x");
    change.text = room;
    world.change("ann", "#dev", {change});
    const bool is_bobs = std::string_view(room) == "#bobs";
    EXPECT_EQ(world.why("ann"), is_bobs ? Refusal::rank_needed : Refusal::bad_forward) << room;
    EXPECT_EQ(world.subject("ann"), room);
  }
  world.join("ann", "#hall");
  world.change("ann", "#dev", {forward("#HALL")});
  EXPECT_EQ(world.seen("bob").back(), "changed #dev by ann: +forward #hall");
  world.change("ann", "#dev", {forward("")});
  EXPECT_EQ(world.seen("bob").back(), "changed #dev by ann: -forward ");
}

TEST(Rules, AreForMembers) {
  Ranked world;
  world.guest("fay");
  world.change("fay", "#DEV", {key("k")});
  EXPECT_EQ(world.why("fay"), Refusal::not_in_room);
  EXPECT_EQ(world.subject("fay"), "#DEV");
  world.change("fay", "#nowhere", {key("k")});
  EXPECT_EQ(world.why("fay"), Refusal::no_such_room);
  world.change("ann", "#dev", {flag(RoomFlag::secret)});
  world.change("fay", "#dev", {key("k")});
  EXPECT_EQ(world.why("fay"), Refusal::no_such_room) << "nobody outside learns of it";
}

TEST(Rules, WhoKeepsOrderChangesThemEverywhere) {
  Ranked world;
  world.guest("fay");
  world.send("fay", HoldOffice{"root", true});
  world.change("ann", "#dev", {flag(RoomFlag::secret)});
  world.forget_seen();
  world.change("fay", "#dev", {flag(RoomFlag::secret, false), rank("dan", Rank::founder)});
  EXPECT_EQ(world.seen("fay"), Lines{"changed #dev by fay: -flag 16,+rank 16 dan"}) << "from outside";
  EXPECT_EQ(world.seen("bob"), Lines{"changed #dev by fay: -flag 16,+rank 16 dan"});
  world.change("fay", "#veche", {rank("ann", Rank::oper)});
  EXPECT_EQ(world.seen("fay"), Lines{"changed #veche by fay: +rank 4 ann"});
  EXPECT_EQ(world.roster(), "ann 4,bob 2,eve 1,dan 16") << "which is no rank that is shown";
}

TEST(Rules, OfARoomThatIsOnlyAHistoryAreNobodys) {
  Ranked world;
  world.join("ann", "#old");
  world.say("ann", "#old", "hi");
  world.leave("ann", "#old");
  world.change("ann", "#old", {key("k")});
  EXPECT_EQ(world.why("ann"), Refusal::no_such_room);
}

}  // namespace
}  // namespace veche::chat

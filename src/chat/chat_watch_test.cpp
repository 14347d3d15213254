// Names that sessions watch, and what they are told of those who have them.
#include "tests/fakes/chat_world.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using fakes::Lines;

/// ann and bob, who share no room; nothing seen yet.
struct TwoApart : ChatWorld {
  explicit TwoApart(Policy policy = {}) : ChatWorld(std::move(policy)) {
    introduced("ann", "~a", "Ann A.");
    introduced("bob", "~b", "Bob B.");
    forget_seen();
  }
};

TEST(Watch, TellsAtOnceWhoIsHere) {
  TwoApart world;
  world.send("ann", Watch{{"BOB", "Eve", "dan"}, {}});
  EXPECT_EQ(world.seen("ann"), (Lines{"present bob", "absent Eve,dan", "watching bob absent Eve,dan"}));
  world.send("ann", Watch{{"eve"}, {}});
  EXPECT_EQ(world.seen("ann"), Lines{"watching bob absent Eve,dan"}) << "that was told already";
  world.send("ann", Watch{});
  EXPECT_EQ(world.seen("ann"), Lines{"watching bob absent Eve,dan"}) << "only asks";
}

TEST(Watch, EndsForNamesAndForAll) {
  TwoApart world;
  world.send("ann", Watch{{"bob", "eve", "dan"}, {}});
  world.forget_seen();
  world.send("ann", Watch{{}, {"BOB", "nobody", "\xff"}});
  EXPECT_EQ(world.seen("ann"), Lines{"watching  absent eve,dan"});
  world.send("ann", Watch{{"bob"}, {}, true});
  EXPECT_EQ(world.seen("ann"), (Lines{"present bob", "watching bob absent "})) << "first the old go";
  world.send("ann", Watch{{}, {}, true});
  world.forget_seen();
  world.quit("bob");
  world.introduced("eve", "~e", "");
  EXPECT_EQ(world.seen("ann"), Lines{});
}

TEST(Watch, HasALimit) {
  Policy policy;
  policy.watched_max = 2;
  TwoApart world(policy);
  world.send("ann", Watch{{"bob", "eve", "dan", "zoe"}, {}});
  EXPECT_EQ(world.seen("ann"),
            (Lines{"present bob", "absent eve", "refused " + fakes::number(Refusal::watch_full)}));
  EXPECT_EQ(world.last<Refused>("ann").subject, "dan");
  world.send("ann", Watch{{"dan"}, {"eve"}});
  EXPECT_EQ(world.seen("ann"), (Lines{"absent dan", "watching bob absent dan"}))
      << "who is let go makes room";
}

TEST(Watch, LeavesOutWhatIsNobodysName) {
  TwoApart world;
  world.send("ann", Watch{{"", "#room", "two words", "\xff", "eve"}, {}});
  EXPECT_EQ(world.seen("ann"), (Lines{"absent eve", "watching  absent eve"}));
}

TEST(Watch, TellsWhenSomebodyComesAndGoes) {
  TwoApart world;
  world.send("ann", Watch{{"eve"}, {}});
  world.forget_seen();
  world.introduced("Eve", "~e", "");
  EXPECT_EQ(world.seen("ann"), Lines{"present Eve"});
  EXPECT_EQ(world.seen("bob"), Lines{});
  world.quit("Eve");
  EXPECT_EQ(world.seen("ann"), Lines{"absent Eve"});
}

TEST(Watch, CountsAnAccountOnce) {
  TwoApart world;
  world.send("ann", Watch{{"eve"}, {}});
  world.forget_seen();
  world.account("eve");
  world.log_in("eve/2", "eve");
  world.quit("eve");
  EXPECT_EQ(world.seen("ann"), Lines{"present eve"});
  world.quit("eve/2");
  EXPECT_EQ(world.seen("ann"), Lines{"absent eve"});
}

TEST(Watch, FollowsTheNameAndNotThePerson) {
  TwoApart world;
  world.send("ann", Watch{{"bob", "rob"}, {}});
  world.forget_seen();
  world.send("bob", Rename{"BOB"});
  EXPECT_EQ(world.seen("ann"), Lines{}) << "it is the same name";
  world.send("bob", Rename{"rob"});
  EXPECT_EQ(world.seen("ann"), (Lines{"absent BOB", "present rob"}));
}

TEST(Watch, EndsWithTheSession) {
  TwoApart world;
  world.introduced("eve", "~e", "");
  world.send("eve", Watch{{"eve", "ann"}, {}});
  EXPECT_NE(world.chat().describe().find("watches"), std::string::npos);
  world.quit("eve");
  EXPECT_EQ(world.chat().describe().find("watche"), std::string::npos);
}

TEST(Watch, TellsOfWhoSharesNoRoomWhatOthersSee) {
  TwoApart world;
  world.send("ann", Watch{{"bob"}, {}});
  world.forget_seen();
  world.send("bob", SetAway{"lunch"});
  world.send("bob", SetRealname{"Robert"});
  world.send("bob", Register{"bob", "hash"});
  EXPECT_EQ(world.seen("ann"), (Lines{"away bob: lunch", "realname bob: Robert", "account bob bob"}));
}

TEST(Watch, TellsNothingTwiceToWhoSharesARoom) {
  TwoApart world;
  world.send("ann", Watch{{"bob", "ann"}, {}});
  world.join("ann", "#a");
  world.join("bob", "#a");
  world.forget_seen();
  world.send("bob", SetAway{"lunch"});
  EXPECT_EQ(world.seen("ann"), Lines{"away bob: lunch"});
  world.send("ann", SetAway{"lunch"});
  EXPECT_EQ(world.seen("ann"), Lines{"away ann: lunch"}) << "nor to who watches himself";
  world.leave("ann", "#a");
  world.forget_seen();
  world.send("ann", SetAway{""});
  EXPECT_EQ(world.seen("ann"), Lines{"away ann no more"});
}

TEST(Watch, IsNotToldWhenAllGo) {
  TwoApart world;
  world.send("ann", Watch{{"bob"}, {}});
  world.forget_seen();
  world.send("operator", ShutDown{});
  EXPECT_EQ(world.seen("ann"), Lines{"closed 1"});
}

}  // namespace
}  // namespace veche::chat

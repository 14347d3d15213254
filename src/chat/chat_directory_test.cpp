// Who there is, as far as the asker may know; who there was; how many.
#include "base/limits.h"
#include "tests/fakes/address_bits.h"
#include "tests/fakes/chat_world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using fakes::Lines;
using namespace std::chrono_literals;
using By = AskPeople::By;

std::string ask(ChatWorld& world, const std::string& who, By by, std::vector<std::string> names) {
  world.forget_seen();
  world.send(who, AskPeople{by, std::move(names)});
  const Lines lines = world.seen(who);
  EXPECT_EQ(lines.size(), 1u);
  return lines.empty() ? "" : lines[0];
}

/// ann in #a, bob in #a and #b, eve in #b; nobody else shares a room.
struct Town : ChatWorld {
  Town() {
    introduced("ann", "~aa", "Анна", "192.0.2.1");
    introduced("bob", "~bb", "Bob", "192.0.2.2");
    introduced("Eve", "~ee", "Eve E.", "198.51.100.3");
    join("ann", "#a");
    join("bob", "#a");
    join("bob", "#b");
    join("Eve", "#b");
  }
};

TEST(AskPeople, ByNamesFindsThemHoweverTheyAreWritten) {
  Town world;
  EXPECT_EQ(ask(world, "ann", By::names, {"EVE", "nobody", "bob"}), "people Eve #b,bob #a #b missing nobody");
  EXPECT_EQ(ask(world, "ann", By::names, {"\xff"}), "people  missing \xff");
  EXPECT_EQ(ask(world, "ann", By::names, {}), "people ");
}

TEST(AskPeople, ByRoomFindsItsMembers) {
  Town world;
  EXPECT_EQ(ask(world, "ann", By::room, {"#B"}), "people bob #b,Eve #b") << "only that room of theirs";
  EXPECT_EQ(ask(world, "ann", By::room, {"#nowhere"}), "people ");
  EXPECT_EQ(ask(world, "ann", By::room, {}), "people ");
}

TEST(AskPeople, ByMaskLooksAtAllThatPeopleAreCalled) {
  Town world;
  EXPECT_EQ(ask(world, "ann", By::mask, {"B?B"}), "people bob #a #b");
  EXPECT_EQ(ask(world, "ann", By::mask, {"~e*"}), "people Eve #b") << "the username";
  EXPECT_EQ(ask(world, "ann", By::mask, {"192.0.2.*"}), "people ann #a,bob #a #b") << "the host";
  EXPECT_EQ(ask(world, "ann", By::mask, {"АНН*"}), "people ann #a") << "the real name";
  EXPECT_EQ(ask(world, "ann", By::mask, {"eve e."}), "people Eve #b") << "the real name";
  EXPECT_EQ(ask(world, "ann", By::mask, {"z*"}), "people ");
  EXPECT_EQ(ask(world, "ann", By::mask, {"\xff*"}), "people ");
  EXPECT_EQ(ask(world, "ann", By::mask, {}), "people ");
}

TEST(AskPeople, ByMaskFindsWhoCameWithoutAUsername) {
  Town world;
  world.connect("dan", "203.0.113.1", false);
  world.send("dan", EnterAsGuest{"dan"});
  EXPECT_EQ(ask(world, "ann", By::mask, {"~veche"}), "people dan");
}

TEST(AskPeople, ByAStarOrANoughtFindsAllInTheOrderOfComing) {
  Town world;
  EXPECT_EQ(ask(world, "Eve", By::mask, {"*"}), "people ann #a,bob #a #b,Eve #b");
  EXPECT_EQ(ask(world, "Eve", By::mask, {"0"}), "people ann #a,bob #a #b,Eve #b");
}

TEST(AskPeople, ShowsWhoIsInvisibleOnlyToWhoSharesARoom) {
  Town world;
  world.send("Eve", SetFlags{bit(UserFlag::invisible), 0});
  EXPECT_EQ(ask(world, "ann", By::mask, {"eve"}), "people ");
  EXPECT_EQ(ask(world, "ann", By::room, {"#b"}), "people bob #b");
  EXPECT_EQ(ask(world, "ann", By::names, {"eve"}), "people Eve #b") << "who knows the name may ask for it";
  EXPECT_EQ(ask(world, "bob", By::mask, {"eve"}), "people Eve #b");
  EXPECT_EQ(ask(world, "Eve", By::mask, {"eve"}), "people Eve #b") << "she sees herself";
  world.send("ann", HoldOffice{"root"});
  EXPECT_EQ(ask(world, "ann", By::mask, {"eve"}), "people Eve #b") << "operators see everybody";
}

TEST(AskPeople, ShowsTheRoomsOfWhoHidesThemOnlyToWhoSharesThem) {
  Town world;
  world.send("bob", SetFlags{bit(UserFlag::hides_rooms), 0});
  EXPECT_EQ(ask(world, "ann", By::names, {"bob"}), "people bob #a");
  EXPECT_EQ(ask(world, "bob", By::names, {"bob"}), "people bob #a #b");
  world.send("ann", HoldOffice{"root"});
  EXPECT_EQ(ask(world, "ann", By::names, {"bob"}), "people bob #a #b");
}

TEST(AskPeople, IsBounded) {
  Policy policy;
  policy.connections_per_address = 0;
  policy.connections_per_window = 0;
  policy.connections_per_network = 0;
  ChatWorld world(policy);
  world.together([&] {
    for (std::size_t i = 0; i <= base::limits::kPeopleShownMax; ++i) world.guest("n" + std::to_string(i));
  });
  world.forget_seen();
  world.send("n7", AskPeople{By::mask, {"*"}});
  EXPECT_EQ(world.last<People>("n7").people.size(), base::limits::kPeopleShownMax);
  EXPECT_TRUE(world.last<People>("n7").truncated);
  world.send("n7", AskPeople{By::room, {"#veche"}});
  EXPECT_TRUE(world.last<People>("n7").truncated);
  world.quit("n0");
  world.send("n7", AskPeople{By::mask, {"*"}});
  EXPECT_EQ(world.last<People>("n7").people.size(), base::limits::kPeopleShownMax);
  EXPECT_FALSE(world.last<People>("n7").truncated);
}

TEST(AskPeople, TellsWhenSomebodyCameAndWasHeard) {
  ChatWorld world;
  world.account("ann", "10.0.0.1");
  const base::WallTime came = world.clock.wall();
  world.clock.advance(60s);
  world.log_in("ann/2", "ann", "10.0.0.2");
  world.guest("bob");
  world.send("bob", AskPeople{By::names, {"ann"}});
  const PersonView view = world.last<People>("bob").people.at(0);
  EXPECT_EQ(view.address, fakes::bits_of("10.0.0.1"));
  EXPECT_EQ(view.connected, std::chrono::floor<std::chrono::seconds>(came));
  EXPECT_EQ(view.last_heard, std::chrono::floor<std::chrono::seconds>(came + 60s))
      << "from her other session";
}

// --- who there was

TEST(AskPast, TellsWhoHasGone) {
  ChatWorld world;
  for (const char* realname : {"first", "second"}) {
    world.introduced("ann", "~a", realname, "192.0.2.1");
    world.quit("ann");
    world.clock.advance(1s);
  }
  world.guest("bob");
  world.send("bob", AskPast{"ANN"});
  const auto past = world.last<Past>("bob");
  EXPECT_EQ(past.name, "ANN");
  ASSERT_EQ(past.people.size(), 2u);
  EXPECT_EQ(past.people[0].realname, "second") << "the latest first";
  EXPECT_EQ(past.people[0].person->host, "192.0.2.1");
  EXPECT_EQ(past.people[0].address, fakes::bits_of("192.0.2.1"));
  EXPECT_EQ(past.people[0].gone, world.clock.wall() - 1s);
  world.send("bob", AskPast{"ann", 1});
  EXPECT_EQ(world.last<Past>("bob").people.size(), 1u);
  world.send("bob", AskPast{"\xff"});
  EXPECT_TRUE(world.last<Past>("bob").people.empty());
}

TEST(AskPast, TellsWhoHasAnotherName) {
  ChatWorld world;
  world.introduced("ann", "~a", "Ann A.");
  world.send("ann", Rename{"ANN"});
  world.send("ann", AskPast{"ann"});
  EXPECT_TRUE(world.last<Past>("ann").people.empty()) << "it is the same name";
  world.send("ann", Rename{"anna"});
  world.send("ann", AskPast{"ann"});
  ASSERT_EQ(world.last<Past>("ann").people.size(), 1u);
  EXPECT_EQ(world.last<Past>("ann").people[0].person->name, "ANN");
}

TEST(AskPast, KnowsNothingOfASessionAmongOthers) {
  ChatWorld world;
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.quit("ann");
  world.send("ann/2", AskPast{"ann"});
  EXPECT_TRUE(world.last<Past>("ann/2").people.empty()) << "she is still here";
}

// --- how many

TEST(AskCounts, CountsWhoIsHere) {
  Town world;
  world.connect("stranger");
  world.send("bob", SetFlags{bit(UserFlag::invisible), 0});
  world.send("Eve", SetFlags{bit(UserFlag::invisible), 0});
  world.send("Eve", HoldOffice{"root"});
  world.forget_seen();
  world.send("ann", AskCounts{});
  EXPECT_EQ(world.seen("ann"), Lines{"counts users 3 invisible 2 operators 1 unknown 1 rooms 2 max 3"});
  world.quit("Eve");
  world.quit("stranger");
  world.send("bob", SetFlags{0, bit(UserFlag::invisible)});
  world.send("ann", AskCounts{});
  EXPECT_EQ(world.seen("ann"), Lines{"counts users 2 invisible 0 operators 0 unknown 0 rooms 2 max 3"});
}

}  // namespace
}  // namespace veche::chat

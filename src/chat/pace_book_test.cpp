// What keeps one who does the same thing over and over from filling the screens of the others.
#include "chat/chat.h"
#include "tests/fakes/chat_world.h"
#include "tests/fakes/room_changes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace veche::chat {
namespace {

using namespace std::chrono_literals;
using fakes::ChatWorld;
using Lines = std::vector<std::string>;

Policy with_paces(unsigned renames, unsigned joins) {
  Policy policy;
  policy.renames_per_minute = renames;
  policy.joins_per_minute = joins;
  return policy;
}

TEST(Floods, ANameIsChangedSoOftenInAMinute) {
  ChatWorld world(with_paces(2, 0));
  world.guest("ann");
  world.guest("bob");
  world.send("ann", Rename{"ann1"});
  world.send("ann", Rename{"ann2"});
  world.forget_seen();
  world.send("ann", Rename{"ann3"});
  EXPECT_EQ(world.why("ann"), Refusal::renames_too_fast);
  EXPECT_EQ(world.last<Refused>("ann").retry_after, 30s);
  EXPECT_EQ(world.seen("bob"), Lines{});
  world.send("bob", Rename{"bobby"});
  EXPECT_EQ(world.last<Renamed>("bob").new_name, "bobby") << "each for himself";
  world.clock.advance(30s);
  world.send("ann", Rename{"ann3"});
  EXPECT_EQ(world.last<Renamed>("ann").new_name, "ann3");
}

TEST(Floods, RoomsAreEnteredSoOftenInAMinute) {
  ChatWorld world(with_paces(0, 2));
  world.guest("ann");  // lands in a room, which is not his doing
  world.join("ann", "#one");
  world.leave("ann", "#one");
  world.join("ann", "#one");
  world.send("ann", Join{"#ONE"});
  EXPECT_TRUE(world.last<Joined>("ann").again) << "he is there already";
  world.send("ann", Join{"#Two"});
  EXPECT_EQ(world.why("ann"), Refusal::joins_too_fast);
  EXPECT_EQ(world.subject("ann"), "#Two");
  EXPECT_EQ(world.last<Refused>("ann").retry_after, 30s);
  world.clock.advance(30s);
  world.join("ann", "#two");
  EXPECT_EQ(world.last<Joined>("ann").name, "#two");
}

TEST(Floods, ZeroIsNoLimit) {
  ChatWorld world(with_paces(0, 0));
  world.guest("ann");
  for (int i = 0; i < 100; ++i) {
    world.join("ann", "#one");
    world.leave("ann", "#one");
    world.send("ann", Rename{"ann" + std::to_string(i)});
  }
  EXPECT_EQ(world.last<Renamed>("ann").new_name, "ann99");
}

TEST(JoinLimit, LetsSoManyInAndThenOneAfterTheOther) {
  ChatWorld world;
  for (const char* who : {"ann", "bob", "cat", "dan", "eve"}) world.guest(who);
  world.join("ann", "#tea");
  world.send("ann", ChangeRoom{"#tea", {fakes::joining(2, 10)}});
  world.join("bob", "#tea");
  world.join("cat", "#tea");
  world.send("dan", Join{"#tea"});
  EXPECT_EQ(world.why("dan"), Refusal::room_throttled);
  EXPECT_EQ(world.subject("dan"), "#tea");
  world.send("ann", Invite{"#tea", "eve"});
  world.join("eve", "#tea");
  EXPECT_EQ(world.last<Joined>("eve").name, "#tea") << "who is invited comes in all the same";
  world.clock.advance(10s);
  world.join("dan", "#tea");
  EXPECT_EQ(world.last<Joined>("dan").name, "#tea");
  world.send("ann", ChangeRoom{"#tea", {fakes::joining(0, 0)}});
  EXPECT_EQ(world.last<RoomChanged>("ann").changes.at(0).on, false);
}

TEST(SlowMode, IsARuleOfTheRoomThatItsOperatorsSetAndRanksAreFreeOf) {
  ChatWorld world;
  world.guest("ann");
  world.guest("bob");
  world.guest("vic");
  for (const char* who : {"ann", "bob", "vic"}) world.join(who, "#tea");
  world.send("bob", ChangeRoom{"#tea", {fakes::slow(30)}});
  EXPECT_EQ(world.why("bob"), Refusal::rank_needed);
  world.send("ann", ChangeRoom{"#tea", {fakes::slow(30), fakes::rank("vic", Rank::voice)}});
  for (const char* who : {"ann", "vic", "bob"}) {
    world.say(who, "#tea", "one");
    world.say(who, "#tea", "two");
  }
  EXPECT_EQ(world.why("bob"), Refusal::too_fast);
  EXPECT_EQ(world.last<Refused>("bob").retry_after, 30s);
  world.forget_seen();
  world.clock.advance(30s);
  world.say("bob", "#tea", "two");
  world.say("vic", "#tea", "three");
  world.say("vic", "#tea", "four");
  EXPECT_EQ(world.seen("ann"), (Lines{"#tea bob: two", "#tea vic: three", "#tea vic: four"}));
}

TEST(SlowMode, OutlivesTheOtherRulesOfARoom) {
  ChatWorld world;
  world.guest("ann");
  world.join("ann", "#tea");
  world.send("ann", ChangeRoom{"#tea", {fakes::slow(30), fakes::flag(RoomFlag::moderated)}});
  world.leave("ann", "#tea");
  world.join("ann", "#tea");
  EXPECT_EQ(world.last<Joined>("ann").state->slow, 30s);
  EXPECT_FALSE(world.last<Joined>("ann").state->has(RoomFlag::moderated));
  world.restart();
  world.guest("ann");
  world.join("ann", "#tea");
  EXPECT_EQ(world.last<Joined>("ann").state->slow, 30s);
  world.operate(SlowDown{"#tea", 0s});
  world.send("ann", AskRoom{"#tea", false});
  EXPECT_EQ(world.last<RoomView>("ann").state->slow, 0s);
}

TEST(SlowMode, NeedsTheStore) {
  ChatWorld world;
  world.guest("ann");
  world.join("ann", "#tea");
  world.chat().close_store(Refusal::disk_full);
  world.send("ann", ChangeRoom{"#tea", {fakes::slow(30)}});
  EXPECT_EQ(world.why("ann"), Refusal::disk_full);
}

}  // namespace
}  // namespace veche::chat

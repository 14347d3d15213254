// Which rooms there are, and who is in them, as far as the asker may know.
#include "tests/fakes/chat_world.h"
#include "tests/fakes/room_changes.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using fakes::flag;
using fakes::Lines;

/// ann has made #open, #private and #secret; bob is in #open, eve in no room.
struct Views : ChatWorld {
  Views() {
    guest("ann");
    guest("bob");
    connect("eve", "10.0.0.1", false);
    send("eve", EnterAsGuest{"eve"});
    for (const char* room : {"#open", "#private", "#secret"}) join("ann", room);
    join("bob", "#open");
    change("ann", "#private", {flag(RoomFlag::private_)});
    change("ann", "#secret", {flag(RoomFlag::secret)});
    forget_seen();
  }
  std::string answer(const std::string& who, CommandBody body) {
    forget_seen();
    send(who, std::move(body));
    return seen(who).back();
  }
};

TEST(RoomView, ShowsAMemberAllThereIs) {
  Views world;
  EXPECT_EQ(world.answer("ann", AskRoom{"#OPEN", true}), "room #open member 4: ann 4,bob");
  EXPECT_EQ(world.last<RoomView>("ann").state->flags, Policy{}.room_flags);
  EXPECT_EQ(world.last<RoomView>("ann").created, world.clock.wall());
  EXPECT_EQ(world.answer("ann", AskRoom{"#secret", true}), "room #secret member 4: ann 4");
  EXPECT_EQ(world.answer("bob", AskRoom{"#open"}), "room #open member 0: ")
      << "no roster, if none is asked for";
}

TEST(RoomView, ShowsAStrangerWhatHeMayKnow) {
  Views world;
  EXPECT_EQ(world.answer("eve", AskRoom{"#open", true}), "room #open: ann 4,bob");
  EXPECT_EQ(world.answer("eve", AskRoom{"#private", true}), "room #private secret: ");
  world.answer("eve", AskRoom{"#Secret", true});
  EXPECT_EQ(world.why("eve"), Refusal::no_such_room);
  EXPECT_EQ(world.subject("eve"), "#Secret");
  world.answer("eve", AskRoom{"#nowhere"});
  EXPECT_EQ(world.why("eve"), Refusal::no_such_room);
}

TEST(RoomView, LeavesOutWhomAStrangerCannotFind) {
  Views world;
  world.send("bob", SetFlags{bit(UserFlag::invisible), 0});
  EXPECT_EQ(world.answer("eve", AskRoom{"#open", true}), "room #open: ann 4");
  EXPECT_EQ(world.answer("ann", AskRoom{"#open", true}), "room #open member 4: ann 4,bob");
  EXPECT_EQ(world.answer("eve", AskMembers{world.room("#open")}), "members ann");
  EXPECT_EQ(world.answer("eve", AskMembers{}), "members ann,eve");
  EXPECT_EQ(world.answer("ann", AskMembers{}), "members ann,bob,eve");
  EXPECT_EQ(world.answer("bob", AskMembers{}), "members ann,bob,eve") << "oneself one finds";
  world.join("eve", "#veche");
  EXPECT_EQ(world.answer("eve", AskRoom{"#open", true}), "room #open: ann 4,bob") << "they have met";
}

TEST(RoomView, ShowsAllToWhoKeepsOrder) {
  Views world;
  world.send("bob", SetFlags{bit(UserFlag::invisible), 0});
  world.send("eve", HoldOffice{"root", true});
  EXPECT_EQ(world.answer("eve", AskRoom{"#open", true}), "room #open: ann 4,bob");
  EXPECT_EQ(world.answer("eve", AskRoom{"#secret", true}), "room #secret: ann 4");
  EXPECT_EQ(world.answer("eve", AskRoomsView{}), "rooms #open 2,#private 1,#secret 1,#veche 2");
}

TEST(RoomsView, ListsByNameWhatTheAskerMayKnowOf) {
  Views world;
  EXPECT_EQ(world.answer("ann", AskRoomsView{}), "rooms #open 2,#private 1,#secret 1,#veche 2");
  EXPECT_EQ(world.answer("eve", AskRoomsView{}), "rooms #open 2,#veche 2");
  EXPECT_NE(world.last<RoomsView>("eve").rooms.at(0).state, nullptr);
  EXPECT_NE(world.last<RoomsView>("eve").rooms.at(0).created, base::WallTime{});
}

TEST(RoomsView, ShowsAPrivateRoomToWhoNamesIt) {
  Views world;
  EXPECT_EQ(world.answer("eve", AskRoomsView{{"#secret", "#PRIVATE", "#open", "#Open", "#nowhere"}}),
            "rooms #open 2,#private 1");
}

TEST(RoomsView, ListsNoRoomThatIsOnlyAHistory) {
  Views world;
  world.say("bob", "#open", "hi");
  for (const char* who : {"ann", "bob"}) world.leave(who, "#open");
  EXPECT_EQ(world.answer("eve", AskRoomsView{}), "rooms #veche 2");
  EXPECT_EQ(world.answer("eve", AskRoomsView{{"#open"}}), "rooms ");
}

TEST(Rooms, ThatHideAreListedToTheirMembers) {
  Views world;
  EXPECT_EQ(world.answer("eve", AskRooms{}), "rooms #open 2,#veche 2");
  EXPECT_EQ(world.answer("ann", AskRooms{}), "rooms #open 2,#veche 2,#private 1,#secret 1");
  for (const char* room : {"#private", "#secret"}) {
    world.answer("eve", AskMembers{world.room(room)});
    EXPECT_EQ(world.why("eve"), Refusal::no_such_room);
  }
}

}  // namespace
}  // namespace veche::chat

// Rooms that are governed, and people who are away, as a person at the line protocol meets them.
#include "tests/fakes/room_changes.h"
#include "tests/fakes/transcript.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace veche::session {
namespace {

using fakes::expect_transcript;

void with_rooms_that_need_an_invitation(fakes::LineWorld& world) {
  world.policy.room_flags = chat::bit(chat::RoomFlag::invite_only);
  world.policy.default_room = "#hall";
}

TEST(LineRooms, TheTopicIsShownAndSet) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    ann > bob has come.
    ann < /join #tea
    ann > You are in #tea. Nobody else is here.
    bob < /join #tea
    bob > You are in #tea with 1 other: ann.
    ann > bob has come.
    ann < /topic
    ann > #tea has no topic.
    ann < /topic Green or \e[1mblack?
    ann > ann has set the topic of #tea: Green or [1mblack?
    bob > ann has set the topic of #tea: Green or [1mblack?
    bob < /topic
    bob > The topic of #tea: Green or [1mblack?
    bob < /topic mine
    bob > Only the room's operators may do that.
    * bot is here in bare
    ann > bot has come to #veche.
    bob > bot has come to #veche.
    bot < /topic
    bot > END topic
    bot < /join #tea
    bot > JOIN #tea bot
    bot > TOPIC #tea ann Green or \e[1mblack?
    ann > bot has come.
    bob > bot has come.
    bot < /topic
    bot > TOPIC #tea ann Green or \e[1mblack?
    bot > END topic
    ann < /topic Green
    ann > ann has set the topic of #tea: Green
    bob > ann has set the topic of #tea: Green
    bot > TOPIC #tea ann Green
    * eve is here
    ann > eve has come to #veche.
    bob > eve has come to #veche.
    bot > JOIN #veche eve
    eve < /join #tea
    eve > You are in #tea with 3 others: ann, bob, bot.
    eve > The topic of #tea: Green
    ann > eve has come.
    bob > eve has come.
    bot > JOIN #tea eve
  )",
                    {}, 7);
}

TEST(LineRooms, ARoomIsRegistered) {
  expect_transcript(R"(
    * ann is here with password one
    * bob is here with password two
    ann > bob has come.
    ann < /register
    ann > Only the room's operators may do that.
    ann < /join #tea
    ann > You are in #tea. Nobody else is here.
    ann < /rank
    ann > That room is not registered.
    ann < /register
    ann > ann is a founder of #tea now.
    ann > The founder of #tea: ann
    ann < /register
    ann > That room is registered already.
    ann < /rank bob operator
    ann > The founder of #tea: ann
    ann > Whenever bob comes: operator
    bob < /join #tea
    bob > You are in #tea with 1 other: ann.
    ann > bob has come.
    bob < /topic Green
    ann > bob has set the topic of #tea: Green
    bob > bob has set the topic of #tea: Green
    bob < /rank ann none
    bob > Only the room's founder, or who has a higher rank there, may do that.
    ann < /rank bob
    ann > Usage: /rank NAME voice|half-operator|operator|administrator|none
    ann < /rank nobody voice
    ann > There is no such account.
    ann < /rank
    ann > The founder of #tea: ann
    ann > Whenever bob comes: operator
    ann < /transfer bob
    ann > ann is no longer a founder of #tea.
    bob > ann is no longer a founder of #tea.
    ann > bob is a founder of #tea now.
    bob > bob is a founder of #tea now.
    ann > The founder of #tea: bob
    ann < /unregister #tea
    ann > Only the room's founder, or who has a higher rank there, may do that.
    bob < /unregister #tea
    bob > The room #tea is nobody's any more.
  )",
                    {}, 7);
}

TEST(LineRooms, ARegisteredRoomIsToldToPrograms) {
  expect_transcript(R"(
    * ann is here with password one
    * bot is here in bare
    ann > bot has come.
    ann < /join #tea
    ann > You are in #tea. Nobody else is here.
    ann < /register
    ann > ann is a founder of #tea now.
    ann > The founder of #tea: ann
    bot < /join #tea
    bot > JOIN #tea bot
    ann > bot has come.
    bot < /rank
    bot > FOUNDER #tea ann
    bot > END rank
    bot < /register
    bot > ERR accounts-only That needs an account: /password makes one of your name.
    ann < /bare
    ann > READY
    ann < /rank ann none
    ann > ERR founder-needed Only the room's founder, or who has a higher rank there, may do that.
    ann < /unregister #tea
    ann > FOUNDER #tea
  )",
                    {}, 7);
}

TEST(LineRooms, SomebodyIsInvitedAndPutOut) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    ann > bob has come.
    ann < /join #tea
    ann > You are in #tea. Nobody else is here.
    ann < /invite BOB
    ann > ann has invited bob to #tea.
    bob > ann invites you to #tea: /join #tea to go there.
    ann < /invite nobody
    ann > Nobody of that name is here.
    ann < /invite ann
    ann > That person is in the room already.
    bob < /join #tea
    bob > You are in #tea with 1 other: ann.
    ann > bob has come.
    bob < /remove ann
    bob > Only the room's operators may do that.
    ann < /remove bob too much tea
    ann > ann has put bob out of #tea: too much tea
    bob > ann has put bob out of #tea: too much tea
    bob > You are in #veche now.
    ann < /remove bob
    ann > That person is not in the room.
    ann < /remove
    ann > Usage: /remove NAME [WHY]
    bob < here I am
    ann > [15:06] #veche bob: here I am
    bob < /leave
    bob > You have left #veche and are in no room now: /join one.
    ann > bob has left #veche.
    bob < /join #tea
    bob > You are in #tea with 1 other: ann.
    ann > bob has come.
    ann < /remove bob
    ann > ann has put bob out of #tea.
    bob > ann has put bob out of #tea.
    bob > You are in no room now: /join one.
    bob < /topic x
    bob < /invite ann
    bob < /remove ann
    bob > You are in no room.
    bob > You are in no room.
    bob > You are in no room.
  )",
                    {}, 7);
}

TEST(LineRooms, WhoIsPutOutOfAnotherRoomStaysWhereHeWrites) {
  expect_transcript(R"(
    * ann is here
    * bob is here in bare
    ann > bob has come.
    ann < /join #tea
    ann > You are in #tea. Nobody else is here.
    bob < /join #tea
    bob > JOIN #tea bob
    ann > bob has come.
    bob < /join #veche
    bob > JOIN #veche bob
    ann < /remove bob
    ann > ann has put bob out of #tea.
    bob > KICK #tea bob ann
    bob < hello
    ann > [15:06] #veche bob: hello
    ann < /invite bob
    ann > ann has invited bob to #tea.
    bob > INVITE #tea ann
    bob < /who #tea
    bob > ERR not-in-room You are not in that room.
    ann < /leave #tea and that is all
    ann > You have left #tea. You are in #veche now.
  )");
}

TEST(LineRooms, ReasonsForLeavingAreTold) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    ann > bob has come.
    bob < /leave #veche tea is ready
    bob > You have left #veche and are in no room now: /join one.
    ann > bob has left #veche: tea is ready
    bob < /leave for good
    bob > You are not in that room.
  )");
}

TEST(LineRooms, WhoIsNotLetInKnocks) {
  expect_transcript(R"(
    * ann is here
    ann < /join #tea
    ann > You are in #tea. Nobody else is here.
    * bot is here in bare
    * bob is here
    bob < /join #tea
    bob > One needs an invitation to that room.
    bob < /knock #tea let me in
    bob > You have knocked at #tea.
    ann > bob knocks at #tea: let me in
    bob < /knock #tea
    bob > You have knocked there a moment ago.
    bob < /knock #nowhere
    bob > There is no such room.
    bot < /knock #tea
    bot > NOTICE You have knocked at #tea.
    ann > bot knocks at #tea.
    ann < /bare
    ann > READY
    * 61s pass
    bob < /knock #tea
    bob > You have knocked at #tea.
    ann > KNOCK #tea bob
    ann < /knock #tea
    ann > ERR already-in-room That person is in the room already.
    ann < /invite bob
    ann > NOTICE ann has invited bob to #tea.
    bob > ann invites you to #tea: /join #tea to go there.
    bob < /join #tea
    bob > You are in #tea with 1 other: ann.
    ann > JOIN #tea bob
  )",
                    with_rooms_that_need_an_invitation, 7);
}

TEST(LinePeople, WhoIsAwaySaysSoToWhoWrites) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    ann > bob has come.
    ann < /away tea
    ann > You are away: tea
    bob < /msg ann there?
    bob > ann is away: tea
    ann > [15:06] bob to you: there?
    * bot is here in bare
    ann > bot has come.
    bob > bot has come.
    bot < /msg ann there?
    bot > AWAY ann tea
    ann > [15:06] bot to you: there?
    ann < /away
    ann > You are back.
    bob < /msg ann there?
    ann > [15:06] bob to you: there?
    ann < /nick anna
    ann > ann is now called anna.
    bob > ann is now called anna.
    bot > NICK ann anna
    ann < /away more tea
    ann > You are away: more tea
  )");
}

// --- what only other dialects can set

/// ann has made #tea, and may do with it what IRC's operators do; bob is in #veche.
struct Governed : fakes::LineWorld {
  Governed() {
    feed(ann, "/join #tea\n");
    feed(bob, "/bare\n/lang en\n");
    read();
  }
  void order(chat::CommandBody body) {
    ann.host.commands.push_back({std::move(body)});
    settle();
  }
  void read() {
    ann.host.take_sent();
    bob.host.take_sent();
  }
  Client& ann = enter("ann");
  Client& bob = enter("bob");
};

TEST(LineRooms, AKeyIsGivenBehindTheRoom) {
  Governed world;
  world.order(chat::ChangeRoom{"#tea", {fakes::key("sesame")}});
  EXPECT_EQ(world.ann.host.take_sent(), "ann has changed the rules of #tea.\r\n");
  world.feed(world.bob, "/join #tea\n");
  EXPECT_EQ(world.bob.host.take_sent(),
            "ERR wrong-key That room has a key, and this is not it: /join ROOM KEY.\n");
  world.feed(world.bob, "/join #tea sesame\n");
  EXPECT_EQ(world.bob.host.take_sent(), "JOIN #tea bob\n");
}

TEST(LineRooms, WhoIsSentOnWritesWhereHeHasCome) {
  Governed world;
  world.feed(world.ann, "/join #hall\n");
  world.order(chat::ChangeRoom{"#tea", {fakes::flag(chat::RoomFlag::invite_only), fakes::forward("#hall")}});
  world.read();
  world.feed(world.bob, "/join #tea\nhello\n");
  EXPECT_EQ(world.bob.host.take_sent(), "NOTICE #tea sends you on to #hall.\nJOIN #hall bob\n");
  EXPECT_EQ(world.said, std::vector<std::string>{"#hall bob hello"});
}

TEST(LineRooms, ARoomThatIsRenamedIsCalledByItsNewName) {
  Governed world;
  world.feed(world.bob, "/join #tea\n");
  world.read();
  world.order(chat::RenameRoom{"#tea", "#coffee"});
  EXPECT_EQ(world.ann.host.take_sent(), "The room #tea is called #coffee now.\r\n");
  EXPECT_EQ(world.bob.host.take_sent(), "RENAME #tea #coffee\n");
  world.feed(world.bob, "/who #COFFEE\n/who #tea\n");
  EXPECT_EQ(world.bob.host.take_sent(),
            "WHO #coffee ann\nWHO #coffee bob\nEND who\nERR not-in-room You are not in that room.\n");
}

TEST(LineRooms, RanksAreToldOf) {
  Governed world;
  world.feed(world.bob, "/join #tea\n");
  world.read();
  world.order(chat::ChangeRoom{"#tea", {fakes::rank("bob", chat::Rank::oper)}});
  EXPECT_EQ(world.ann.host.take_sent(), "bob is an operator of #tea now.\r\n");
  EXPECT_EQ(world.bob.host.take_sent(), "RANK #tea bob +operator\n");
}

TEST(LinePeople, WhoIsNotAcceptedIsAnnounced) {
  Governed world;
  world.order(chat::SetFlags{chat::bit(chat::UserFlag::asks_first), 0});
  world.read();
  world.feed(world.bob, "/msg ann psst\n");
  EXPECT_EQ(world.bob.host.take_sent(),
            "ERR asks-first That person takes messages only from people he has accepted; he is told that you "
            "wrote.\n");
  EXPECT_EQ(world.ann.host.take_sent(),
            "bob wants to write to you, and you take messages only from those you have accepted.\r\n");
}

}  // namespace
}  // namespace veche::session

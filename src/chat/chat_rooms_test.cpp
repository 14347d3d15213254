#include "base/limits.h"
#include "tests/fakes/chat_world.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using fakes::Lines;

std::vector<std::string> texts(const std::vector<MessagePtr>& messages) {
  std::vector<std::string> out;
  for (const MessagePtr& message : messages) out.push_back(message->text);
  return out;
}

/// ann, bob and eve in #veche, with nothing unseen.
struct ThreeInARoom : ChatWorld {
  explicit ThreeInARoom(Policy policy = {}) : ChatWorld(std::move(policy)) {
    for (const char* who : {"ann", "bob", "eve"}) guest(who);
    forget_seen();
  }
};

TEST(Talk, ReachesEverybodyElseInTheRoom) {
  ThreeInARoom world;
  world.say("ann", "#veche", "привет");
  EXPECT_EQ(world.seen("ann"), Lines{}) << "the sender gets nothing back";
  EXPECT_EQ(world.seen("bob"), Lines{"#veche ann: привет"});
  EXPECT_EQ(world.seen("eve"), Lines{"#veche ann: привет"});
  world.send("bob", Say{world.room("#veche"), MessageKind::action, "waves"});
  EXPECT_EQ(world.seen("ann"), Lines{"#veche * bob waves"});
}

TEST(Talk, ReachesTheSendersOtherSessions) {
  ChatWorld world;
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.forget_seen();
  world.say("ann", "#veche", "hi");
  EXPECT_EQ(world.seen("ann"), Lines{});
  EXPECT_EQ(world.seen("ann/2"), Lines{"#veche ann: hi"});
}

TEST(Talk, IsKeptBeforeItIsSeen) {
  ThreeInARoom world;
  world.say("ann", "#veche", "hi");
  ASSERT_EQ(world.kept().recent.size(), 1u);
  const Message& message = *world.kept().recent[0];
  EXPECT_EQ(message.sender, "ann");
  EXPECT_EQ(message.text, "hi");
  EXPECT_EQ(message.time, world.clock.wall());
  EXPECT_EQ(message.room, world.room("#veche"));
  EXPECT_FALSE(message.account) << "a guest";
  EXPECT_EQ(message.id, world.kept().last_message);
}

TEST(Talk, ThatCannotBeIsRefused) {
  Policy policy;
  policy.message_bytes_max = 10;
  ThreeInARoom world(policy);
  world.say("ann", "#veche", "");
  EXPECT_EQ(world.why("ann"), Refusal::message_empty);
  world.say("ann", "#veche", "0123456789");
  world.say("ann", "#veche", "0123456789a");
  EXPECT_EQ(world.why("ann"), Refusal::message_too_long);
  world.say("ann", "#nowhere", "hi");
  EXPECT_EQ(world.why("ann"), Refusal::not_in_room);
  world.join("bob", "#dev");
  world.say("ann", "#dev", "hi");
  EXPECT_EQ(world.why("ann"), Refusal::not_in_room);
  EXPECT_EQ(world.kept().recent.size(), 1u);
}

TEST(Talk, ReachesNobodyWhoHasLeft) {
  ThreeInARoom world;
  world.together([&] {
    world.say("ann", "#veche", "before");
    world.leave("bob", "#veche");
    world.say("ann", "#veche", "between");
    world.join("bob", "#veche");
    world.say("ann", "#veche", "after");
  });
  EXPECT_EQ(world.seen("bob"),
            (Lines{"#veche ann: before", "left #veche", "joined #veche", "#veche ann: after"}));
  EXPECT_EQ(world.seen("eve"), (Lines{"#veche ann: before", "departed #veche bob", "#veche ann: between",
                                      "arrived #veche bob", "#veche ann: after"}));
}

TEST(Joining, ShowsTheLastMessagesAndWhoIsThere) {
  Policy policy;
  policy.playback_messages = 3;
  ThreeInARoom world(policy);
  for (const char* text : {"1", "2", "3", "4"}) world.say("ann", "#veche", text);
  for (const bool after_restart : {false, true}) {
    if (after_restart) {
      world.restart();
      world.guest("ann");
    }
    world.guest("dan");
    const auto joined = world.last<Joined>("dan");
    EXPECT_EQ(joined.name, "#veche");
    EXPECT_EQ(joined.user, "dan");
    EXPECT_EQ(texts(joined.recent), (std::vector<std::string>{"2", "3", "4"}));
    EXPECT_EQ(joined.member_count, after_restart ? 2u : 4u);
    EXPECT_EQ(joined.members, after_restart ? (std::vector<std::string>{"ann"})
                                            : (std::vector<std::string>{"ann", "bob", "eve"}));
  }
}

TEST(Joining, ShowsNoMessageThatIsDeliveredToo) {
  ThreeInARoom world;
  world.guest("dan");
  world.leave("dan", "#veche");
  world.forget_seen();
  world.together([&] {
    world.say("ann", "#veche", "before");
    world.join("dan", "#veche");
    world.say("ann", "#veche", "after");
  });
  EXPECT_EQ(world.seen("dan"), (Lines{"joined #veche", "#veche ann: after"}));
  world.join("dan", "#veche");
  EXPECT_EQ(texts(world.last<Joined>("dan").recent), (std::vector<std::string>{"before", "after"}));
}

TEST(Joining, NamesFiftyMembersAtMost) {
  Policy policy;
  policy.connections_per_address = 0;
  ChatWorld world(policy);
  world.together([&] {
    for (int i = 0; i < 60; ++i) world.guest("guest" + std::to_string(i));
  });
  world.guest("ann");
  EXPECT_EQ(world.last<Joined>("ann").members.size(), kMembersShown);
  EXPECT_EQ(world.last<Joined>("ann").member_count, 61u);
}

TEST(Joining, ARoomWhereOneIsOnlyShowsIt) {
  ThreeInARoom world;
  world.join("ann", "#VECHE");
  EXPECT_EQ(world.seen("ann"), Lines{"joined #veche"});
  EXPECT_EQ(world.seen("bob"), Lines{});
  world.say("bob", "#veche", "hi");
  EXPECT_EQ(world.seen("ann"), Lines{"#veche bob: hi"}) << "once";
}

TEST(Joining, TakesAllSessionsOfAPerson) {
  ChatWorld world;
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.guest("bob");
  world.join("bob", "#dev");
  world.forget_seen();
  world.join("ann", "#dev");
  EXPECT_EQ(world.seen("bob"), Lines{"arrived #dev ann"});
  EXPECT_EQ(world.seen("ann/2"), Lines{"joined #dev"});
  world.leave("ann/2", "#dev");
  EXPECT_EQ(world.seen("bob"), Lines{"departed #dev ann"});
  EXPECT_EQ(world.seen("ann"), (Lines{"joined #dev", "left #dev"}));
}

TEST(Joining, ARoomOfABadNameIsRefused) {
  ThreeInARoom world;
  for (const char* name : {"", "veche", "#", "#a b", "#\u200B", "#\xff"}) {
    world.join("ann", name);
    EXPECT_EQ(world.why("ann"), Refusal::room_name) << name;
  }
}

TEST(Joining, TooManyRoomsIsRefused) {
  ChatWorld world;
  world.guest("ann");
  for (std::size_t i = 1; i < base::limits::kRoomsPerUserMax; ++i) world.join("ann", "#" + std::to_string(i));
  world.last<Joined>("ann");
  world.join("ann", "#more");
  EXPECT_EQ(world.why("ann"), Refusal::too_many_rooms);
  world.join("ann", "#1");
  EXPECT_EQ(world.last<Joined>("ann").name, "#1") << "there already";
  world.leave("ann", "#1");
  world.join("ann", "#more");
  EXPECT_EQ(world.last<Joined>("ann").name, "#more");
}

TEST(Leaving, ARoomWhereOneIsNotIsRefused) {
  ThreeInARoom world;
  world.join("bob", "#dev");
  world.leave("ann", "#dev");
  EXPECT_EQ(world.why("ann"), Refusal::not_in_room);
  world.leave("ann", "#nowhere");
  EXPECT_EQ(world.why("ann"), Refusal::not_in_room);
}

// Whose last room of several was left went on leaving it for ever.
TEST(Leaving, TheLastOfSeveralRoomsLeavesNone) {
  ThreeInARoom world;
  world.join("ann", "#dev");
  world.leave("ann", "#veche");
  world.leave("ann", "#dev");
  EXPECT_EQ(world.last<Left>("ann").name, "#dev");
  world.join("ann", "#dev");
  EXPECT_EQ(world.last<Joined>("ann").name, "#dev");
}

TEST(Quitting, IsToldOnceToEachWhoSeesIt) {
  ThreeInARoom world;
  for (const char* room : {"#dev", "#a"}) {
    world.join("ann", room);
    world.join("bob", room);
  }
  world.leave("eve", "#veche");
  world.forget_seen();
  world.quit("ann");
  EXPECT_EQ(world.seen("ann"), Lines{"closed 0"});
  EXPECT_EQ(world.seen("bob"), Lines{"quit ann"}) << "though they met in three rooms";
  EXPECT_EQ(world.seen("eve"), Lines{});
}

TEST(Rooms, VanishWhenEmptyUnlessTheyHaveAHistory) {
  ChatWorld world;
  world.guest("ann");
  for (const char* room : {"#silent", "#spoken"}) world.join("ann", room);
  world.say("ann", "#spoken", "hi");
  const base::RoomId silent = world.room("#silent"), spoken = world.room("#spoken");
  for (const char* room : {"#silent", "#spoken"}) world.leave("ann", room);

  world.send("ann", AskMembers{silent});
  EXPECT_EQ(world.why("ann"), Refusal::no_such_room);
  world.send("ann", AskMembers{spoken});
  EXPECT_EQ(world.seen("ann").back(), "members ");
  world.join("ann", "#Spoken");
  EXPECT_EQ(world.last<Joined>("ann").room, spoken);
  EXPECT_EQ(texts(world.last<Joined>("ann").recent), (std::vector<std::string>{"hi"}));
  world.join("ann", "#silent");
  EXPECT_NE(world.last<Joined>("ann").room, silent) << "an id is used once";
}

TEST(Rooms, AreListedByMembersAndThenByName) {
  ThreeInARoom world;
  world.join("ann", "#b");
  world.join("ann", "#c");
  world.join("bob", "#c");
  world.join("ann", "#a");
  world.join("eve", "#left");
  world.say("eve", "#left", "kept, but empty");
  world.leave("eve", "#left");
  world.send("ann", AskRooms{});
  EXPECT_EQ(world.seen("ann").back(), "rooms #veche 3,#c 2,#a 1,#b 1");
}

TEST(Members, AreListedByName) {
  ThreeInARoom world;
  world.guest("Алиса");
  world.leave("Алиса", "#veche");
  world.send("bob", AskMembers{world.room("#veche")});
  EXPECT_EQ(world.last<Members>("bob").room, "#veche");
  EXPECT_EQ(world.seen("bob").back(), "members ann,bob,eve");
  world.send("bob", AskMembers{});
  EXPECT_EQ(world.seen("bob").back(), "members ann,bob,eve,Алиса");
  EXPECT_EQ(world.last<Members>("bob").room, "") << "everybody";
}

TEST(PrivateMessages, ReachEverySessionOfAPerson) {
  ChatWorld world;
  world.account("Боб");
  world.log_in("bob/2", "Боб");
  world.guest("ann");
  world.guest("eve");
  world.forget_seen();
  world.send("ann", Tell{"БОБ", "psst"});
  EXPECT_EQ(world.seen("Боб"), Lines{"ann tells: psst"});
  EXPECT_EQ(world.seen("bob/2"), Lines{"ann tells: psst"});
  EXPECT_EQ(world.seen("ann"), Lines{});
  EXPECT_EQ(world.seen("eve"), Lines{});
  EXPECT_TRUE(world.kept().recent.empty()) << "and are not kept";
}

TEST(PrivateMessages, ThatCannotBeAreRefused) {
  Policy policy;
  policy.message_bytes_max = 3;
  ThreeInARoom world(policy);
  for (const auto& [name, text, why] : {std::tuple{"nobody", "hi", Refusal::no_such_person},
                                        {"\xff", "hi", Refusal::no_such_person},
                                        {"bob", "", Refusal::message_empty},
                                        {"bob", "long", Refusal::message_too_long}}) {
    world.send("ann", Tell{name, text});
    EXPECT_EQ(world.why("ann"), why);
  }
  EXPECT_EQ(world.seen("bob"), Lines{});
}

TEST(History, IsGrantedUpToWhatWasSaidBefore) {
  ThreeInARoom world;
  world.say("bob", "#veche", "1");
  world.say("bob", "#veche", "2");
  world.send("ann", AskHistory{world.room("#veche"), 7});
  const auto grant = world.last<HistoryGranted>("ann");
  EXPECT_EQ(grant.room, world.room("#veche"));
  EXPECT_EQ(grant.name, "#veche");
  EXPECT_EQ(grant.up_to, world.kept().last_message);
  EXPECT_EQ(grant.count, 7u);
  EXPECT_FALSE(grant.limited);
}

TEST(History, IsLimitedAndSaysSo) {
  ThreeInARoom world;
  world.send("ann", AskHistory{world.room("#veche"), 101});
  EXPECT_EQ(world.last<HistoryGranted>("ann").count, 100u);
  EXPECT_TRUE(world.last<HistoryGranted>("ann").limited);
  world.send("ann", AskHistory{world.room("#veche"), 100});
  EXPECT_FALSE(world.last<HistoryGranted>("ann").limited);
}

TEST(History, HasNoLimitWhereItIsZero) {
  Policy policy;
  policy.query_messages = 0;
  ThreeInARoom world(policy);
  world.send("ann", AskHistory{world.room("#veche"), 1'000'000});
  EXPECT_EQ(world.last<HistoryGranted>("ann").count, 1'000'000u);
  EXPECT_FALSE(world.last<HistoryGranted>("ann").limited);
  // A search was granted no message at all.
  world.send("ann", AskSearch{"hi"});
  EXPECT_EQ(world.last<SearchGranted>("ann").count, kUnlimitedMessages);
}

TEST(History, OfARoomIsForItsMembers) {
  ThreeInARoom world;
  world.join("bob", "#dev");
  world.send("ann", AskHistory{world.room("#dev"), 1});
  EXPECT_EQ(world.why("ann"), Refusal::not_in_room);
  world.send("ann", AskHistory{{12345}, 1});
  EXPECT_EQ(world.why("ann"), Refusal::not_in_room);
}

TEST(Search, IsOverTheRoomsThatOneIsIn) {
  ThreeInARoom world;
  world.join("bob", "#bobs");
  world.join("ann", "#dev");
  world.send("ann", AskSearch{"hello world"});
  const auto grant = world.last<SearchGranted>("ann");
  ASSERT_EQ(grant.rooms.size(), 2u);
  EXPECT_EQ(grant.rooms[0].name, "#veche");
  EXPECT_EQ(grant.rooms[1].name, "#dev");
  EXPECT_EQ(grant.words, "hello world");
  EXPECT_EQ(grant.count, 100u);
}

TEST(History, SwitchedOffKeepsNothingAndShowsNothing) {
  Policy policy;
  policy.history = false;
  ThreeInARoom world(policy);
  world.say("ann", "#veche", "hi");
  EXPECT_EQ(world.seen("bob"), Lines{"#veche ann: hi"});
  EXPECT_TRUE(world.kept().recent.empty());
  EXPECT_TRUE(world.kept().rooms.empty());
  world.guest("dan");
  EXPECT_TRUE(world.last<Joined>("dan").recent.empty());
  world.send("ann", AskHistory{world.room("#veche"), 1});
  EXPECT_EQ(world.why("ann"), Refusal::history_off);
  world.send("ann", AskSearch{"hi"});
  EXPECT_EQ(world.why("ann"), Refusal::history_off);
}

TEST(History, ThatWasKeptOnceIsNotShownWhileItIsOff) {
  Policy policy;
  policy.history = false;
  ChatWorld world(policy);
  world.store.state.rooms.push_back({{1}, "#veche", {}});
  world.store.state.last_room = {1};
  world.store.state.recent.push_back(
      std::make_shared<const Message>(Message{{1}, {1}, {}, MessageKind::text, {}, "ann", "long ago"}));
  world.restart();
  world.guest("dan");
  EXPECT_TRUE(world.last<Joined>("dan").recent.empty());
}

}  // namespace
}  // namespace veche::chat

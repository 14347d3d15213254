// Coming and going, the operator's wishes, a store that is closed.
#include "chat/chat.h"

#include "tests/fakes/chat_commands.h"
#include "tests/fakes/chat_world.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using fakes::Lines;

std::string refused(Refusal why) { return "refused " + fakes::number(why); }

TEST(Chat, SaysGoodbyeLast) {
  ChatWorld world;
  world.guest("ann");
  world.guest("bob");
  world.forget_seen();
  world.together([&] {
    world.say("bob", "#veche", "bye, ann");
    world.quit("ann");
    world.say("bob", "#veche", "gone?");
  });
  EXPECT_EQ(world.seen("ann"), (Lines{"#veche bob: bye, ann", "closed 0"}));
  EXPECT_EQ(world.seen("bob"), Lines{"quit ann"});
}

TEST(Chat, HearsNothingFromSessionsThatHaveGone) {
  ChatWorld world;
  world.guest("ann");
  world.guest("bob");
  world.quit("ann");
  world.forget_seen();
  world.say("ann", "#veche", "from beyond");
  world.quit("ann");
  EXPECT_EQ(world.seen("ann"), Lines{});
  EXPECT_EQ(world.seen("bob"), Lines{});
}

TEST(Chat, LetsGoWhoNeverLoggedIn) {
  ChatWorld world;
  world.connect("ann");
  world.quit("ann");
  EXPECT_EQ(world.seen("ann"), (Lines{"greeting ", "closed 0"}));
  EXPECT_EQ(world.chat().session_count(), 0u);
}

TEST(Chat, IsEmptyAgainWhenAllHaveGone) {
  ChatWorld world;
  const std::string before = world.chat().describe(false);
  for (int round = 0; round < 3; ++round) {
    for (const char* who : {"ann", "bob", "eve"}) {
      world.guest(who);
      world.join(who, std::string("#") + who);
    }
    for (const char* who : {"ann", "bob", "eve"}) world.quit(who);
  }
  EXPECT_EQ(world.chat().user_count(), 0u);
  EXPECT_EQ(world.chat().session_count(), 0u);
  EXPECT_EQ(world.chat().describe(false), before);
}

TEST(Shutdown, ClosesEverybodyAndLetsNobodyIn) {
  ChatWorld world;
  world.account("ann");
  world.log_in("ann/2", "ann");
  world.guest("bob");
  world.connect("eve");
  world.forget_seen();
  world.together([&] {
    world.say("bob", "#veche", "last words");
    world.send("operator", ShutDown{});
    world.say("bob", "#veche", "too late");
  });
  EXPECT_EQ(world.seen("ann"), (Lines{"#veche bob: last words", "closed 1"}))
      << "and nobody is told who else goes";
  EXPECT_EQ(world.seen("ann/2"), (Lines{"#veche bob: last words", "closed 1"}));
  EXPECT_EQ(world.seen("bob"), Lines{"closed 1"});
  EXPECT_EQ(world.seen("eve"), Lines{"closed 1"});
  EXPECT_EQ(world.kept().recent.size(), 1u);
  EXPECT_EQ(world.chat().session_count(), 0u);

  world.connect("dan");
  EXPECT_EQ(world.seen("dan"), Lines{"closed 1"});
  world.quit("bob");
  EXPECT_EQ(world.seen("bob"), Lines{}) << "he has been told";
}

TEST(FullDisk, UndoesTheBatchAndTellsTheSender) {
  ChatWorld world;
  world.account("ann");
  world.guest("bob");
  world.say("ann", "#veche", "kept");
  world.forget_seen();
  world.store.full = true;
  world.together([&] {
    world.say("ann", "#veche", "lost");
    world.send("bob", Rename{"bobby"});
    world.say("bob", "#veche", "lost too");
  });
  EXPECT_EQ(world.seen("ann"), (Lines{refused(Refusal::disk_full), "renamed bob bobby"}));
  EXPECT_EQ(world.seen("bob"), (Lines{"renamed bob bobby", refused(Refusal::disk_full)}))
      << "what needs no store goes on";
  EXPECT_EQ(world.why("bob"), Refusal::disk_full);
  EXPECT_EQ(world.chat().describe(false), Chat({}, world.kept()).describe(false));
}

TEST(FullDisk, LeavesAllThatNeedsNoStore) {
  ChatWorld world;
  world.account("ann");
  world.send("ann", KeepToken{{}});
  world.store.full = true;
  world.say("ann", "#veche", "lost");
  EXPECT_FALSE(world.chat().store_is_open());
  world.log_in("ann/2", "ann", "10.0.0.9");
  EXPECT_EQ(world.last<Joined>("ann/2").user, "ann") << "though the new address cannot be noted";
  world.connect("ann/3");
  world.send("ann/3", LogInWithToken{"", {}});
  world.last<Joined>("ann/3");
  world.guest("bob");
  world.send("bob", Tell{"ann", "are you there?"});
  EXPECT_EQ(world.seen("ann").back(), "bob tells: are you there?");

  world.connect("eve");
  for (const auto& [who, body] : {std::pair<std::string, CommandBody>{"eve", Register{"eve", "x"}},
                                  {"bob", Register{"", "x"}},
                                  {"ann", SetPassword{"x"}},
                                  {"ann", KeepToken{{}}},
                                  {"ann", Forget{true}},
                                  {"ann", Forget{false}},
                                  {"ann", Say{world.room("#veche"), MessageKind::text, "x"}}}) {
    world.send(who, body);
    EXPECT_EQ(world.why(who), Refusal::disk_full) << body.index();
  }
  const SanctionRecord ban{SanctionKind::ban, {SanctionOn::name, "bob", {}}, "", "root", {}, {}};
  for (const OperatorOrder& order : std::vector<OperatorOrder>{
           ManageAccount{AccountAction::add, "new", "x"}, Impose{ban, {}}, Lift{ban.kind, ban.target},
           SlowDown{"#veche", std::chrono::seconds{5}}, ClearIdentities{}}) {
    EXPECT_EQ(world.operate(order).refused, Refusal::disk_full) << order.index();
  }
  EXPECT_FALSE(world.operate(ManageAccount{}).refused);
  EXPECT_FALSE(world.operate(Kick{"bob", {}, ""}).refused) << "what needs no disk goes on";
}

TEST(FullDisk, IsOverWhenTheStoreIsOpenedAgain) {
  ChatWorld world;
  world.account("ann");
  world.guest("bob");
  world.store.full = true;
  world.say("ann", "#veche", "lost");
  world.store.full = false;
  world.say("ann", "#veche", "still closed");
  EXPECT_EQ(world.why("ann"), Refusal::disk_full);
  world.chat().open_store();
  world.forget_seen();
  world.say("ann", "#veche", "and on we go");
  EXPECT_EQ(world.seen("bob"), Lines{"#veche ann: and on we go"});
  ASSERT_EQ(world.kept().recent.size(), 1u);
  EXPECT_EQ(world.kept().rooms.size(), 1u);
}

TEST(FullDisk, StopsNoTalkWhereThereIsNoHistory) {
  Policy policy;
  policy.history = false;
  ChatWorld world(policy);
  world.guest("ann");
  world.guest("bob");
  world.chat().close_store(Refusal::not_stored);
  world.say("ann", "#veche", "hi");
  EXPECT_EQ(world.seen("bob").back(), "#veche ann: hi");
}

TEST(Chat, DoesTheSameForTheSameCommands) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::vector<Lines> effects(2);
    std::vector<std::string> ends;
    for (Lines& lines : effects) {
      fakes::SeededChoice choose(seed);
      base::ManualClock clock;
      Chat chat(fakes::small_policy(choose), {});
      fakes::CommandSource commands(choose);
      Outbox outbox;
      for (int i = 0; i < 200; ++i) {
        clock.advance(std::chrono::milliseconds{choose(5000)});
        chat.apply(commands.next(), clock.wall(), outbox);
      }
      for (const Effect& effect : outbox.effects) lines.push_back(fakes::to_text(effect));
      ends.push_back(chat.describe());
    }
    EXPECT_EQ(effects[0], effects[1]) << "seed " << seed;
    EXPECT_EQ(ends[0], ends[1]) << "seed " << seed;
  }
}

}  // namespace
}  // namespace veche::chat

#include "net/event_loop.h"

#include "net/test_peer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace veche::net {
namespace {

using std::chrono::milliseconds;
using testing::Peer;
using testing::Story;

class EventLoopTest : public testing::LoopTest {};

TEST_F(EventLoopTest, PostedFunctionsRunInOrder) {
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) loop->post([&order, i] { order.push_back(i); });
  ASSERT_TRUE(turn_until([&] { return order.size() == 3; }));
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST_F(EventLoopTest, PostOfAPostRunsInALaterTurn) {
  int ran = 0;
  loop->post([&] { loop->post([&] { ++ran; }); });
  ASSERT_TRUE(turn_until([&] { return ran == 1; }));
}

TEST_F(EventLoopTest, StopBeforeRunEndsItAtOnce) {
  loop->stop();
  loop->run();
  SUCCEED();  // a loop that missed it would not be back
}

TEST_F(EventLoopTest, StoppedLoopTellsItsHandlers) {
  Story& story = new_story();
  Peer peer = adopt(story);
  loop->post([&] { loop->stop(); });
  loop->run();
  EXPECT_EQ(story.closed, std::vector{CloseReason::aborted});
}

TEST_F(EventLoopTest, DroppedPostIsDestroyed) {
  auto token = std::make_shared<int>(1);
  loop->stop();
  loop->post([token] {});
  loop->run();
  loop.reset();
  EXPECT_EQ(token.use_count(), 1);
}

TEST_F(EventLoopTest, SendsOfOneTurnLeaveTogether) {
  Story& story = new_story();
  Peer peer = adopt(story);
  settle();
  loop->post([&] { story.connection->send("one "); });
  loop->post([&] { story.connection->send("two "); });
  loop->post([&] {
    story.connection->send("three");
    peer.receive();
    EXPECT_EQ(peer.text, "") << "nothing leaves before the end of the turn";
  });
  loop->run_once(milliseconds{1000});
  peer.receive();
  EXPECT_EQ(peer.text, "one two three");
}

struct CountingHook final : LoopHook {
  int turns = 0, asked = 0;
  bool sleepy = true;
  std::function<void()> on_turn;
  void turn() override {
    ++turns;
    if (on_turn) on_turn();
  }
  bool may_sleep() override { return ++asked, sleepy; }
};

TEST_F(EventLoopTest, HookRunsEveryTurnAndItsSendsLeaveInIt) {
  Story& story = new_story();
  Peer peer = adopt(story);
  settle();
  CountingHook hook;
  hook.on_turn = [&] { story.connection->send("from the hook"); };
  loop->set_hook(&hook);
  loop->run_once(milliseconds{0});
  peer.receive();
  EXPECT_EQ(peer.text, "from the hook");
  EXPECT_EQ(hook.turns, 1);
  EXPECT_EQ(hook.asked, 1);
  loop->set_hook(nullptr);
}

TEST_F(EventLoopTest, HookThatMayNotSleepIsNotKeptWaiting) {
  CountingHook hook;
  hook.sleepy = false;
  loop->set_hook(&hook);
  const auto start = std::chrono::steady_clock::now();
  loop->run_once(testing::kPatience);
  EXPECT_LT(std::chrono::steady_clock::now() - start, testing::kPatience);
  loop->set_hook(nullptr);
}

// What `closed` brings (a farewell to the chat) must not wait until something else wakes the loop.
TEST_F(EventLoopTest, CloseFoundWhileSendingForcesAnotherTurn) {
  make_loop({.send_queue_bytes = 1000});
  Story& story = new_story();
  Peer peer = adopt(story, 4096);
  CountingHook hook;
  int turns_after_close = 0;
  hook.on_turn = [&] {
    if (story.closed.empty())
      story.connection->send(std::string(300'000, 'x'));
    else
      ++turns_after_close;
  };
  loop->set_hook(&hook);
  ASSERT_TRUE(turn_until([&] { return !story.closed.empty(); }));
  ASSERT_EQ(turns_after_close, 0);
  const auto start = std::chrono::steady_clock::now();
  loop->run_once(testing::kPatience);
  EXPECT_LT(std::chrono::steady_clock::now() - start, testing::kPatience);
  EXPECT_EQ(turns_after_close, 1);
  loop->set_hook(nullptr);
}

TEST_F(EventLoopTest, SleepsNoLongerThanTheNextTimer) {
  const base::SystemClock real;
  Story& story = new_story();
  const auto timed = EventLoop::create(real, *log).value();
  testing::Pair pair = testing::connected_pair();
  timed->adopt(std::move(pair.server), pair.address, std::make_unique<testing::StoryHandler>(story));
  for (int i = 0; i < 3; ++i) timed->run_once(milliseconds{0});
  const auto start = real.mono();
  story.connection->set_timer(milliseconds{20});
  while (story.timers == 0 && real.mono() - start < testing::kPatience) timed->run_once(testing::kPatience);
  EXPECT_GE(real.mono() - start, milliseconds{20});
  EXPECT_LT(real.mono() - start, testing::kPatience);
}

TEST(EventLoopThreads, NoWakeIsEverLost) {
  // Producers push one item each time the loop has taken the last one, so that nearly every push meets a loop
  // that is falling asleep. One lost wake-up and the test hangs.
  const base::SystemClock clock;
  const auto log = base::Log::nowhere();
  auto loop = EventLoop::create(clock, *log).value();
  base::Mailbox<int> mailbox([&] { loop->wake(); });
  struct Hook final : LoopHook {
    explicit Hook(base::Mailbox<int>& from) : mailbox(from) {}
    base::Mailbox<int>& mailbox;
    std::vector<int> items;
    std::atomic<int> taken = 0;
    void turn() override {
      mailbox.drain(items);
      taken.fetch_add(static_cast<int>(items.size()));
      taken.notify_all();
      items.clear();
    }
    bool may_sleep() override { return mailbox.prepare_to_sleep(); }
  } hook(mailbox);
  loop->set_hook(&hook);
  std::thread runner([&] { loop->run(); });
  constexpr int kItems = 20'000;
  for (int i = 0; i < kItems; ++i) {
    mailbox.push(i);
    for (int seen = hook.taken.load(); seen <= i; seen = hook.taken.load()) hook.taken.wait(seen);
  }
  EXPECT_EQ(hook.taken.load(), kItems);

  std::atomic<int> posted = 0;  // and the same from many threads at once
  std::vector<std::thread> producers;
  for (int p = 0; p < 4; ++p)
    producers.emplace_back([&] {
      for (int i = 0; i < 5'000; ++i) loop->post([&] { posted.fetch_add(1), posted.notify_all(); });
    });
  for (std::thread& producer : producers) producer.join();
  for (int seen = posted.load(); seen < 20'000; seen = posted.load()) posted.wait(seen);
  loop->stop();
  runner.join();
}

using EventLoopDeathTest = EventLoopTest;

TEST_F(EventLoopDeathTest, AnotherThreadIsABrokenInvariant) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Story& story = new_story();
  Peer peer = adopt(story);
  loop->run_once(milliseconds{0});
  EXPECT_DEATH(std::thread([&] { story.connection->send("x"); }).join(), "a loop is used on its own thread");
}

}  // namespace
}  // namespace veche::net

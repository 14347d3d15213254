#include "net/timers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace veche::net {
namespace {

using std::chrono::milliseconds;
constexpr base::MonoTime at(int ms) { return base::MonoTime{milliseconds{ms}}; }

struct Alarm final : TimerOwner {
  Timer timer{*this};
  base::MonoTime deadline;
  int rung = 0;
  std::function<void()> then;

  void expired(Timer& which) override {
    EXPECT_EQ(&which, &timer);
    EXPECT_FALSE(which.armed());
    ++rung;
    if (then) then();
  }
};

TEST(Timers, FireInTheOrderOfTheirDeadlines) {
  Timers timers;
  std::vector<int> order;
  Alarm alarms[5];
  const int deadlines[] = {30, 10, 50, 20, 40};
  for (int i = 0; i < 5; ++i) {
    alarms[i].then = [&order, ms = deadlines[i]] { order.push_back(ms); };
    timers.arm(alarms[i].timer, at(deadlines[i]));
  }
  EXPECT_EQ(timers.next(), at(10));
  timers.expire(at(30));
  EXPECT_EQ(order, (std::vector<int>{10, 20, 30}));
  EXPECT_EQ(timers.next(), at(40));
  timers.expire(at(100));
  EXPECT_EQ(order, (std::vector<int>{10, 20, 30, 40, 50}));
  EXPECT_EQ(timers.next(), std::nullopt);
}

TEST(Timers, NothingIsDueBeforeItsTime) {
  Timers timers;
  Alarm alarm;
  timers.arm(alarm.timer, at(10));
  timers.expire(at(10) - std::chrono::nanoseconds{1});
  EXPECT_EQ(alarm.rung, 0);
  timers.expire(at(10));
  EXPECT_EQ(alarm.rung, 1);
}

TEST(Timers, CancelledOneIsSilent) {
  Timers timers;
  Alarm alarm;
  timers.cancel(alarm.timer);  // not armed: nothing happens
  timers.arm(alarm.timer, at(10));
  timers.cancel(alarm.timer);
  EXPECT_TRUE(timers.empty());
  timers.expire(at(100));
  EXPECT_EQ(alarm.rung, 0);
}

TEST(Timers, MovedLaterFiresLaterAndOnce) {
  Timers timers;
  Alarm alarm;
  for (int ms = 10; ms <= 50; ms += 10) timers.arm(alarm.timer, at(ms));
  EXPECT_EQ(timers.size(), 1u);
  EXPECT_EQ(timers.next(), at(50));
  timers.expire(at(49));
  EXPECT_EQ(alarm.rung, 0);
  timers.expire(at(50));
  EXPECT_EQ(alarm.rung, 1);
}

TEST(Timers, MovedEarlierFiresEarlier) {
  Timers timers;
  Alarm alarm, other;
  timers.arm(other.timer, at(20));
  timers.arm(alarm.timer, at(50));
  timers.arm(alarm.timer, at(90));  // the heap still says 50
  timers.arm(alarm.timer, at(60));  // between the two
  EXPECT_EQ(timers.next(), at(20));
  timers.arm(alarm.timer, at(10));
  EXPECT_EQ(timers.next(), at(10));
  timers.expire(at(15));
  EXPECT_EQ(alarm.rung, 1);
  timers.cancel(other.timer);
}

TEST(Timers, OwnerMayArmCancelAndDestroyWhenItIsTold) {
  Timers timers;
  Alarm first;
  auto second = std::make_unique<Alarm>();
  auto third = std::make_unique<Alarm>();
  first.then = [&] {
    if (!second) return;
    timers.cancel(second->timer);
    second.reset();
    timers.arm(third->timer, at(500));
    timers.arm(first.timer, at(600));
  };
  timers.arm(first.timer, at(1));
  timers.arm(second->timer, at(2));
  timers.arm(third->timer, at(3));
  timers.expire(at(100));
  EXPECT_EQ(first.rung, 1);
  EXPECT_EQ(third->rung, 0);
  timers.expire(at(600));
  EXPECT_EQ(third->rung, 1);
  EXPECT_EQ(first.rung, 2);
  EXPECT_TRUE(timers.empty());
}

TEST(Timers, ZeroDelayCannotHoldTheLoop) {
  Timers timers;
  Alarm alarm;
  alarm.then = [&] { timers.arm(alarm.timer, at(5)); };
  timers.arm(alarm.timer, at(5));
  timers.expire(at(5));  // comes back
  EXPECT_EQ(alarm.rung, 1);
  timers.expire(at(5));
  EXPECT_EQ(alarm.rung, 2);
  timers.cancel(alarm.timer);
}

// Against the plainest thing that could work: a list that is looked through.
TEST(Timers, AgreeWithAListUnderRandomUse) {
  std::mt19937 random(20'250'117);
  Timers timers;
  std::vector<Alarm> alarms(100);
  int now = 0;
  std::size_t rung = 0;
  for (int step = 0; step < 20'000; ++step) {
    Alarm& alarm = alarms[random() % alarms.size()];
    switch (random() % 4) {
      case 0:
      case 1:
        alarm.deadline = at(now + static_cast<int>(random() % 200));
        timers.arm(alarm.timer, alarm.deadline);
        break;
      case 2:
        timers.cancel(alarm.timer);
        break;
      case 3: {
        now += static_cast<int>(random() % 10);
        std::vector<bool> due;
        for (const Alarm& one : alarms) due.push_back(one.timer.armed() && one.deadline <= at(now));
        timers.expire(at(now));
        for (std::size_t i = 0; i < alarms.size(); ++i) {
          ASSERT_EQ(alarms[i].rung, due[i] ? 1 : 0) << "step " << step;
          rung += static_cast<std::size_t>(alarms[i].rung);
          alarms[i].rung = 0;
        }
        break;
      }
    }
    std::optional<base::MonoTime> earliest;
    for (const Alarm& one : alarms)
      if (one.timer.armed() && (!earliest || one.deadline < *earliest)) earliest = one.deadline;
    ASSERT_EQ(timers.next(), earliest) << "step " << step;
  }
  EXPECT_GT(rung, 1000u);
  for (Alarm& alarm : alarms) timers.cancel(alarm.timer);
}

TEST(Timers, UnarmedOneCostsOnlyItself) {
  EXPECT_LE(sizeof(Timer), 24u);
  EXPECT_TRUE(Timers().empty());
}

}  // namespace
}  // namespace veche::net

#include "base/clock.h"

#include <gtest/gtest.h>

namespace veche::base {
namespace {

using namespace std::chrono_literals;

TEST(SystemClock, WallTimeIsTheSystems) {
  const SystemClock clock;
  const auto before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const WallTime wall = clock.wall();
  EXPECT_GE(wall, before);
  EXPECT_LE(wall, std::chrono::system_clock::now());
}

TEST(SystemClock, MonotonicTimeNeverStepsBack) {
  const SystemClock clock;
  MonoTime last = clock.mono();
  for (int i = 0; i < 10'000; ++i) {
    const MonoTime now = clock.mono();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(ManualClock, StandsStillUntilItIsMoved) {
  ManualClock clock(WallTime{100s});
  const MonoTime start = clock.mono();
  EXPECT_EQ(clock.wall(), WallTime{100s});
  clock.advance(1500ms);
  EXPECT_EQ(clock.wall(), WallTime{101'500ms});
  EXPECT_EQ(clock.mono() - start, 1500ms);
}

TEST(ManualClock, AStepOfTheWallClockLeavesMonotonicTimeAlone) {
  ManualClock clock(WallTime{100s});
  const MonoTime start = clock.mono();
  clock.step_wall(-10s);
  EXPECT_EQ(clock.wall(), WallTime{90s});
  EXPECT_EQ(clock.mono(), start);
}

}  // namespace
}  // namespace veche::base

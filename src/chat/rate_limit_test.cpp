#include "chat/rate_limit.h"

#include "base/clock.h"

#include <gtest/gtest.h>

namespace veche::chat {
namespace {

using base::WallTime;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr WallTime kStart{seconds{1'000'000}};

constexpr Rate<WallTime> kRate{10, milliseconds{500}};

int taken_at_once(RateLimit<WallTime>& limit, WallTime now, const Rate<WallTime>& rate = kRate) {
  int taken = 0;
  while (taken < 1000 && limit.take(rate, now)) ++taken;
  return taken;
}

TEST(RateLimit, GivesABurstAndThenOneAnInterval) {
  RateLimit<WallTime> limit;
  EXPECT_EQ(taken_at_once(limit, kStart), 10);
  EXPECT_EQ(limit.wait(kRate, kStart), milliseconds{500});
  EXPECT_FALSE(limit.take(kRate, kStart + milliseconds{499}));
  EXPECT_EQ(taken_at_once(limit, kStart + milliseconds{500}), 1);
  EXPECT_EQ(taken_at_once(limit, kStart + milliseconds{2000}), 3);
}

TEST(RateLimit, IsFullAgainAfterTheBurstsTime) {
  RateLimit<WallTime> limit;
  EXPECT_TRUE(limit.full(kStart));
  taken_at_once(limit, kStart);
  EXPECT_FALSE(limit.full(kStart + milliseconds{4999}));
  EXPECT_TRUE(limit.full(kStart + seconds{5}));
  EXPECT_EQ(taken_at_once(limit, kStart + seconds{500}), 10) << "no more than a burst is saved up";
}

TEST(RateLimit, OfNoIntervalIsNone) {
  RateLimit<WallTime> limit;
  const Rate<WallTime> none{0, milliseconds{0}};
  EXPECT_EQ(taken_at_once(limit, kStart, none), 1000);
  EXPECT_EQ(limit.wait(none, kStart), milliseconds{0});
}

// A wall clock that an administrator set back by a day made everybody wait for a day.
TEST(RateLimit, OutlivesAClockThatIsSetBack) {
  RateLimit<WallTime> limit;
  taken_at_once(limit, kStart);
  const WallTime yesterday = kStart - std::chrono::days{1};
  EXPECT_FALSE(limit.take(kRate, yesterday)) << "it is still empty";
  EXPECT_EQ(limit.wait(kRate, yesterday), milliseconds{500});
  EXPECT_EQ(taken_at_once(limit, yesterday + milliseconds{500}), 1);
  EXPECT_EQ(taken_at_once(limit, yesterday + milliseconds{1500}), 2);
}

TEST(RateLimit, WhatCostsMoreIsOwed) {
  RateLimit<WallTime> limit;
  EXPECT_TRUE(limit.take(kRate, kStart));
  limit.owe(kRate, 3);
  EXPECT_EQ(taken_at_once(limit, kStart), 6);
  limit.owe(kRate, 4);
  EXPECT_EQ(limit.wait(kRate, kStart), milliseconds{2500});
  EXPECT_EQ(limit.wait(kRate, kStart + milliseconds{2500}), milliseconds{0});
  const Rate<WallTime> none{0, milliseconds{0}};
  limit.owe(none, 100);
  EXPECT_EQ(limit.wait(none, kStart), milliseconds{0});
}

TEST(RateLimit, GoesByTheRateOfTheMoment) {
  RateLimit<WallTime> limit;
  taken_at_once(limit, kStart);
  const Rate<WallTime> faster{10, milliseconds{50}};
  EXPECT_EQ(taken_at_once(limit, kStart + milliseconds{100}, faster), 0) << "empty, but no emptier than that";
  EXPECT_EQ(taken_at_once(limit, kStart + milliseconds{200}, faster), 2);
}

}  // namespace
}  // namespace veche::chat

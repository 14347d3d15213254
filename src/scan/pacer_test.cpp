#include "scan/pacer.h"

#include <gtest/gtest.h>

namespace veche::scan {
namespace {

using namespace std::chrono_literals;

constexpr base::MonoTime kStart{1h};

/// Does as much as is allowed at `now`.
int burst(Pacer& pacer, base::MonoTime now) {
  int done = 0;
  for (; pacer.allows(now); ++done) pacer.done(now);
  return done;
}

TEST(Pacer, WithoutARateEverythingIsAllowed) {
  Pacer pacer(0);
  EXPECT_FALSE(pacer.is_bound());
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(pacer.allows(kStart));
    pacer.done(kStart);
  }
}

TEST(Pacer, RateIsKeptToOverTime) {
  for (const int rate : {20, 1000, 100'000}) {
    Pacer pacer(rate);
    EXPECT_TRUE(pacer.is_bound());
    int done = 0;
    for (auto time = 0us; time < 2s; time += 100us) done += burst(pacer, kStart + time);
    EXPECT_NEAR(done, 2 * rate, 2 + rate * 0.005) << rate;  // what the first 5 ms make up for
  }
}

TEST(Pacer, NextOneIsAllowedWhenItSays) {
  Pacer pacer(100);
  pacer.done(kStart);
  const auto next = pacer.next();
  EXPECT_GT(next, kStart);
  EXPECT_LE(next, kStart + 10ms);
  EXPECT_FALSE(pacer.allows(next - 1ns));
  EXPECT_TRUE(pacer.allows(next));
}

TEST(Pacer, ShortSleepIsMadeUpFor) {
  Pacer pacer(1000);
  burst(pacer, kStart);
  EXPECT_EQ(burst(pacer, kStart + 4ms), 4);
}

TEST(Pacer, LongSleepIsNotMadeUpFor) {
  Pacer pacer(1000);
  burst(pacer, kStart);
  EXPECT_LE(burst(pacer, kStart + 10s), 6);
}

}  // namespace
}  // namespace veche::scan

#include "load/latencies.h"

#include <gtest/gtest.h>

#include <random>

namespace veche::load {
namespace {

using std::chrono::nanoseconds;

TEST(Latencies, NothingTookNoTime) {
  EXPECT_EQ(Latencies().count(), 0);
  EXPECT_EQ(Latencies().quantile_ms(0.5), 0);
}

TEST(Latencies, ShortTimesAreExact) {
  Latencies latencies;
  for (int ns = 1; ns <= 100; ++ns) latencies.add(nanoseconds(ns));
  EXPECT_DOUBLE_EQ(latencies.quantile_ms(0.5), 50 / 1e6);
  EXPECT_DOUBLE_EQ(latencies.quantile_ms(0.99), 99 / 1e6);
  EXPECT_DOUBLE_EQ(latencies.quantile_ms(1), 100 / 1e6);
  EXPECT_DOUBLE_EQ(latencies.quantile_ms(0), 1 / 1e6);
}

TEST(Latencies, LongTimesAreAtMostASixtyFourthTooHigh) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 20'000; ++i) {
    const auto ns = static_cast<std::int64_t>(random() >> (random() % 41 + 22));
    Latencies one;
    one.add(nanoseconds(ns));
    const double read = one.quantile_ms(0.5) * 1e6;
    ASSERT_GE(read, static_cast<double>(ns) * (1 - 1e-9)) << ns;
    ASSERT_LE(read, static_cast<double>(ns) * (1 + 1.0 / 64)) << ns;
  }
}

TEST(Latencies, OneSlowInAHundredIsNotInTheNinetyNinthPart) {
  Latencies latencies;
  for (int i = 0; i < 99; ++i) latencies.add(std::chrono::microseconds(100));
  latencies.add(std::chrono::seconds(3));
  EXPECT_NEAR(latencies.quantile_ms(0.99), 0.1, 0.002);
  EXPECT_NEAR(latencies.quantile_ms(1), 3000, 50);
}

TEST(Latencies, WhatIsBeyondTheScaleIsItsEnd) {
  Latencies latencies;
  latencies.add(std::chrono::hours(1000));
  latencies.add(nanoseconds(-5));
  EXPECT_GT(latencies.quantile_ms(1), 3'600'000);
  EXPECT_EQ(latencies.quantile_ms(0), 0);
}

}  // namespace
}  // namespace veche::load

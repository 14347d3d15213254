#include "echo/round_trips.h"

#include <gtest/gtest.h>

namespace veche::echo {
namespace {

using namespace std::chrono_literals;

TEST(RoundTrips, OfNoneThereIsNothing) {
  const RoundTrips none;
  EXPECT_EQ(none.count(), 0u);
  EXPECT_EQ(none.min(), 0ns);
  EXPECT_EQ(none.percentile(50), 0ns);
}

TEST(RoundTrips, OneIsEverything) {
  RoundTrips one;
  one.add(7ms);
  EXPECT_EQ(one.min(), 7ms);
  EXPECT_EQ(one.percentile(1), 7ms);
  EXPECT_EQ(one.percentile(50), 7ms);
  EXPECT_EQ(one.percentile(99), 7ms);
}

TEST(RoundTrips, PercentileIsTheNearestRankInAnyOrder) {
  RoundTrips hundred;
  for (int i = 0; i < 100; ++i) hundred.add(std::chrono::milliseconds((i * 37) % 100 + 1));
  EXPECT_EQ(hundred.min(), 1ms);
  EXPECT_EQ(hundred.percentile(50), 50ms);
  EXPECT_EQ(hundred.percentile(99), 99ms);
  EXPECT_EQ(hundred.percentile(100), 100ms);
}

TEST(RoundTrips, ManyAreThinnedAndStayTheSamePicture) {
  RoundTrips many;
  constexpr std::size_t kCount = RoundTrips::kKeptMax * 3;
  many.add(500ns);
  for (std::size_t i = 1; i < kCount; ++i) many.add(std::chrono::microseconds(i % 1000 + 1));
  EXPECT_EQ(many.count(), kCount);
  EXPECT_EQ(many.min(), 500ns);
  EXPECT_NEAR(static_cast<double>(many.percentile(50).count()), 500e3, 5e3);
  EXPECT_NEAR(static_cast<double>(many.percentile(99).count()), 990e3, 5e3);
}

}  // namespace
}  // namespace veche::echo

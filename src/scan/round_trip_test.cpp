#include "scan/round_trip.h"

#include <gtest/gtest.h>

namespace veche::scan {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

RoundTrip after(std::initializer_list<nanoseconds> samples) {
  RoundTrip round_trip;
  for (const nanoseconds took : samples) round_trip.sample(took);
  return round_trip;
}

RoundTrip steady(nanoseconds took) {
  RoundTrip round_trip;
  for (int i = 0; i < 200; ++i) round_trip.sample(took);
  return round_trip;
}

TEST(RoundTrip, UntilSomethingIsKnownTheLongestTimeoutHolds) {
  const RoundTrip round_trip;
  EXPECT_FALSE(round_trip.is_known());
  EXPECT_EQ(round_trip.smoothed(), 0ns);
  EXPECT_EQ(round_trip.least(), 0ns);
  EXPECT_EQ(round_trip.timeout(), kTimeoutUnknown);
  EXPECT_GT(round_trip.flight(), 0ns);
  EXPECT_LT(round_trip.flight(), round_trip.timeout());
}

TEST(RoundTrip, FirstSampleIsTakenAsItIsWithHalfOfItAsVariation) {
  const RoundTrip round_trip = after({100ms});
  EXPECT_TRUE(round_trip.is_known());
  EXPECT_EQ(round_trip.smoothed(), 100ms);
  EXPECT_EQ(round_trip.timeout(), 300ms);  // RFC 6298, 2.2: SRTT + 4 * RTTVAR
}

TEST(RoundTrip, FurtherSamplesCountAnEighth) {
  const RoundTrip round_trip = after({100ms, 180ms});
  EXPECT_EQ(round_trip.smoothed(), 110ms);
  EXPECT_EQ(round_trip.timeout(), 110ms + 4 * (3 * 50ms + 80ms) / 4);  // RFC 6298, 2.3
}

TEST(RoundTrip, LeastIsTheShortestOfAll) { EXPECT_EQ(after({100ms, 20ms, 300ms}).least(), 20ms); }

TEST(RoundTrip, TimeoutHasAFloorAndACeiling) {
  EXPECT_EQ(steady(50us).timeout(), kTimeoutMin);
  EXPECT_EQ(steady(5s).timeout(), kTimeoutMax);
}

TEST(RoundTrip, SteadyPathStillLeavesRoomForJitter) {
  EXPECT_GE(steady(40ms).timeout(), 80ms);
  EXPECT_LT(steady(40ms).timeout(), 90ms);
  EXPECT_GE(steady(400ms).timeout(), 600ms);
}

TEST(RoundTrip, JitterMakesTheTimeoutLonger) {
  RoundTrip round_trip;
  for (int i = 0; i < 200; ++i) round_trip.sample(i % 2 == 0 ? 20ms : 120ms);
  EXPECT_GT(round_trip.timeout(), steady(70ms).timeout() + 80ms);
}

TEST(RoundTrip, FlightIsAboutARoundTripAndNeverLongerThanTheTimeout) {
  for (const nanoseconds took : {50'000ns, 1'000'000ns, 20'000'000ns, 300'000'000ns, 5'000'000'000ns}) {
    const RoundTrip round_trip = steady(took);
    EXPECT_GE(round_trip.flight(), std::min(took, round_trip.timeout()));
    EXPECT_LE(round_trip.flight(), std::min(took + took / 4 + 1ms, round_trip.timeout()));
  }
}

TEST(RoundTrip, NoTimeAtAllIsASampleToo) {
  const RoundTrip round_trip = after({0ns});
  EXPECT_TRUE(round_trip.is_known());
  EXPECT_GT(round_trip.smoothed(), 0ns);
}

}  // namespace
}  // namespace veche::scan

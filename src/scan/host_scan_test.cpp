#include "scan/host_scan.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace veche::scan {
namespace {

using namespace std::chrono_literals;

constexpr base::MonoTime kStart{1h};

net::Address address() { return net::Address::parse("192.0.2.7", 0).value(); }
HostScan host_of(std::size_t ports, std::size_t first = 0, unsigned shares = 1) {
  return {"example.org", address(), ports, first, shares, kStart};
}

TEST(HostScan, KnowsWhoItIs) {
  const HostScan host = host_of(10, 3);
  EXPECT_EQ(host.name(), "example.org");
  EXPECT_EQ(host.address().ip(), "192.0.2.7");
  EXPECT_EQ(host.ports(), 10u);
  EXPECT_EQ(host.first(), 3u);
}

TEST(HostScan, EveryVerdictComesBackAsItWas) {
  const std::vector<Verdict> verdicts{kOpen, kClosed, kSilent, kUnreachable, kProhibited};
  HostScan host = host_of(verdicts.size() + 1);
  for (std::size_t i = 0; i < verdicts.size(); ++i) host.decide(i, verdicts[i]);
  for (std::size_t i = 0; i < verdicts.size(); ++i) EXPECT_EQ(host.verdict(i), verdicts[i]);
  EXPECT_EQ(host.verdict(verdicts.size()), Verdict{});
  EXPECT_EQ(host.decided(), verdicts.size());
  EXPECT_EQ(host.open(), 1u);
}

TEST(HostScan, SuspicionDecidesNothing) {
  HostScan host = host_of(1);
  host.suspect(0, Reason::prohibited);
  EXPECT_EQ(host.verdict(0).state, PortState::undecided);
  EXPECT_EQ(host.verdict(0).reason, Reason::prohibited);
  EXPECT_EQ(host.decided(), 0u);
  host.decide(0, kClosed);
  EXPECT_EQ(host.verdict(0), kClosed);
}

TEST(HostScanDeathTest, PortIsDecidedOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  HostScan host = host_of(1);
  host.decide(0, kClosed);
  EXPECT_DEATH(host.decide(0, kOpen), "a port is decided once");
}

TEST(HostScan, LastShareEndsIt) {
  HostScan host = host_of(2, 0, 3);
  EXPECT_FALSE(host.finish_share({}, kStart + 1s));
  EXPECT_FALSE(host.finish_share({}, kStart + 2s));
  EXPECT_FALSE(host.is_finished());
  EXPECT_TRUE(host.finish_share({}, kStart + 3s));
  EXPECT_TRUE(host.is_finished());
  EXPECT_EQ(host.summary(kStart + 1h).duration, 3s);
}

TEST(HostScan, TimeOfAnUnfinishedOneIsUpToNow) {
  HostScan host = host_of(2, 0, 2);
  host.finish_share({}, kStart + 1s);
  EXPECT_EQ(host.summary(kStart + 5s).duration, 5s);
}

TEST(HostScan, SummaryCountsThePortsFromTheFirstOn) {
  HostScan host = host_of(10, 3);
  host.decide(3, kOpen);
  host.decide(4, kClosed);
  host.decide(5, kClosed);
  host.decide(6, kSilent);
  host.decide(7, kProhibited);
  host.decide(9, kUnreachable);
  const HostSummary summary = host.summary(kStart);
  EXPECT_EQ(summary.ports, 7u);
  EXPECT_EQ(summary.open, 1u);
  EXPECT_EQ(summary.closed, 2u);
  EXPECT_EQ(summary.filtered, 3u);
  EXPECT_EQ(summary.decided(), 6u);
}

TEST(HostScan, SharesAreAddedAndTheirRoundTripsAveraged) {
  HostScan host = host_of(10, 0, 3);
  host.finish_share({.probes = 10, .retries = 1, .window = 64, .round_trip = 10ms}, kStart);
  host.finish_share({.probes = 20, .retries = 2, .window = 32, .round_trip = {}}, kStart);  // heard nobody
  host.finish_share({.probes = 30, .retries = 3, .window = 16, .round_trip = 30ms}, kStart);
  const HostSummary summary = host.summary(kStart);
  EXPECT_EQ(summary.probes, 60u);
  EXPECT_EQ(summary.retries, 6u);
  EXPECT_EQ(summary.window, 112u);
  EXPECT_EQ(summary.round_trip, 20ms);
}

TEST(HostScan, WithoutAnswersThereIsNoRoundTrip) {
  HostScan host = host_of(1);
  host.finish_share({}, kStart);
  EXPECT_FALSE(host.summary(kStart).round_trip);
}

TEST(HostScan, FirstErrorStays) {
  HostScan host = host_of(1);
  EXPECT_FALSE(host.has_failed());
  EXPECT_FALSE(host.summary(kStart).error);
  host.fail({"192.0.2.7", "no route", ""});
  host.fail({"192.0.2.7", "no buffers", ""});
  EXPECT_TRUE(host.has_failed());
  EXPECT_EQ(host.summary(kStart).error->why, "no route");
}

TEST(HostScan, PortWithoutABannerHasAnEmptyOne) {
  HostScan host = host_of(3);
  host.keep_banner(1, "SSH-2.0-x");
  EXPECT_EQ(host.banner(1), "SSH-2.0-x");
  EXPECT_EQ(host.banner(2), "");
}

// One thread tells of a port as soon as another has decided it; what the port said must be there by then.
TEST(HostScan, WhoSeesAnOpenPortSeesItsBanner) {
  constexpr std::size_t kPorts = 4096;
  HostScan host = host_of(kPorts, 0, 2);
  const auto ask = [&host](std::size_t from) {
    for (std::size_t i = from; i < kPorts; i += 2) {
      if (i % 5 == 0) host.keep_banner(i, std::to_string(i));
      host.decide(i, i % 5 == 0 ? kOpen : kClosed);
    }
    host.finish_share({}, kStart);
  };
  std::thread even(ask, 0), odd(ask, 1);
  for (std::size_t i = 0; i < kPorts; ++i) {
    while (host.verdict(i).state == PortState::undecided) std::this_thread::yield();
    ASSERT_EQ(host.banner(i), i % 5 == 0 ? std::to_string(i) : "");
  }
  even.join();
  odd.join();
  EXPECT_EQ(host.decided(), kPorts);
  EXPECT_EQ(host.open(), (kPorts + 4) / 5);
  EXPECT_TRUE(host.is_finished());
}

}  // namespace
}  // namespace veche::scan

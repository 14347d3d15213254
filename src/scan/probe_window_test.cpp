// The window alone, round trip by round trip; how it does on whole paths is in probe_schedule_test.cpp.
#include "scan/probe_window.h"

#include <gtest/gtest.h>

#include <chrono>

namespace veche::scan {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds kPath = 20ms;

RoundTrip steady_path() {
  RoundTrip round_trip;
  round_trip.sample(kPath);
  return round_trip;
}

/// A window, and rounds of probes that are sent together and heard of a round trip later.
class Rounds {
 public:
  explicit Rounds(std::size_t most = 10'000, bool fixed = false) : window(most, fixed) {}

  /// As many probes as the window has, `took` each; of them so many are silent.
  void round(std::size_t silent = 0, nanoseconds took = kPath) {
    const std::size_t probes = window.size();
    const base::MonoTime sent = now;
    now += took;
    for (std::size_t i = 0; i < silent; ++i) window.silent(sent);
    for (std::size_t i = silent; i < probes; ++i) {
      round_trip_.sample(took);
      cuts += window.answered(sent, now, round_trip_);
    }
    now += 1us;
  }
  void rounds(int count) {
    for (int i = 0; i < count; ++i) round();
  }
  void canary(bool is_answered, nanoseconds took = kPath) {
    const base::MonoTime sent = now;
    now += took;
    if (is_answered) {
      window.canary_answered(sent, now, round_trip_);
    } else {
      window.canary_lost(sent, now);
    }
    now += 1us;
  }
  /// A share of each round is silent, until that has led to a cut or a few rounds have passed.
  void lose(double share) {
    for (int i = 0; i < 4 && cuts == 0; ++i) {
      round(static_cast<std::size_t>(static_cast<double>(window.size()) * share));
    }
  }

  ProbeWindow window;
  base::MonoTime now{1h};
  int cuts = 0;

 private:
  RoundTrip round_trip_ = steady_path();
};

TEST(ProbeWindow, BeginsSmallAndNeverAboveWhatIsAllowed) {
  EXPECT_EQ(ProbeWindow(10'000, false).size(), ProbeWindow::kFirst);
  EXPECT_EQ(ProbeWindow(10, false).size(), 10u);
  EXPECT_EQ(ProbeWindow(0, false).size(), 1u);
}

TEST(ProbeWindow, DoublesEveryRoundTripAtFirst) {
  Rounds path;
  path.rounds(1);
  EXPECT_EQ(path.window.size(), 2 * ProbeWindow::kFirst);
  path.rounds(2);
  EXPECT_EQ(path.window.size(), 8 * ProbeWindow::kFirst);
}

TEST(ProbeWindow, StopsGrowingAtWhatIsAllowed) {
  Rounds path(200);
  path.rounds(5);
  EXPECT_EQ(path.window.size(), 200u);
  EXPECT_TRUE(path.window.is_full_grown());
}

TEST(ProbeWindow, LossCutsItAndWhatWasSentBeforeIsExcused) {
  Rounds path;
  path.rounds(4);
  const std::size_t before = path.window.size();
  const base::MonoTime sent = path.now;
  path.lose(0.3);
  EXPECT_EQ(path.cuts, 1);
  EXPECT_LT(path.window.size(), before);
  EXPECT_TRUE(path.window.was_too_full(sent));
  EXPECT_FALSE(path.window.was_too_full(path.now));
}

TEST(ProbeWindow, CutIsAsDeepAsTheLossAndAtMostAHalf) {
  for (const double share : {0.3, 0.9}) {
    Rounds path(1024);
    path.rounds(5);
    ASSERT_EQ(path.window.size(), 1024u);
    path.lose(share);
    ASSERT_EQ(path.cuts, 1) << share;
    const double left = static_cast<double>(path.window.size()) / 1024;
    EXPECT_NEAR(left, 1 - std::min(share, 0.5), 0.15) << share;
  }
}

TEST(ProbeWindow, AfterACutItGrowsByAFewPercentARoundTrip) {
  Rounds path(4096);
  path.rounds(7);
  path.lose(0.5);
  const std::size_t size = path.window.size();
  path.rounds(1);
  EXPECT_GE(path.window.size(), size + size / 40);
  EXPECT_LE(path.window.size(), size + size / 10);
}

TEST(ProbeWindow, FewLostNowAndThenDoNotCutIt) {
  Rounds path(1024);
  path.rounds(5);
  for (int i = 0; i < 50; ++i) path.round(path.window.size() / 50);
  EXPECT_EQ(path.cuts, 0);
  EXPECT_EQ(path.window.size(), 1024u);
}

// Most hosts are behind firewalls that say nothing: silence is not loss once retries have been silent too.
TEST(ProbeWindow, SilenceThatIsNoLossDoesNotCutIt) {
  Rounds path(1024);
  path.window.learn_loss(0.01);
  path.rounds(5);
  for (int i = 0; i < 10; ++i) path.round(path.window.size() * 8 / 10);
  EXPECT_EQ(path.cuts, 0);
  EXPECT_EQ(path.window.size(), 1024u);
}

TEST(ProbeWindow, HandfulOfSilentPortsIsNoSign) {
  Rounds path;
  path.round(6);
  EXPECT_FALSE(path.window.is_suspicious());
  EXPECT_EQ(path.cuts, 0);
}

TEST(ProbeWindow, LongerRoundTripsHoldItBack) {
  Rounds path;
  path.rounds(4);
  path.round(0, kPath + 30ms);  // the round that tells it
  const std::size_t size = path.window.size();
  for (int i = 0; i < 3; ++i) path.round(0, kPath + 30ms);
  EXPECT_LT(path.window.size(), size);
  EXPECT_EQ(path.cuts, 0);
}

TEST(ProbeWindow, QueueAloneNeverTakesItBelowTheFirst) {
  Rounds path;
  for (int i = 0; i < 100; ++i) path.round(0, i == 0 ? kPath : kPath + 100ms);
  EXPECT_GE(path.window.size(), ProbeWindow::kFirst * 9 / 10);
}

TEST(ProbeWindow, CanaryDoublesItOrHalvesIt) {
  Rounds path;
  path.canary(true);
  EXPECT_EQ(path.window.size(), 2 * ProbeWindow::kFirst);
  path.canary(false);
  EXPECT_EQ(path.window.size(), ProbeWindow::kFirst);
  path.canary(true);  // now it grows by little
  EXPECT_GT(path.window.size(), ProbeWindow::kFirst);
  EXPECT_LT(path.window.size(), ProbeWindow::kFirst * 11 / 10);
}

TEST(ProbeWindow, LateCanaryDoesNotEnlargeIt) {
  Rounds path;
  path.rounds(1);
  const std::size_t size = path.window.size();
  path.canary(true, kPath + 100ms);
  EXPECT_EQ(path.window.size(), size);
}

TEST(ProbeWindow, CanariesSentBeforeACutAreNotChargedAgain) {
  Rounds path;
  path.rounds(2);
  const base::MonoTime sent = path.now;
  path.canary(false);
  const std::size_t size = path.window.size();
  path.window.canary_lost(sent, path.now);
  path.window.canary_answered(sent, path.now, steady_path());
  EXPECT_EQ(path.window.size(), size);
}

TEST(ProbeWindow, WithoutAnyAnswerItGrowsToABound) {
  Rounds path;
  for (int i = 0; i < 5000; ++i) path.window.silent_so_far();
  EXPECT_EQ(path.window.size(), ProbeWindow::kBlindMax);
}

TEST(ProbeWindow, NeverComesToNothing) {
  Rounds path;
  for (int i = 0; i < 50; ++i) path.canary(false);
  EXPECT_GE(path.window.size(), 1u);
  path.window.limit(0);
  EXPECT_EQ(path.window.size(), 1u);
}

TEST(ProbeWindow, FixedOneStaysAsItIs) {
  Rounds path(300, true);
  EXPECT_EQ(path.window.size(), 300u);
  path.rounds(5);
  path.canary(true);
  EXPECT_EQ(path.window.size(), 300u);
  path.lose(0.5);
  path.canary(false);
  for (int i = 0; i < 5; ++i) path.round(0, kPath + 200ms);
  path.window.silent_so_far();
  EXPECT_EQ(path.window.size(), 300u);
}

TEST(ProbeWindow, LimitHoldsForAFixedOneTooAndIsNotTakenBack) {
  Rounds path(300, true);
  path.window.limit(20);
  EXPECT_EQ(path.window.size(), 20u);
  path.window.limit(200);
  path.rounds(5);
  EXPECT_EQ(path.window.size(), 20u);
}

}  // namespace
}  // namespace veche::scan

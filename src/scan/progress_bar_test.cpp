#include "scan/progress_bar.h"

#include <gtest/gtest.h>

namespace veche::scan {
namespace {

using namespace std::chrono_literals;
using base::Language;
using base::Translator;

const Translator kEnglish;
const Translator kRussian(Language::ru);
const Translator kUkrainian(Language::uk);

Progress half_way() {
  Progress progress;
  progress.decided = 34'100;
  progress.ports = 65'535;
  progress.open = 3;
  progress.hosts = 1;
  progress.elapsed = 1s;
  return progress;
}

Progress of_many_hosts() {
  Progress progress = half_way();
  progress.hosts_done = 2;
  progress.hosts = 256;
  return progress;
}

TEST(RenderBar, TellsHowFarHowFastAndHowLong) {
  EXPECT_EQ(render_bar(half_way(), 31'245.4, {90, true}, kEnglish),
            "███████████████░░░░░░░░░░░░░░░   52%  31,245 ports/s  3 open  0:02 left");
  EXPECT_EQ(render_bar(half_way(), 31'245.4, {90, true}, kRussian),
            "███████████████░░░░░░░░░░░░░░░   52%  31\u00A0245 портов/с  3 открыто  осталось 0:02");
  EXPECT_EQ(render_bar(half_way(), 31'245.4, {90, true}, kUkrainian),
            "███████████████░░░░░░░░░░░░░░░   52%  31\u00A0245 портів/с  3 відкрито  залишилося 0:02");
}

TEST(RenderBar, HostsAreCountedIfThereAreSeveral) {
  EXPECT_EQ(render_bar(of_many_hosts(), 31'245, {90, false}, kEnglish),
            "###############...............   52%  host 3 of 256  31,245 ports/s  3 open  0:02 left");
  EXPECT_EQ(
      render_bar(of_many_hosts(), 31'245, {95, false}, kRussian),
      "###############...............   52%  хост 3 из 256  31\u00A0245 портов/с  3 открыто  осталось 0:02");
}

TEST(RenderBar, LastHostIsNotPassed) {
  Progress done = of_many_hosts();
  done.hosts_done = 256;
  EXPECT_NE(render_bar(done, 1, {90, true}, kEnglish).find("host 256 of 256"), std::string::npos);
}

TEST(RenderBar, NarrowTerminalsLoseTheHostTheRateTheOpenPortsTheBarAndTheTimeLeftInThatOrder) {
  const auto at = [](int columns) { return render_bar(of_many_hosts(), 31'245, {columns, false}, kEnglish); };
  EXPECT_EQ(at(70), "#######.......   52%  host 3 of 256  31,245 ports/s  3 open  0:02 left");
  EXPECT_EQ(at(60), "#########..........   52%  31,245 ports/s  3 open  0:02 left");
  EXPECT_EQ(at(45), "##########..........   52%  3 open  0:02 left");
  EXPECT_EQ(at(30), "######.......   52%  0:02 left");
  EXPECT_EQ(at(20), " 52%  0:02 left");
  EXPECT_EQ(at(10), " 52%");
  EXPECT_EQ(at(4), " 52%");
  EXPECT_EQ(at(3), "");
  EXPECT_EQ(at(-1), "");
}

TEST(RenderBar, IsNeverWiderThanTheTerminal) {
  for (const Translator& t : {kEnglish, kRussian, kUkrainian}) {
    for (int columns = 0; columns <= 120; ++columns) {
      for (const bool has_blocks : {false, true}) {
        for (const Progress& progress : {Progress{}, half_way(), of_many_hosts()}) {
          const std::string bar = render_bar(progress, 1e12, {columns, has_blocks}, t);
          EXPECT_LE(columns_of(bar), columns) << bar;
        }
      }
    }
  }
}

TEST(RenderBar, TimeLeftIsADashWhileNothingTellsIt) {
  EXPECT_TRUE(render_bar(half_way(), std::nullopt, {80, true}, kEnglish).ends_with("  52%  3 open  — left"));
  EXPECT_TRUE(render_bar(half_way(), 0, {80, true}, kEnglish).ends_with("0 ports/s  3 open  — left"));
  EXPECT_TRUE(render_bar(half_way(), 0, {80, false}, kRussian).ends_with("осталось -"));
}

TEST(RenderBar, HoursAreShown) {
  Progress progress = half_way();
  progress.ports = progress.decided + 3723;
  EXPECT_TRUE(render_bar(progress, 1, {80, true}, kEnglish).ends_with("1 port/s  3 open  1:02:03 left"));
}

TEST(RenderBar, HundredPercentIsOnlyTheEnd) {
  Progress progress;
  progress.ports = 18'446'744'073'709'551'615u;
  EXPECT_EQ(render_bar(progress, 1, {6, true}, kEnglish), "  0%");
  progress.decided = progress.ports - 1;
  EXPECT_EQ(render_bar(progress, 1, {6, true}, kEnglish), " 99%");
  progress.decided = progress.ports;
  EXPECT_EQ(render_bar(progress, 1, {6, true}, kEnglish), "100%");
}

TEST(RateMeter, IsSilentUntilThereIsEnoughToTell) {
  RateMeter meter;
  EXPECT_EQ(meter.ports_per_s(), std::nullopt);
  Progress progress;
  progress.decided = 10;
  progress.elapsed = 100ms;
  meter.add(progress);
  EXPECT_EQ(meter.ports_per_s(), std::nullopt);
}

TEST(RateMeter, SteadyRateIsTheRate) {
  RateMeter meter;
  Progress progress;
  for (int i = 1; i <= 10; ++i) {
    progress.decided = static_cast<std::uint64_t>(i) * 1000;
    progress.elapsed = i * 100ms;
    meter.add(progress);
    meter.add(progress);  // no time has passed
  }
  EXPECT_NEAR(meter.ports_per_s().value_or(0), 10'000, 1);
}

TEST(RateMeter, ChangeIsMostlySeenAfterTwoSeconds) {
  RateMeter meter;
  Progress progress;
  progress.decided = 100'000;
  progress.elapsed = 10s;
  meter.add(progress);
  EXPECT_NEAR(meter.ports_per_s().value_or(0), 10'000, 1);
  progress.elapsed = 12s;  // it has stopped
  meter.add(progress);
  EXPECT_LT(meter.ports_per_s().value_or(0), 4000);
  EXPECT_GT(meter.ports_per_s().value_or(0), 3000);
}

TEST(ColumnsOf, CountsWhatATerminalShows) {
  EXPECT_EQ(columns_of(""), 0);
  EXPECT_EQ(columns_of("Порт"), 4);
  EXPECT_EQ(columns_of("█░—\u00A0"), 4);
  EXPECT_EQ(columns_of("中"), 2);
  EXPECT_EQ(columns_of("e\u0301"), 1);
}

}  // namespace
}  // namespace veche::scan

#include "scan/summary.h"

#include <gtest/gtest.h>

namespace veche::scan {
namespace {

using namespace std::chrono_literals;
using base::Language;
using base::Translator;

const Translator kEnglish;
const Translator kRussian(Language::ru);
const Translator kUkrainian(Language::uk);

HostSummary usual() {
  HostSummary summary;
  summary.ports = 65'535;
  summary.open = 3;
  summary.closed = 65'532;
  summary.window = 512;
  summary.round_trip = 50us;
  summary.duration = 214ms;
  return summary;
}

TEST(SummaryText, TellsWhatWasFoundAndHow) {
  EXPECT_EQ(summary_text(usual(), kEnglish),
            "3 open, 65,532 closed, 0 filtered in 0.21 s; 0 retries, window 512, round trip 0.05 ms");
  EXPECT_EQ(
      summary_text(usual(), kRussian),
      "3 открыто, 65\u00A0532 закрыто, 0 фильтруется за 0.21 с; 0 повторов, окно 512, время ответа 0.05 мс");
  EXPECT_EQ(summary_text(usual(), kUkrainian),
            "3 відкрито, 65\u00A0532 закрито, 0 фільтрується за 0.21 с; 0 повторів, вікно 512, час відповіді "
            "0.05 мс");
}

TEST(SummaryText, PluralsAreThoseOfTheLanguage) {
  HostSummary summary = usual();
  summary.open = 21;
  summary.closed = 1;
  summary.filtered = 2;
  summary.ports = 24;
  summary.retries = 1;
  EXPECT_EQ(summary_text(summary, kEnglish),
            "21 open, 1 closed, 2 filtered in 0.21 s; 1 retry, window 512, round trip 0.05 ms");
  EXPECT_EQ(summary_text(summary, kRussian),
            "21 открыт, 1 закрыт, 2 фильтруются за 0.21 с; 1 повтор, окно 512, время ответа 0.05 мс");
  summary.retries = 3;
  EXPECT_EQ(summary_text(summary, kUkrainian),
            "21 відкрито, 1 закрито, 2 фільтруються за 0.21 с; 3 повтори, вікно 512, час відповіді 0.05 мс");
}

TEST(SummaryText, SilentHostIsSaidToBeDownOrBehindAFirewall) {
  HostSummary summary;
  summary.ports = summary.filtered = 1000;
  summary.retries = 1000;
  summary.window = 64;
  summary.duration = 1500ms;
  EXPECT_EQ(
      summary_text(summary, kEnglish),
      "no port answered: the host may be down or behind a firewall; 0 open, 0 closed, 1,000 filtered in "
      "1.50 s; 1,000 retries, window 64");
}

TEST(SummaryText, FirewallThatAnswersIsNoSilence) {
  HostSummary summary;
  summary.ports = summary.filtered = 10;
  summary.round_trip = 1ms;
  EXPECT_TRUE(summary_text(summary, kEnglish).starts_with("0 open, 0 closed, 10 filtered in "));
}

TEST(SummaryText, ErrorComesFirst) {
  HostSummary summary;
  summary.ports = 100;
  summary.error = base::Error{"192.0.2.7", "Network is unreachable", ""};
  EXPECT_EQ(summary_text(summary, kEnglish), "192.0.2.7: Network is unreachable");
  summary.closed = 60;
  summary.duration = 1s;
  EXPECT_EQ(summary_text(summary, kEnglish),
            "192.0.2.7: Network is unreachable; 0 open, 60 closed, 0 filtered, 40 not decided in 1.00 s; 0 "
            "retries, window 0");
}

TEST(SummaryText, InterruptedScanSaysHowManyPortsAreLeft) {
  HostSummary summary = usual();
  summary.closed = 8189;
  summary.is_interrupted = true;
  EXPECT_TRUE(summary_text(summary, kEnglish)
                  .starts_with("3 open, 8,189 closed, 0 filtered, 57,343 not decided in "));
}

TEST(Totals, AreOverAllHosts) {
  HostSummary silent, failed;
  silent.ports = silent.filtered = 65'535;
  silent.retries = 2;
  failed.ports = 65'535;
  failed.error = base::Error{"x", "y", ""};
  Totals totals;
  for (const HostSummary& summary : {usual(), silent, failed}) totals.add(summary);
  EXPECT_EQ(
      summary_text(totals, 4200ms, kEnglish),
      "3 hosts, 1 with open ports; 3 open, 65,532 closed, 65,535 filtered, 65,535 not decided in 4.20 s; 2 "
      "retries, 1 host could not be scanned");
  EXPECT_EQ(
      summary_text(totals, 4200ms, kRussian),
      "3 хоста, из них с открытыми портами: 1; 3 открыто, 65\u00A0532 закрыто, 65\u00A0535 фильтруется, "
      "65\u00A0535 не проверено за 4.20 с; 2 повтора, не удалось просканировать 1 хост");
}

}  // namespace
}  // namespace veche::scan

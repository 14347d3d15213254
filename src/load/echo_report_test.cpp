#include "load/echo_report.h"

#include "load/echo_findings.h"

#include <gtest/gtest.h>

namespace veche::load {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

EchoMeasurement measured(const std::string& model, std::size_t clients, double cpu_us, double idle_kib) {
  EchoMeasurement one{model, clients, {}, {}};
  one.figures.clients = one.figures.served = clients;
  one.figures.of_server = true;
  one.figures.messages = 100'000;
  one.figures.seconds = 1;
  one.figures.cpu_us_per_message = cpu_us;
  one.figures.idle_bytes_per_client = idle_kib * 1024;
  one.figures.latency_ms_p99 = cpu_us / 10;
  one.figures.switches_per_message = model == "events" ? 0.01 : 1;
  return one;
}

EchoComparison example() {
  EchoComparison comparison;
  comparison.machine = {"A <fast> one", "Linux 6.1.0", 2, std::uint64_t{8} << 30};
  comparison.server_core = 0;
  comparison.load_core = 1;
  comparison.message_bytes = 64;
  comparison.duration = std::chrono::seconds{3};
  comparison.models = {"events", "threads", "fork"};
  comparison.clients = {50, 1000};
  comparison.measurements = {measured("events", 50, 3, 0.25), measured("threads", 50, 6, 12),
                             measured("fork", 50, 8, 100), measured("events", 1000, 3.1, 0.25),
                             measured("threads", 1000, 9.3, 12)};
  comparison.measurements.push_back({"fork", 1000, {}, "served 900 of 1000, 100 were refused: no <room>"});
  return comparison;
}

TEST(EchoFindings, ModelsAreComparedWithTheMostClientsThatTwoServed) {
  const auto& cpu = echo_metrics()[1];
  ASSERT_EQ(cpu.id, "cpu");
  const std::string text = finding_of(cpu, example());
  EXPECT_TRUE(has(text, "With 1,000 clients: events 3.1 us, threads 9.3 us (3 times events).")) << text;
  EXPECT_TRUE(has(text, "events from 3 with 50 to 3.1 with 1,000; threads from 6 with 50 to 9.3 with 1,000."))
      << text;
  EXPECT_FALSE(has(text, "fork from")) << "it served one number of clients only";
}

TEST(EchoFindings, TheAnswersAreMemoryTimeAndLimits) {
  const auto answers = echo_answers(example());
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_TRUE(has(answers[0], "events 0.244 MiB, threads 11.7 MiB")) << answers[0];
  EXPECT_TRUE(has(answers[1], "threads 1 switches and 9.3 us")) << answers[1];
  EXPECT_EQ(answers[2], "Limits: fork with 1,000 clients: served 900 of 1000, 100 were refused: no <room>.");
}

TEST(EchoFindings, WhatNobodyServedIsNotSpokenOf) {
  EchoComparison comparison = example();
  for (EchoMeasurement& one : comparison.measurements) one.problem = "no";
  EXPECT_EQ(finding_of(echo_metrics()[0], comparison), "No model served as many clients as it was given.");
  EXPECT_EQ(echo_answers(comparison).size(), 1u);
  EXPECT_EQ(echo_answers(EchoComparison{}).front(), "Nothing was measured.");
}

TEST(EchoFindings, OneModelAloneHasNobodyToBeComparedWith) {
  EchoComparison comparison = example();
  comparison.models = {"threads"};
  const std::string text = finding_of(echo_metrics()[1], comparison);
  EXPECT_TRUE(has(text, "With 1,000 clients: threads 9.3 us. As")) << text;
}

TEST(EchoReport, HasTheMachineTheTablesAndAPlotOfEachMetric) {
  const std::string page = html_of(example());
  EXPECT_TRUE(has(page, "2 cores, 8 GiB of memory, Linux 6.1.0"));
  EXPECT_TRUE(has(page, "The server has core 0 to itself, the clients core 1."));
  EXPECT_TRUE(has(page, "<caption>1,000 clients</caption>"));
  EXPECT_TRUE(has(page, "<th scope=\"row\">threads</th><td>100,000</td><td>9.3</td>"));
  for (const EchoMetric& metric : echo_metrics()) {
    EXPECT_TRUE(has(page, "id=\"" + std::string(metric.id) + "-title\"")) << metric.id;
  }
}

TEST(EchoReport, AProblemStandsInPlaceOfFiguresAndIsNoMarkup) {
  const std::string page = html_of(example());
  EXPECT_TRUE(
      has(page, "<td class=\"problem\" colspan=\"6\">served 900 of 1000, 100 were refused: no &lt;room&gt;"));
  EXPECT_TRUE(has(page, "A &lt;fast&gt; one"));
  EXPECT_FALSE(has(page, "<room>"));
  EXPECT_FALSE(has(page, "fork: 0 at 1,000")) << "it is not in the plots";
}

TEST(EchoReport, NeedsNothingFromElsewhere) {
  std::string page = html_of(example());
  for (const char* name : {"http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"}) {  // no addresses
    for (auto at = page.find(name); at != page.npos; at = page.find(name))
      page.erase(at, std::string_view(name).size());
  }
  for (const char* part : {"http:", "https:", "<script", "src=", "@import", "url(", "<link"}) {
    EXPECT_FALSE(has(page, part)) << part;
  }
}

TEST(EchoComparison, JsonHasEveryMeasurement) {
  const std::string json = json_of(example());
  EXPECT_TRUE(has(json, "\"model\":\"threads\",\"clients\":1000")) << json;
  EXPECT_TRUE(has(json, "\"problem\":\"served 900 of 1000, 100 were refused: no <room>\"")) << json;
}

}  // namespace
}  // namespace veche::load

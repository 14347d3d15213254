#include "load/chat_report.h"

#include <gtest/gtest.h>

namespace veche::load {
namespace {

ChatLoadOptions rush() {
  ChatLoadOptions options;
  options.mode = LoadMode::rush;
  options.protocol = "irc";
  options.crowd.members = 10;
  options.rate = 100;
  return options;
}

ChatLoadResult rushed() {
  ChatLoadResult result;
  result.rush.join = {1.5, 2'700'000'000, 1.25, 12.5};
  result.rush.quit = {0.75, 1000, 0.5, 3.25};
  return result;
}

TEST(ChatReport, ARushIsTwoPhasesForPrograms) {
  EXPECT_EQ(json_of(rush(), rushed()),
            R"({"mode":"rush","protocol":"irc","members":10,"rate":1E2,)"
            R"("join":{"seconds":1.5E0,"bytes":2700000000,"cpu_seconds":1.25E0,"worst_ms":1.25E1},)"
            R"("quit":{"seconds":7.5E-1,"bytes":1000,"cpu_seconds":5E-1,"worst_ms":3.25E0}})"
            "\n");
}

TEST(ChatReport, AndTwoLinesForPeople) {
  EXPECT_EQ(
      text_of(rush(), rushed()),
      "join: 1.50 s, 2700000000 bytes, 1.25 s of the server's processor; elsewhere a message took 12.50 "
      "ms at worst\n"
      "quit: 0.75 s, 1000 bytes, 0.50 s of the server's processor; elsewhere a message took 3.25 ms at "
      "worst\n");
}

TEST(ChatReport, EachModeHasItsFigures) {
  ChatLoadOptions options;
  ChatLoadResult result;
  result.messages = 10;
  result.deliveries = 5000;
  result.seconds = 2;
  result.latency_ms_median = 0.5;
  result.logins_per_s = 5;
  result.idle_bytes_per_client = 900;
  EXPECT_NE(json_of(options, result).find(R"("deliveries_per_s":2.5E3)"), std::string::npos);
  EXPECT_EQ(json_of(options, result).find("median_ms"), std::string::npos);
  options.mode = LoadMode::paced;
  EXPECT_NE(json_of(options, result).find(R"("median_ms":5E-1)"), std::string::npos);
  EXPECT_EQ(text_of(options, result),
            "5000 deliveries: median 0.50 ms, 99 % 0.00, 99.9 % 0.00, worst 0.00\n");
  options.mode = LoadMode::logins;
  EXPECT_NE(json_of(options, result).find(R"("logins":10,"logins_per_s":5E0)"), std::string::npos);
  options.mode = LoadMode::idle;
  EXPECT_EQ(text_of(options, result), "900 bytes of the server's memory a client\n");
}

}  // namespace
}  // namespace veche::load

#include "load/echo_figures.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>

namespace veche::load {
namespace {

EchoFigures fifty() {
  EchoFigures figures;
  figures.clients = figures.served = 50;
  figures.message_bytes = 64;
  figures.messages = 500'000;
  figures.seconds = 2;
  figures.latency_ms_p50 = 0.2;
  figures.latency_ms_p99 = 0.375;
  figures.of_server = true;
  figures.cpu_us_per_message = 3.25;
  figures.switches_per_message = 0.02;
  figures.idle_bytes_per_client = 512;
  return figures;
}

TEST(EchoFigures, ARowHasThemAll) {
  EXPECT_EQ(echo_table_row("events", fifty()),
            "events          250000            3.25     0.200     0.375          0.50             0.020\n");
  EXPECT_EQ(echo_table_head().size(), echo_table_row("events", fifty()).size());
}

TEST(EchoFigures, WhoWaitsTakesThePlaceOfTheFigures) {
  EchoFigures figures = fifty();
  figures.served = 8;
  figures.waiting = 42;
  EXPECT_FALSE(figures.complete());
  EXPECT_EQ(shortfall_of(figures), "served 8 of 50, the others waited");
  EXPECT_EQ(echo_table_row("pool", figures), "pool        served 8 of 50, the others waited\n");
}

TEST(EchoFigures, ARefusalIsInTheServersWords) {
  EchoFigures figures = fifty();
  figures.served = 30;
  figures.waiting = 5;
  figures.refused = 15;
  figures.refusal = "no room for another client now";
  EXPECT_EQ(shortfall_of(figures),
            "served 30 of 50, 5 waited, 15 were refused: no room for another client now");
}

TEST(EchoFigures, TheLostAreToldOf) {
  EchoFigures figures = fifty();
  figures.lost = 2;
  figures.loss = "Connection reset by peer";
  EXPECT_EQ(shortfall_of(figures), "lost 2 of 50: Connection reset by peer");
  figures.served = 49;
  figures.refused = 1;
  figures.refusal = "full";
  EXPECT_EQ(shortfall_of(figures),
            "served 49 of 50, 1 were refused: full, 2 were lost: Connection reset by peer");
}

TEST(EchoFigures, ALoadAtItsLimitPutsTheServersInDoubt) {
  EchoFigures figures = fifty();
  figures.load_share = 0.99;
  figures.server_share = 0.7;
  EXPECT_EQ(doubt_of(figures), "the load was the bottleneck: it used 99 % of its core, the server 70 %");
  EXPECT_NE(echo_table_row("events", figures).find("the load was the bottleneck"), std::string::npos);
  figures.server_share = 0.98;
  EXPECT_EQ(doubt_of(figures), "");
}

TEST(EchoFigures, WithoutTheServersProcessNothingIsSaidOfIt) {
  EchoFigures figures = fifty();
  figures.of_server = false;
  EXPECT_EQ(text_of(figures),
            "50 clients, 64 bytes: 250000 messages a second; there and back in 0.200 ms, 99 % in 0.375\n");
  EXPECT_FALSE(json_of(figures).contains("cpu_us_per_message"));
  EXPECT_TRUE(json_of(fifty()).contains("cpu_us_per_message"));
}

TEST(EchoFigures, JsonHasAProblemOnlyIfThereIsOne) {
  EchoFigures figures = fifty();
  EXPECT_FALSE(json_of(figures).contains("problem"));
  figures.served = 8;
  figures.waiting = 42;
  EXPECT_EQ(json_of(figures).at("problem").as_string(), "served 8 of 50, the others waited");
}

}  // namespace
}  // namespace veche::load

#include "control/answer.h"

#include <gtest/gtest.h>

namespace veche::control {
namespace {

using namespace std::chrono_literals;

TEST(Table, HasColumnsAsWideAsTheyAreOnATerminal) {
  Table table{{{"name", "NAME"}, {"sessions", "SESSIONS"}, {"rooms", "ROOMS"}}, {}};
  table.rows.push_back({"Алиса", 2, Value::list({"#veche", "#tea"})});
  table.rows.push_back({"日本", 1, Value::list({})});
  EXPECT_EQ(text_of(table),
            "NAME   SESSIONS  ROOMS\n"
            "Алиса  2         #veche, #tea\n"
            "日本   1         -\n");
  EXPECT_EQ(
      json_of(table),
      R"([{"name":"Алиса","sessions":2,"rooms":["#veche","#tea"]},{"name":"日本","sessions":1,"rooms":[]}])"
      "\n");
}

TEST(Table, WithoutRowsIsItsHeadingAndAnEmptyArray) {
  const Table table{{{"name", "NAME"}}, {}};
  EXPECT_EQ(text_of(table), "NAME\n");
  EXPECT_EQ(json_of(table), "[]\n");
}

TEST(Record, HasALineForEachField) {
  const Record record = {{"state", "state", Value("serving")},
                         {"store_open", "store", Value::yes_no(true, "open")},
                         {"uptime_s", "up for", Value::duration(125s)},
                         {"memory_bytes", "memory", Value::bytes(1'572'864)},
                         {"expires", "until", Value::time({}, "for ever")}};
  EXPECT_EQ(text_of(record),
            "state:  serving\nstore:  open\nup for: 2m 5s\nmemory: 1.5 MiB\nuntil:  for ever\n");
  EXPECT_EQ(json_of(record),
            R"({"state":"serving","store_open":true,"uptime_s":125,"memory_bytes":1572864,"expires":null})"
            "\n");
}

TEST(Record, LetsNobodyMoveTheOperatorsCursor) {
  EXPECT_EQ(text_of(Record{{"reason", "why", Value("rude\x1b[2J\nstate: dead")}}),
            "why: rude[2Jstate: dead\n");
  EXPECT_EQ(json_of(Record{{"reason", "why", Value("a\n\x1b")}}), "{\"reason\":\"a\\n\\u001b\"}\n");
}

TEST(Duration, IsShownInItsTwoLargestUnits) {
  EXPECT_EQ(duration_text(0s), "0s");
  EXPECT_EQ(duration_text(59s), "59s");
  EXPECT_EQ(duration_text(60s), "1m");
  EXPECT_EQ(duration_text(3h + 5s), "3h");
  EXPECT_EQ(duration_text(3h + 5min + 7s), "3h 5m");
  EXPECT_EQ(duration_text(std::chrono::days{2} + 3h + 5min), "2d 3h");
  EXPECT_EQ(duration_text(-5s), "0s");
}

TEST(Bytes, AreShownInUnits) {
  EXPECT_EQ(Value::bytes(1023).shown, "1023 bytes");
  EXPECT_EQ(Value::bytes(1024).shown, "1.0 KiB");
  EXPECT_EQ(Value::bytes(5ull << 40).shown, "5120.0 GiB");
}

}  // namespace
}  // namespace veche::control

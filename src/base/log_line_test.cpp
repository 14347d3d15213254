#include "base/log_line.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::base {
namespace {

std::string text(std::string_view line) { return log_line(line, LogFormat::text); }
std::string json(std::string_view line) { return log_line(line, LogFormat::json); }

TEST(LogLine, OrdinaryWordsStayAsTheyAre) {
  for (const char* const words : {"", "alice joined #veche", "Їжак: привіт 😀", "e\u0301"}) {
    EXPECT_EQ(text(words), words);
    EXPECT_EQ(json(words), words);
  }
}

TEST(LogLine, NoLineIsForged) {
  EXPECT_EQ(text("x\n2026-11-21 01:57:20.123 error   forged"), "x\\n2026-11-21 01:57:20.123 error   forged");
  EXPECT_EQ(text("a\r\n\tb"), "a\\r\\n\\tb");
  EXPECT_EQ(text("a\u0085b\u2028c\u2029d"), "a\\u0085b\\u2028c\\u2029d");
}

TEST(LogLine, TheReadersTerminalIsLeftAlone) {
  EXPECT_EQ(text("\x1B[2J\x7F\u009B"), "\\u001b[2J\\u007f\\u009b");
  EXPECT_EQ(text("\u202Eevil\u2066x"), "\\u202eevil\\u2066x");
  EXPECT_EQ(text(std::string_view("a\0b", 3)), "a\\u0000b");
}

TEST(LogLine, BytesThatAreNoUtf8AreShownAsSuch) {
  EXPECT_EQ(text("\xFF\xD0(ж)\xE2\x82"), "\\xff\\xd0(ж)\\xe2\\x82");
  EXPECT_EQ(json("\xFF"), "\\\\xff");
}

TEST(LogLine, JsonStringIsNotLeft) {
  EXPECT_EQ(json(R"(","level":"error)"), R"(\",\"level\":\"error)");
  EXPECT_EQ(json(R"(\)"), R"(\\)");
  EXPECT_EQ(json("ж\"\\\n\x1B"), "ж\\\"\\\\\\n\\u001b");
  EXPECT_EQ(text(R"(a "quoted" \ word)"), R"(a "quoted" \ word)");
}

}  // namespace
}  // namespace veche::base

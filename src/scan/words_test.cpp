#include "scan/words.h"

#include <gtest/gtest.h>

namespace veche::scan {
namespace {

using namespace std::chrono_literals;
using base::Language;
using base::Translator;

const Translator kEnglish;
const Translator kRussian(Language::ru);
const Translator kUkrainian(Language::uk);

TEST(Grouped, ThousandsAreSetApartAsTheLanguageDoes) {
  EXPECT_EQ(grouped(0, kEnglish), "0");
  EXPECT_EQ(grouped(999, kEnglish), "999");
  EXPECT_EQ(grouped(1000, kEnglish), "1,000");
  EXPECT_EQ(grouped(65'535, kEnglish), "65,535");
  EXPECT_EQ(grouped(18'446'744'073'709'551'615u, kEnglish), "18,446,744,073,709,551,615");
  EXPECT_EQ(grouped(1000, kRussian), "1000");
  EXPECT_EQ(grouped(65'535, kRussian), "65\u00A0535");
  EXPECT_EQ(grouped(1'000'000, kUkrainian), "1\u00A0000\u00A0000");
}

TEST(DurationText, TakesTheUnitThatFits) {
  EXPECT_EQ(duration_text(400us, kEnglish), "0.4 ms");
  EXPECT_EQ(duration_text(214ms, kEnglish), "0.21 s");
  EXPECT_EQ(duration_text(59s, kEnglish), "59.00 s");
  EXPECT_EQ(duration_text(125s, kEnglish), "2 min 5 s");
  EXPECT_EQ(duration_text(3h + 7min + 59s, kEnglish), "3 h 7 min");
  EXPECT_EQ(duration_text(125s, kRussian), "2 мин 5 с");
  EXPECT_EQ(duration_text(3h, kUkrainian), "3 год 0 хв");
}

TEST(InLine, BannerBecomesOneLineThatMovesNoCursor) {
  EXPECT_EQ(in_line("SSH-2.0-OpenSSH_9.2\r\n"), "SSH-2.0-OpenSSH_9.2");
  EXPECT_EQ(in_line("\r\n220-one\r\n220\ttwo\r\n"), "220-one 220 two");
  EXPECT_EQ(in_line("\x1b[2Jcleared\x07"), "[2Jcleared");
  EXPECT_EQ(in_line("\xff\xfd\x18login: "), "??login:");  // a telnet server
  EXPECT_EQ(in_line("Привіт"), "Привіт");
  EXPECT_EQ(in_line("\r\n\t "), "");
}

TEST(InField, ControlsAreQuestionMarksAndBadBytesReplacementCharacters) {
  EXPECT_EQ(in_field("220 ready\r\n"), "220 ready");
  EXPECT_EQ(in_field("a\r\nb\tc"), "a??b?c");
  EXPECT_EQ(in_field("x\x1b[2J\u009B1m\u202Ey\u2028z"), "x?[2J?1m?y?z");
  EXPECT_EQ(in_field(std::string_view("\0a\0b\0", 5)), "a?b");
  EXPECT_EQ(in_field("a\xff\xfeЖ"), "a\uFFFD\uFFFDЖ");
  EXPECT_EQ(in_field(""), "");
}

}  // namespace
}  // namespace veche::scan

#include "base/units.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace veche::base {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, EveryUnitIsRead) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("5s"), 5s);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("7d"), std::chrono::days{7});
  EXPECT_EQ(parse_duration("90"), 90s);
  EXPECT_EQ(parse_duration("0"), 0ms);
  EXPECT_EQ(parse_duration("007s"), 7s);
}

TEST(ParseDuration, ErrorSaysWhatIsWrongAndHowToWriteIt) {
  const auto why = [](std::string_view text) {
    const auto parsed = parse_duration(text);
    if (parsed) return std::string("accepted");
    EXPECT_EQ(parsed.error().what, "duration");
    EXPECT_NE(parsed.error().hint.find("250ms, 5s, 2m, 1h, 7d"), std::string::npos);
    return parsed.error().why;
  };
  EXPECT_EQ(why(""), "nothing is written");
  EXPECT_EQ(why("-5s"), "'-5s' is negative");
  EXPECT_EQ(why("soon"), "'soon' does not begin with a digit");
  EXPECT_EQ(why(" 5s"), "' 5s' does not begin with a digit");
  EXPECT_EQ(why("+5s"), "'+5s' does not begin with a digit");
  EXPECT_EQ(why("1.5h"), "'1.5h' is not a whole number");
  EXPECT_EQ(why("5 s"), "unknown unit ' s' in '5 s'");
  EXPECT_EQ(why("5S"), "unknown unit 'S' in '5S'");
  EXPECT_EQ(why("5min"), "unknown unit 'min' in '5min'");
  EXPECT_EQ(why("1h30m"), "unknown unit 'h30m' in '1h30m'");
}

TEST(ParseDuration, AHundredYearsIsTheLongest) {
  EXPECT_EQ(parse_duration("36500d"), std::chrono::milliseconds(kDurationMax));
  for (const char* const text : {"36501d", "3153600001", "3153600000001ms", "18446744073709551615d",
                                 "18446744073709551616", "99999999999999999999999999ms"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().why, "'" + std::string(text) + "' is too large");
  }
  // Whoever adds the longest duration to a time of today, in nanoseconds, stays in range.
  EXPECT_LT(std::chrono::nanoseconds(kDurationMax), std::chrono::nanoseconds::max() / 2);
}

TEST(FormatDuration, IsTheShortestExactForm) {
  EXPECT_EQ(format_duration(0ms), "0");
  EXPECT_EQ(format_duration(1ms), "1ms");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(120s), "2m");
  EXPECT_EQ(format_duration(90min), "90m");
  EXPECT_EQ(format_duration(24h), "1d");
  EXPECT_EQ(format_duration(-5s), "-5s");
  EXPECT_EQ(format_duration(std::chrono::milliseconds::min()), "-9223372036854775808ms");
}

TEST(ParseSize, EveryUnitIsRead) {
  EXPECT_EQ(parse_size("4096"), 4096u);
  EXPECT_EQ(parse_size("64KiB"), 65'536u);
  EXPECT_EQ(parse_size("1MiB"), 1'048'576u);
  EXPECT_EQ(parse_size("2GiB"), 2'147'483'648u);
  EXPECT_EQ(parse_size("0"), 0u);
  EXPECT_EQ(parse_size("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
}

TEST(ParseSize, ErrorSaysWhatIsWrongAndHowToWriteIt) {
  const auto text = [](std::string_view size) {
    const auto parsed = parse_size(size);
    return parsed ? std::string("accepted") : parsed.error().text();
  };
  const std::string hint = " (write a whole number and KiB, MiB or GiB, or bytes alone: 64KiB, 1MiB, 4096)";
  EXPECT_EQ(text("64kb"), "size: unknown unit 'kb' in '64kb'" + hint);
  EXPECT_EQ(text("-1"), "size: '-1' is negative" + hint);
  EXPECT_EQ(text("18446744073709551616"), "size: '18446744073709551616' is too large" + hint);
  EXPECT_EQ(text("17179869184GiB"), "size: '17179869184GiB' is too large" + hint);
  EXPECT_EQ(text("17179869183GiB"), "accepted");
}

TEST(FormatSize, IsTheShortestExactForm) {
  EXPECT_EQ(format_size(0), "0");
  EXPECT_EQ(format_size(1000), "1000");
  EXPECT_EQ(format_size(16'384), "16KiB");
  EXPECT_EQ(format_size(1'048'576), "1MiB");
  EXPECT_EQ(format_size(3ull << 40), "3072GiB");
  EXPECT_EQ(format_size(1'048'577), "1048577");
}

}  // namespace
}  // namespace veche::base

#include "base/text_cut.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace veche::base {
namespace {

std::vector<std::string_view> chunks(std::string_view text, std::size_t max_bytes) {
  std::vector<std::string_view> all;
  while (!text.empty()) all.push_back(next_chunk(text, max_bytes));
  return all;
}

using Chunks = std::vector<std::string_view>;

TEST(Utf8Floor, NoCodePointIsCut) {
  EXPECT_EQ(utf8_floor("abc", 5), 3u);
  EXPECT_EQ(utf8_floor("abc", 3), 3u);
  EXPECT_EQ(utf8_floor("abc", 2), 2u);
  EXPECT_EQ(utf8_floor("abc", 0), 0u);
  EXPECT_EQ(utf8_floor("", 0), 0u);
  for (const std::string_view character : {"ж", "€", "😀"})
    for (std::size_t max_bytes = 0; max_bytes < 3 + character.size(); ++max_bytes)
      EXPECT_EQ(utf8_floor("abc" + std::string(character) + "d", max_bytes),
                std::min<std::size_t>(max_bytes, 3))
          << character << max_bytes;
  EXPECT_EQ(utf8_floor("€", 2), 0u);
}

TEST(Utf8Floor, BytesThatAreNotUtf8AreCutWhereTheyStand) {
  EXPECT_EQ(utf8_floor("a\x80\x80\x80\x80\x80", 3), 3u);
  EXPECT_EQ(utf8_floor("\x80\x80\x80\x80\x80", 2), 2u);
  EXPECT_EQ(utf8_floor("ж\xB6\xB6", 3), 3u);
  EXPECT_EQ(utf8_floor("\xE2\x28\xA1", 1), 1u);
  EXPECT_EQ(utf8_floor("\xFF\xFF\xFF", 2), 2u);
}

TEST(NextChunk, TextThatFitsIsOnePiece) {
  EXPECT_EQ(chunks("", 10), Chunks{});
  EXPECT_EQ(chunks("0123456789", 10), Chunks{"0123456789"});
}

TEST(NextChunk, TakesNothingOffNothing) {
  std::string_view nothing;
  EXPECT_EQ(next_chunk(nothing, 10), "");
}

TEST(NextChunk, EndsBehindASpaceInTheLastFifth) {
  EXPECT_EQ(chunks("0123456 89abcdef", 10), (Chunks{"0123456 89", "abcdef"}));  // too far back
  EXPECT_EQ(chunks("01234567 9abcdef", 10), (Chunks{"01234567 ", "9abcdef"}));
  EXPECT_EQ(chunks("012345678 abcdef", 10), (Chunks{"012345678 ", "abcdef"}));
  EXPECT_EQ(chunks("0123456789 abcde", 10), (Chunks{"0123456789", " abcde"}));
  EXPECT_EQ(chunks("01234567  abcdef", 10), (Chunks{"01234567  ", "abcdef"}));
}

TEST(NextChunk, NoCharacterIsCut) {
  EXPECT_EQ(chunks("жжжжж", 5), (Chunks{"жж", "жж", "ж"}));
  EXPECT_EQ(chunks("aжжжж", 4), (Chunks{"aж", "жж", "ж"}));
  EXPECT_EQ(chunks("😀😀", 1), (Chunks{"😀", "😀"})) << "a code point always fits";
}

TEST(NextChunk, MarksStayWithTheirLetter) {
  // The tenth byte is the letter, its mark follows.
  EXPECT_EQ(chunks("012345678e\u0301 and", 10), (Chunks{"012345678", "e\u0301 and"}));
  EXPECT_EQ(chunks("012345678e\u0301 and", 11), (Chunks{"012345678", "e\u0301 and"}));
  // A space with a mark upon it is no place to cut behind.
  EXPECT_EQ(chunks("012345678 \u0301and", 10), (Chunks{"012345678", " \u0301and"}));
  // A person, a skin, a joiner, a computer: one character of 15 bytes.
  const std::string hacker = "\U0001F468\U0001F3FD\u200D\U0001F4BB";
  const std::string before(90, 'x');
  for (std::size_t max_bytes = 90; max_bytes < 90 + hacker.size(); ++max_bytes)
    EXPECT_EQ(chunks(before + hacker + "y", max_bytes)[0], before) << max_bytes;
}

TEST(NextChunk, ACharacterWithoutEndIsCutBetweenCodePoints) {
  std::string zalgo = "e";
  for (int i = 0; i < 100; ++i) zalgo += "\u0301";
  const auto pieces = chunks(zalgo, 50);
  EXPECT_EQ(pieces[0].size(), 49u);
  EXPECT_EQ(pieces[1].size(), 50u);
}

}  // namespace
}  // namespace veche::base

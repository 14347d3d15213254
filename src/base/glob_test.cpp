#include "base/glob.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace veche::base {
namespace {

struct Case {
  std::string_view pattern;
  std::vector<std::string_view> matches;
  std::vector<std::string_view> fails;
};

const Case kCases[] = {
    // Letters are themselves, in their case.
    {"", {""}, {"a", " "}},
    {"abc", {"abc"}, {"", "ab", "abcd", "ABC"}},
    // One character.
    {"?", {"a", "?", "ж", "€", "😀"}, {"", "ab", "жж"}},
    {"a?c", {"abc", "aжc", "a*c"}, {"ac", "abbc"}},
    {"??", {"ab", "éé"}, {"é", "€", "😀"}},
    // Any characters.
    {"*", {"", "a", "any text at all"}, {}},
    {"**", {"", "a"}, {}},
    {"a*c", {"ac", "abc", "acbc", "a c"}, {"", "a", "c", "acb", "cac"}},
    {"*a*b*", {"ab", "xaxbx", "aab", "abb"}, {"", "ba", "a", "b"}},
    {"a*ab", {"aab", "aaab", "aabab"}, {"ab", "aaba"}},
    {"*?", {"a", "ж", "жж"}, {""}},
    {"*??", {"ab", "жж", "aжж"}, {"", "ж", "€"}},
    {"?*?", {"ab", "abc"}, {"a", "ж"}},
    // A backslash takes the meaning away.
    {"\\*", {"*"}, {"", "a", "\\*", "\\"}},
    {"\\?", {"?"}, {"a"}},
    {"\\\\", {"\\"}, {"\\\\", ""}},
    {"\\a\\ж", {"aж"}, {"\\a\\ж"}},
    {"a\\", {"a\\"}, {"a"}},
    {"*\\**", {"*", "a*b"}, {"", "ab"}},
    // Brackets mean nothing.
    {"cool[guy]!*@*", {"cool[guy]!guy@127.0.0.1"}, {"coolg!ab@127.0.0.1"}},
    // Masks.
    {"*!*@*.example.org",
     {"dan!d@a.example.org", "dan!d@a.b.example.org"},
     {"dan!d@example.org", "dan!d@a.example.org."}},
    {"*@127.0.0.?", {"dan!d@127.0.0.1"}, {"dan!d@127.0.0.15"}},
    {"cool!?username@*", {"cool!~username@h"}, {"cool!username@h"}},
    {"алис?!*@*", {"алиса!a@h", "алисы!a@h"}, {"алис!a@h", "алисам!a@h"}},
    // Bytes that are not UTF-8 are characters.
    {"?", {"\xFF", "\xD0"}, {"\xFF\xFF"}},
    {"\xD0", {"\xD0"}, {"ж", "\xD0\xD0"}},
    {"\xD0?", {"\xD0 "}, {"ж", "\xD0ж "}},
    {"*\xB6", {"\xB6", "a\xB6"}, {"ж"}},
};

TEST(Glob, PatternsMatchTheseTextsAndNotThose) {
  for (const auto& [pattern, matches, fails] : kCases) {
    for (const std::string_view text : matches)
      EXPECT_TRUE(glob_match(pattern, text)) << pattern << ' ' << text;
    for (const std::string_view text : fails)
      EXPECT_FALSE(glob_match(pattern, text)) << pattern << ' ' << text;
  }
}

// One star after another, each with every place to try, is what takes a recursive matcher for ever.
TEST(Glob, ManyStarsDoNotBlowUp) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(glob_match(pattern + "b", std::string(2'000, 'a')));
  EXPECT_TRUE(glob_match(pattern + "*", std::string(2'000, 'a')));
}

}  // namespace
}  // namespace veche::base

#include "store/search_words.h"

#include "base/text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace veche::store {
namespace {

struct Case {
  const char* text;
  const char* words;
  bool found;
};

TEST(SearchWords, AreFoundAsAPersonMeansThem) {
  const Case cases[] = {
      {"Привет, Мир!", "мир", true},
      {"Привет, Мир!", "МИР ПРИВЕТ", true},
      {"Привет, Мир!", "мир труд", false},
      {"Ґанок і ЇЖАК", "їжак", true},
      {"Ґанок і ЇЖАК", "ґАНОК", true},
      {"category", "cat", false},
      {"a cat, a dog", "cat", true},
      {"йод", "иод", false},
      {"иод", "йод", false},
      {"їжа", "іжа", false},
      {"ёж", "еж", false},
      {"café", "cafe", false},
      {"и\u0306од", "йод", true},  // decomposed
      {"йод", "И\u0306ОД", true},
      {"и\u0306од", "иод", false},
      {"п'ять", "п’ять", true},
      {"п’ять", "п'ять", true},
      {"пʼять", "П'ЯТЬ", true},
      {"п'ять", "ять", true},  // a word of its own between the apostrophe and the end
      {"пять", "п'ять", false},
      {"I write C++.", "c++", true},
      {"I write C.", "c++", false},
      {"I write C++.", "c", true},
      {"++", "++", true},
      {"a foo-bar", "foo-bar", true},
      {"a foo bar", "foo-bar", false},
      {"snake_case", "case", true},
      {"привет😀мир", "😀", true},
      {"привет😀мир", "мир", true},
      {"❤️", "❤", true},  // with and without a variation selector
      {"STRASSE", "straße", true},
      {"x AND y", "and", true},
      {"NEAR(a b)", "near(a", true},
      {"quo\"te", "quo\"te", true},
      {"anything", "", false},
      {"anything", " \t ", false},
      {"a\u00A0b", "a\u00A0b", true},  // a no-break space separates too
      {"a b", "b a a b", true},
      {"a", "*", false},
      {"ab", "a*", false},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(SearchWords(one.words).in(one.text), one.found) << one.words << " in " << one.text;
  }
}

TEST(SearchWords, AQueryThatIsNotUtf8HasNone) {
  EXPECT_TRUE(SearchWords("\xFF\xFE").empty());
  EXPECT_FALSE(SearchWords("a").in("a \xD0"));  // nor has such a text any word
}

TEST(SearchWords, TheIndexIsGivenTokensOnly) {
  EXPECT_EQ(index_text("Привет, C++ foo-bar п’ять 👍🏽!"),
            "привет c foo bar п ять 👍 🏽");
  EXPECT_EQ(index_text("... !"), "");
}

TEST(SearchWords, TheIndexQueryQuotesEveryWord) {
  EXPECT_EQ(SearchWords("NOT foo-bar \"x\" OR *").index_query(), R"("not" "foo bar" "x" "or")");
  EXPECT_EQ(SearchWords("++ --").index_query(), "");
}

/// The fast way of folding must be the general one, sped up.
TEST(SearchWords, EverydayTextFoldsAsAnyOther) {
  const auto general = [](const std::string& text) {
    // A Hebrew letter, which folds to itself, sends the text the general way.
    const std::string folded = fold_for_search(text + "א");
    return folded.substr(0, folded.size() - std::string("א").size());
  };
  std::vector<std::string> alphabet;
  const auto add = [&alphabet](char32_t c) {
    std::string utf8;
    if (c < 0x80) {
      utf8 += static_cast<char>(c);
    } else if (c < 0x800) {
      utf8 += static_cast<char>(0xC0 | (c >> 6));
    } else if (c < 0x10000) {
      utf8 += static_cast<char>(0xE0 | (c >> 12));
      utf8 += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    } else {
      utf8 += static_cast<char>(0xF0 | (c >> 18));
      utf8 += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
      utf8 += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    }
    if (c >= 0x80) utf8 += static_cast<char>(0x80 | (c & 0x3F));
    alphabet.push_back(utf8);
  };
  for (char32_t c = 1; c < 0x600; ++c) add(c);
  for (char32_t c = 0x2000; c < 0x2200; ++c) add(c);
  for (char32_t c = 0x1F2F0; c < 0x1FB10; ++c) add(c);
  add(0xFE0E);
  add(0xFE0F);
  for (const std::string& letter : alphabet) EXPECT_EQ(fold_for_search(letter), general(letter)) << letter;

  std::mt19937 random(1);
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) text += alphabet[random() % alphabet.size()];
    ASSERT_EQ(fold_for_search(text), general(text)) << text;
  }
}

/// What the index relies on: where a word occurs, its tokens follow each other among the text's.
TEST(SearchWords, AWordThatOccursHasItsTokensInTheText) {
  const char* const pieces[] = {"a", "b",      "я", "Й", "'", "’",      "+", "-",
                                " ", "\u0306", "😀", "1", "№", "\uFE0F", "é"};
  std::mt19937 random(2);
  const auto text_of = [&](int length) {
    std::string text;
    for (int i = 0; i < length; ++i) text += pieces[random() % std::size(pieces)];
    return text;
  };
  int occurrences = 0;
  for (int round = 0; round < 30'000; ++round) {
    const std::string text = text_of(8);
    const std::string word = text_of(2);
    if (!SearchWords(word).in(text)) continue;
    ++occurrences;
    std::string query = SearchWords(word).index_query();
    const std::string tokens = " " + index_text(text) + " ";
    for (std::size_t at = 0; (at = query.find('"', at)) != std::string::npos;) {
      const std::size_t end = query.find('"', at + 1);
      EXPECT_NE(tokens.find(" " + query.substr(at + 1, end - at - 1) + " "), std::string::npos)
          << word << " in " << text << ": " << query << " in " << tokens;
      at = end + 1;
    }
  }
  EXPECT_GT(occurrences, 500);
}

}  // namespace
}  // namespace veche::store

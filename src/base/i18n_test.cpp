#include "base/i18n.h"

#include "base/catalogs.h"
#include "base/mo_reader.h"
#include "base/text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <set>

namespace veche::base {
namespace {

/// Evaluates the C expression of a Plural-Forms header for n. Recursive descent, by ascending precedence.
class PluralExpression {
 public:
  PluralExpression(std::string_view text, std::uint64_t n) : text_(text), n_(n) {}

  std::uint64_t value() {
    const std::uint64_t condition = binary(0);
    if (!take("?")) return condition;
    const std::uint64_t then = value();
    EXPECT_TRUE(take(":"));
    const std::uint64_t otherwise = value();
    return condition ? then : otherwise;
  }
  bool finished() { return skip_spaces().empty(); }

 private:
  struct Operator {
    std::string_view name;
    int level;
  };
  static constexpr Operator kOperators[] = {{"||", 0}, {"&&", 1}, {"==", 2}, {"!=", 2}, {"<=", 3},
                                            {">=", 3}, {"<", 3},  {">", 3},  {"%", 4}};

  std::uint64_t binary(int level) {
    if (level == 5) return primary();
    std::uint64_t left = binary(level + 1);
    for (bool again = true; again;) {
      again = false;
      for (const Operator& op : kOperators)
        if (op.level == level && take(op.name)) {
          left = apply(op.name, left, binary(level + 1));
          again = true;
          break;
        }
    }
    return left;
  }
  static std::uint64_t apply(std::string_view op, std::uint64_t a, std::uint64_t b) {
    if (op == "||") return a || b;
    if (op == "&&") return a && b;
    if (op == "==") return a == b;
    if (op == "!=") return a != b;
    if (op == "<=") return a <= b;
    if (op == ">=") return a >= b;
    if (op == "<") return a < b;
    if (op == ">") return a > b;
    return a % b;
  }
  std::uint64_t primary() {
    if (take("n")) return n_;
    if (take("(")) {
      const std::uint64_t inner = value();
      EXPECT_TRUE(take(")"));
      return inner;
    }
    std::uint64_t number = 0;
    EXPECT_FALSE(skip_spaces().empty() || text_.front() < '0' || text_.front() > '9') << text_;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; text_.remove_prefix(1))
      number = number * 10 + static_cast<std::uint64_t>(text_.front() - '0');
    return number;
  }
  bool take(std::string_view token) {
    if (!skip_spaces().starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }
  std::string_view skip_spaces() {
    while (text_.starts_with(' ')) text_.remove_prefix(1);
    return text_;
  }

  std::string_view text_;
  std::uint64_t n_;
};

/// The `plural=` expression of a language's embedded catalog.
std::string_view plural_expression(Language language) {
  const std::string_view header = MoReader(catalog_bytes(language)).find("");
  const std::string_view key = "plural=";
  const std::size_t at = header.rfind(key);
  if (at == std::string_view::npos) return {};
  return header.substr(at + key.size(), header.find(';', at) - at - key.size());
}

/// The arguments that a pattern asks for, such as "{}", "{}", "{:>3}". Those of a translation must be the
/// same, or filling it in would throw in a running server.
std::multiset<std::string> placeholders(std::string_view pattern) {
  std::multiset<std::string> found;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.substr(i, 2) == "{{" || pattern.substr(i, 2) == "}}") {
      ++i;
    } else if (pattern[i] == '{') {
      const std::size_t end = pattern.find('}', i);
      found.emplace(pattern.substr(i, end == std::string_view::npos ? end : end - i + 1));
      if (end == std::string_view::npos) break;
      i = end;
    } else if (pattern[i] == '}') {
      found.emplace("stray }");
    }
  }
  return found;
}

class Environment : public testing::Test {
 protected:
  void SetUp() override { clear(); }
  void TearDown() override { clear(); }
  static void clear() {
    for (const char* const name : {"LC_ALL", "LC_MESSAGES", "LANG"}) ::unsetenv(name);
  }
};

TEST(Language, IsReadFromACodeOrALocaleName) {
  EXPECT_EQ(parse_language("uk"), Language::uk);
  EXPECT_EQ(parse_language("RU"), Language::ru);
  EXPECT_EQ(parse_language("ru_RU.UTF-8"), Language::ru);
  EXPECT_EQ(parse_language("en-GB"), Language::en);
  EXPECT_EQ(parse_language("uk_UA@euro"), Language::uk);
  for (const char* const other : {"", "C", "POSIX", "de", "r", "russian", "_ru"})
    EXPECT_EQ(parse_language(other), std::nullopt) << other;
}

TEST(Language, CodeIsReadBack) {
  for (const Language language : kLanguages) EXPECT_EQ(parse_language(language_code(language)), language);
}

TEST_F(Environment, WithoutALocaleSpeaksEnglish) { EXPECT_EQ(language_from_environment(), Language::en); }

TEST_F(Environment, TheFirstVariableThatIsSetDecides) {
  ::setenv("LANG", "uk_UA.UTF-8", 1);
  EXPECT_EQ(language_from_environment(), Language::uk);
  ::setenv("LC_MESSAGES", "ru_RU.UTF-8", 1);
  EXPECT_EQ(language_from_environment(), Language::ru);
  ::setenv("LC_ALL", "", 1);  // empty is not set
  EXPECT_EQ(language_from_environment(), Language::ru);
  ::setenv("LC_ALL", "C", 1);
  EXPECT_EQ(language_from_environment(), Language::en);
}

TEST(PluralForm, OfEnglishIsOneOrMany) {
  EXPECT_EQ(plural_form(Language::en, 1), 0);
  for (const std::uint64_t n : {0, 2, 11, 21, 101}) EXPECT_EQ(plural_form(Language::en, n), 1) << n;
}

TEST(PluralForm, OfRussianAndUkrainianIsOneOfThree) {
  for (const Language language : {Language::ru, Language::uk}) {
    for (const std::uint64_t n : {1, 21, 31, 101, 121, 1001}) EXPECT_EQ(plural_form(language, n), 0) << n;
    for (const std::uint64_t n : {2, 3, 4, 22, 34, 102}) EXPECT_EQ(plural_form(language, n), 1) << n;
    for (const std::uint64_t n : {0, 5, 9, 10, 11, 12, 14, 19, 20, 25, 111, 112, 1011})
      EXPECT_EQ(plural_form(language, n), 2) << n;
  }
}

TEST(PluralForm, IsTheRuleOfTheCatalog) {
  for (const Language language : {Language::ru, Language::uk}) {
    const std::string_view expression = plural_expression(language);
    ASSERT_FALSE(expression.empty()) << language_code(language);
    const auto agrees = [&](std::uint64_t n) {
      PluralExpression rule(expression, n);
      ASSERT_EQ(rule.value(), static_cast<std::uint64_t>(plural_form(language, n))) << n;
      ASSERT_TRUE(rule.finished()) << expression;
    };
    for (std::uint64_t n = 0; n < 2000; ++n) agrees(n);
    agrees(std::numeric_limits<std::uint64_t>::max());
  }
}

TEST(Translate, WhatNobodyTranslatedStaysEnglish) {
  for (const Language language : kLanguages) {
    EXPECT_EQ(translate(language, "no catalog has these words"), "no catalog has these words");
    EXPECT_EQ(translate(language, ""), "");  // and not the catalog's header
    EXPECT_EQ(translate_plural(language, "{} wombat", "{} wombats", 1), "{} wombat");
    EXPECT_EQ(translate_plural(language, "{} wombat", "{} wombats", 21), "{} wombats");
    EXPECT_EQ(translate_plural(language, "", "", 1), "");
  }
}

TEST(Translator, FillsThePatternIn) {
  const Translator t(Language::uk);
  EXPECT_EQ(t.language(), Language::uk);
  EXPECT_EQ(t("{} wombats and {}", 3, "Їжак"), "3 wombats and Їжак");
  EXPECT_EQ(t.plural("{} wombat of {}", "{} wombats of {}", 1, "x"), "1 wombat of x");
  EXPECT_EQ(t.plural("{} wombat of {}", "{} wombats of {}", 5, "x"), "5 wombats of x");
  EXPECT_EQ(Translator()("{}", 1), "1");
}

TEST(Catalog, IsWellFormed) {
  for (const Language language : {Language::ru, Language::uk})
    EXPECT_GE(MoReader(catalog_bytes(language)).size(), 1u) << language_code(language);
  EXPECT_TRUE(catalog_bytes(Language::en).empty());
}

TEST(Catalog, TranslationsTakeTheArgumentsOfTheirOriginals) {
  EXPECT_EQ(placeholders("a {} {{b}} {:>3}"), (std::multiset<std::string>{"{}", "{:>3}"}));
  EXPECT_NE(placeholders("{} of {}"), placeholders("{}"));
  EXPECT_NE(placeholders("{"), placeholders(""));

  for (const Language language : {Language::ru, Language::uk}) {
    const MoReader reader(catalog_bytes(language));
    for (std::size_t i = 0; i < reader.size(); ++i) {
      const auto [original, translation] = reader.entry(i);
      if (original.empty()) continue;
      EXPECT_TRUE(is_utf8(translation)) << original;
      // Of a plural, every form.
      const bool plural = translation.find('\0') != std::string_view::npos;
      for (int form = 0; form < (plural ? 3 : 1); ++form) {
        const std::string_view words = reader.find_form(original, form);
        EXPECT_FALSE(words.empty()) << original;
        EXPECT_EQ(placeholders(words), placeholders(original)) << language_code(language) << ": " << words;
      }
    }
  }
}

}  // namespace
}  // namespace veche::base

#include "session/line_words.h"

#include "base/i18n.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace veche::session {
namespace {

constexpr int kRefusals = static_cast<int>(chat::Refusal::not_stored) + 1;
constexpr int kCauses = static_cast<int>(chat::CloseCause::connecting_too_fast) + 1;

void expect_said_in_all_languages(const Words& words) {
  SCOPED_TRACE(words.code);
  EXPECT_NE(words.code, "refused") << "every refusal has a code of its own";
  EXPECT_NE(words.code, "closed");
  EXPECT_TRUE(std::all_of(words.code.begin(), words.code.end(),
                          [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '8'; }));
  EXPECT_TRUE(words.english.ends_with('.'));
  for (const auto language : {base::Language::ru, base::Language::uk}) {
    EXPECT_NE(base::translate(language, words.english), words.english);
  }
}

TEST(LineWords, EveryRefusalHasACodeAndASentence) {
  for (int i = 0; i < kRefusals; ++i) expect_said_in_all_languages(words_for(static_cast<chat::Refusal>(i)));
}

TEST(LineWords, EveryClosingHasACodeAndASentence) {
  for (int i = 0; i < kCauses; ++i) expect_said_in_all_languages(words_for(static_cast<chat::CloseCause>(i)));
}

TEST(LineWords, TheCodesThatInterfaceNamesAreTheseForEver) {
  EXPECT_EQ(words_for(chat::Refusal::message_too_long).code, "too-long");
  EXPECT_EQ(words_for(chat::Refusal::name_not_utf8).code, "not-utf8");
  EXPECT_EQ(words_for(chat::Refusal::disk_full).code, "disk-full");
}

}  // namespace
}  // namespace veche::session

#include "session/line_words.h"

#include "base/i18n.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

namespace veche::session {
namespace {

using namespace std::chrono_literals;

constexpr int kRefusals = static_cast<int>(chat::Refusal::not_accepted) + 1;
constexpr int kCauses = static_cast<int>(chat::CloseCause::identities_cleared) + 1;

void expect_said_in_all_languages(const Words& words) {
  SCOPED_TRACE(words.code);
  EXPECT_NE(words.code, "refused") << "every refusal has a code of its own";
  EXPECT_NE(words.code, "closed");
  EXPECT_TRUE(std::all_of(words.code.begin(), words.code.end(),
                          [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '8'; }));
  for (const std::string_view english : {words.english, words.timed}) {
    if (english.empty()) continue;
    EXPECT_TRUE(english.ends_with('.'));
    for (const auto language : {base::Language::ru, base::Language::uk}) {
      EXPECT_NE(base::translate(language, english), english);
      EXPECT_TRUE(base::translate(language, english).ends_with('.')) << "a reason goes where it stands";
    }
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
  EXPECT_EQ(words_for(chat::Refusal::name_banned).code, "name-banned");
  EXPECT_EQ(words_for(chat::Refusal::muted).code, "muted");
  EXPECT_EQ(words_for(chat::Refusal::too_fast).code, "too-fast");
  EXPECT_EQ(words_for(chat::Refusal::no_such_session).code, "no-such-session");
  EXPECT_EQ(words_for(chat::Refusal::no_such_sanction).code, "no-such-ban");
  EXPECT_EQ(words_for(chat::Refusal::too_many_sanctions).code, "too-many-bans");
  EXPECT_EQ(words_for(chat::CloseCause::kicked).code, "kicked");
  EXPECT_EQ(words_for(chat::CloseCause::banned).code, "banned");
  EXPECT_EQ(words_for(chat::CloseCause::drained).code, "drained");
  EXPECT_EQ(words_for(chat::CloseCause::identities_cleared).code, "identities-cleared");
}

TEST(LineWords, ATimeIsSaidInAtMostTwoUnitsAndRoundedUp) {
  struct Case {
    std::chrono::seconds time;
    std::string_view words;
  };
  const Case cases[] = {
      {0s, "0 seconds"},
      {-5s, "0 seconds"},
      {1s, "1 second"},
      {59s, "59 seconds"},
      {60s, "1 minute"},
      {61s, "1 minute 1 second"},
      {300s, "5 minutes"},
      {1h - 1s, "59 minutes 59 seconds"},
      {1h, "1 hour"},
      {1h + 1s, "1 hour 1 minute"},
      {2h + 20min, "2 hours 20 minutes"},
      {24h - 1s, "1 day"},
      {24h, "1 day"},
      {24h + 1s, "1 day 1 hour"},
      {48h - 1s, "2 days"},
      {24h * 365, "365 days"},
  };
  for (const Case& c : cases) EXPECT_EQ(time_words(base::Translator(), c.time), c.words) << c.time.count();
  EXPECT_TRUE(time_words(base::Translator(), std::chrono::seconds::max()).ends_with(" hours"));
}

TEST(LineWords, TimesAreDeclinedInEveryLanguage) {
  const base::Translator ru(base::Language::ru), uk(base::Language::uk);
  EXPECT_EQ(time_words(ru, 1s), "1 секунду");
  EXPECT_EQ(time_words(ru, 2min), "2 минуты");
  EXPECT_EQ(time_words(ru, 5h), "5 часов");
  EXPECT_EQ(time_words(ru, 24h * 21), "21 день");
  EXPECT_EQ(time_words(uk, 11s), "11 секунд");
  EXPECT_EQ(time_words(uk, 1min + 22s), "1 хвилину 22 секунди");
  EXPECT_EQ(time_words(uk, 3h), "3 години");
  EXPECT_EQ(time_words(uk, 24h * 2 + 5h), "2 дні 5 годин");
}

TEST(LineWords, ASentenceHoldsTheTimeThatIsKnownAndTheReasonThatIsGiven) {
  const base::Translator t;
  const Words muted = words_for(chat::Refusal::muted);
  EXPECT_EQ(sentence(t, muted, 0s, ""), "You are muted.");
  EXPECT_EQ(sentence(t, muted, 5min, ""), "You are muted for 5 minutes more.");
  EXPECT_EQ(sentence(t, muted, 5min, "spam"), "You are muted for 5 minutes more: spam");
  EXPECT_EQ(sentence(t, muted, 0s, "spam"), "You are muted: spam");
  EXPECT_EQ(sentence(base::Translator(base::Language::ru), muted, 61s, "спам"),
            "Вам запрещено говорить ещё 1 минуту 1 секунду: спам");
  EXPECT_EQ(sentence(t, words_for(chat::CloseCause::kicked), 5min, ""), "You were put out.")
      << "what has no end says no time";
}

TEST(LineWords, AReasonIsOneLineWithoutControlsAndNoPattern) {
  const base::Translator t;
  const Words kicked = words_for(chat::CloseCause::kicked);
  EXPECT_EQ(sentence(t, kicked, 0s, "a\r\nERR b\x1b[2J {} {0}"), "You were put out: aERR b[2J {} {0}");
  EXPECT_EQ(sentence(t, kicked, 0s, " \x1b\n"), "You were put out.") << "nothing is left of it";
}

}  // namespace
}  // namespace veche::session

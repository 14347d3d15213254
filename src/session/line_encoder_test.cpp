#include "session/line_encoder.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace veche::session {
namespace {

using namespace std::chrono_literals;
using base::Language;

constexpr base::WallTime kNow{1'750'000'000s};  // 2025-06-15 15:06:40 UTC, a Sunday
const Moment kMoment{kNow, 0s};

const LineStyle kPerson{};
const LineStyle kElsewhere{false, Language::en, true};
const LineStyle kBare{true, Language::en, false};

chat::Message message(std::string text, chat::MessageKind kind = chat::MessageKind::text) {
  return {{7}, {1}, kNow, kind, {}, "ann", std::move(text)};
}
chat::Event said(std::string text, chat::MessageKind kind = chat::MessageKind::text) {
  return chat::Said{std::make_shared<const chat::Message>(message(std::move(text), kind)), "#tea"};
}
std::string line(const chat::Event& event, const LineStyle& style, const Moment& moment = kMoment) {
  std::string out;
  encode_line(event, style, moment, out);
  return out;
}

TEST(LineEncoder, AnEventIsALineForPeopleAndAnotherForPrograms) {
  struct Case {
    chat::Event event;
    std::string person;
    std::string elsewhere;
    std::string bare;
  };
  const Case cases[] = {
      {said("hi there"), "[15:06] ann: hi there\r\n", "[15:06] #tea ann: hi there\r\n",
       "MSG #tea ann hi there\n"},
      {said("waves", chat::MessageKind::action), "[15:06] * ann waves\r\n", "[15:06] #tea * ann waves\r\n",
       "ME #tea ann waves\n"},
      {chat::Arrived{"#tea", "ann"}, "ann has come.\r\n", "ann has come to #tea.\r\n", "JOIN #tea ann\n"},
      {chat::Departed{"#tea", "ann"}, "ann has left #tea.\r\n", "ann has left #tea.\r\n", "LEAVE #tea ann\n"},
      {chat::Quit{"ann"}, "ann has gone.\r\n", "ann has gone.\r\n", "QUIT ann\n"},
      {chat::Quit{"ann", "spam", true}, "ann was put out: spam\r\n", "ann was put out: spam\r\n",
       "QUIT ann\n"},
      {chat::Slowed{"#tea", 10s}, "In #tea one may speak every 10 seconds now.\r\n",
       "In #tea one may speak every 10 seconds now.\r\n",
       "NOTICE In #tea one may speak every 10 seconds now.\n"},
      {chat::Slowed{"#tea", 0s}, "In #tea one may speak as fast as one likes again.\r\n",
       "In #tea one may speak as fast as one likes again.\r\n",
       "NOTICE In #tea one may speak as fast as one likes again.\n"},
      {chat::Renamed{"ann", "bob"}, "ann is now called bob.\r\n", "ann is now called bob.\r\n",
       "NICK ann bob\n"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(line(c.event, kPerson), c.person);
    EXPECT_EQ(line(c.event, kElsewhere), c.elsewhere);
    EXPECT_EQ(line(c.event, kBare), c.bare);
  }
}

TEST(LineEncoder, AnAnswerToOneSessionIsNoRoomsEvent) {
  EXPECT_EQ(line(chat::Rooms{{{"#tea", 1}}}, kPerson), "");
  EXPECT_EQ(line(chat::Refused{chat::Refusal::stale, 0}, kBare), "");
}

TEST(LineEncoder, EveryLanguageHasItsWords) {
  const chat::Event event = chat::Arrived{"#чай", "Олеся"};
  EXPECT_EQ(line(event, {false, Language::ru, true}), "Олеся входит в комнату #чай.\r\n");
  EXPECT_EQ(line(event, {false, Language::uk, true}), "Олеся заходить до кімнати #чай.\r\n");
  EXPECT_EQ(line(event, {true, Language::uk, true}), "JOIN #чай Олеся\n") << "programs speak no language";
  const chat::Event slowed = chat::Slowed{"#чай", 61s};
  EXPECT_EQ(line(slowed, {false, Language::ru, false}),
            "В комнате #чай теперь можно говорить раз в 1 минуту 1 секунду.\r\n");
  EXPECT_EQ(line(slowed, {true, Language::uk, false}),
            "NOTICE У кімнаті #чай тепер можна говорити раз на 1 хвилину 1 секунду.\n");
}

// What others send must not move a person's cursor, colour the screen or retype the line; a program may want
// it as it is.
TEST(LineEncoder, TerminalEscapesAreTakenOutForPeopleAndKeptForPrograms) {
  const std::string text = "\x1b[31mred\x1b[0m\a \u202Eevil\u2066 \u009B5A tab\there";
  const std::string clean = "[31mred[0m evil 5A tab\there";
  EXPECT_EQ(line(said(text), kPerson), "[15:06] ann: " + clean + "\r\n");
  EXPECT_EQ(line(said(text), kBare), "MSG #tea ann " + text + "\n");

  EXPECT_EQ(line(chat::Quit{"ann", text, true}, kPerson), "ann was put out: " + clean + "\r\n");

  std::string told;
  encode_told_line({"ann", text, kNow}, kPerson, kMoment, told);
  EXPECT_EQ(told, "[15:06] ann to you: " + clean + "\r\n");
  std::string history;
  encode_history_line(message(text), "#tea", kPerson, kMoment, history);
  EXPECT_EQ(history, "[15:06] ann: " + clean + "\r\n");
}

TEST(LineEncoder, AMessageThatLooksLikeAPatternIsOnlyText) {
  EXPECT_EQ(line(said("{} {0} {:d} %s %n"), kPerson), "[15:06] ann: {} {0} {:d} %s %n\r\n");
  EXPECT_EQ(line(said("{} {0}"), kBare), "MSG #tea ann {} {0}\n");
  EXPECT_EQ(line(chat::Quit{"ann", "{} {0}", true}, kPerson), "ann was put out: {} {0}\r\n");
}

TEST(LineEncoder, AMessageOfTheHistoryLooksAsItDidWhenItWasSaid) {
  std::string out;
  encode_history_line(message("hi"), "#tea", kElsewhere, kMoment, out);
  encode_history_line(message("hi"), "#tea", kBare, kMoment, out);
  encode_history_line(message("waves", chat::MessageKind::action), "#tea", kBare, kMoment, out);
  EXPECT_EQ(out,
            "[15:06] #tea ann: hi\r\n"
            "HIST #tea 1750000000 ann hi\n"
            "HIST #tea 1750000000 ann /me waves\n");
}

TEST(LineEncoder, APrivateMessageSaysSo) {
  std::string out;
  encode_told_line({"ann", "psst", kNow}, kPerson, kMoment, out);
  encode_told_line({"ann", "psst", kNow}, kBare, kMoment, out);
  encode_told_line({"ann", "psst", kNow}, {false, Language::ru, false}, kMoment, out);
  EXPECT_EQ(out, "[15:06] ann to you: psst\r\nPRIV ann psst\n[15:06] ann лично вам: psst\r\n");
}

TEST(LineEncoder, TheDateIsShownWhenItIsNotTodaysAtTheServer) {
  EXPECT_EQ(clock_text(kNow, kMoment), "15:06");
  EXPECT_EQ(clock_text(kNow, {kNow + 8h + 53min, 0s}), "15:06");
  EXPECT_EQ(clock_text(kNow, {kNow + 8h + 54min, 0s}), "2025-06-15 15:06");
  EXPECT_EQ(clock_text(kNow, {kNow - 16h, 0s}), "2025-06-15 15:06") << "a clock that was set back";
  EXPECT_EQ(clock_text(kNow, {kNow, 3h}), "18:06");
  EXPECT_EQ(clock_text(kNow, {kNow, 9h}), "00:06") << "tomorrow there, and now is as well";
  EXPECT_EQ(clock_text(kNow, {kNow - 1h, 9h}), "2025-06-16 00:06");
  EXPECT_EQ(clock_text(kNow, {kNow, -3h - 30min}), "11:36");
  EXPECT_EQ(clock_text(base::WallTime{-1us}, kMoment), "1969-12-31 23:59");
}

TEST(LineEncoder, AVariantSaysAllThatAStyleDoes) {
  std::set<Variant> variants;
  for (const bool bare : {false, true}) {
    for (const bool show_room : {false, true}) {
      for (const Language language : base::kLanguages) {
        const LineStyle style{bare, language, show_room};
        EXPECT_TRUE(variants.insert(style.variant()).second) << "different bytes, different variants";
        const LineStyle back = LineStyle::of(style.variant());
        EXPECT_EQ(back.bare, bare);
        EXPECT_EQ(back.show_room, show_room);
        EXPECT_EQ(back.language, language);
        std::string by_variant;
        encode(said("hi"), style.variant(), kMoment, by_variant);
        EXPECT_EQ(by_variant, line(said("hi"), style));
      }
    }
  }
}

}  // namespace
}  // namespace veche::session

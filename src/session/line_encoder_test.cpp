#include "session/line_encoder.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

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
      {chat::Departed{"#tea", "ann", "bye"}, "ann has left #tea: bye\r\n", "ann has left #tea: bye\r\n",
       "LEAVE #tea ann\n"},
      {said("built", chat::MessageKind::notice), "[15:06] -ann- built\r\n", "[15:06] #tea -ann- built\r\n",
       "MSG #tea ann built\n"},
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

const chat::PersonPtr kBob =
    std::make_shared<const chat::Person>(chat::Person{"bob", "~b", "host", "", false});

TEST(LineEncoder, HowARoomIsGovernedIsALineToo) {
  using What = chat::RoomChange::What;
  const auto ranked = [](chat::Rank rank, bool on) {
    return chat::RoomChange{.what = What::rank, .on = on, .rank = rank, .text = "ann"};
  };
  const chat::RoomChange key{.what = What::key, .text = "k"};
  const chat::RoomChange flag{.what = What::flag, .flag = chat::RoomFlag::moderated};
  struct Case {
    chat::Event event;
    std::string person;
    std::string bare;
  };
  const auto changed = [](std::vector<chat::RoomChange> changes, chat::PersonPtr by = kBob) {
    return chat::RoomChanged{"#tea", std::move(changes), std::move(by)};
  };
  const Case cases[] = {
      {chat::Expelled{{1}, "#tea", "ann", "", kBob}, "bob has put ann out of #tea.\r\n",
       "KICK #tea ann bob\n"},
      {chat::Expelled{{1}, "#tea", "ann", "too\x07 loud", kBob}, "bob has put ann out of #tea: too loud\r\n",
       "KICK #tea ann bob too\x07 loud\n"},
      {chat::TopicSet{"#tea", "Green {}", kBob}, "bob has set the topic of #tea: Green {}\r\n",
       "TOPIC #tea bob Green {}\n"},
      {chat::TopicSet{"#tea", "", kBob}, "bob has taken away the topic of #tea.\r\n", "TOPIC #tea bob\n"},
      {chat::RoomRenamed{{1}, "#tea", "#coffee", "", kBob, nullptr, {}},
       "The room #tea is called #coffee now.\r\n", "RENAME #tea #coffee\n"},
      {changed({ranked(chat::Rank::voice, true)}), "ann has a voice in #tea now.\r\n",
       "RANK #tea ann +voice\n"},
      {changed({ranked(chat::Rank::voice, false)}), "ann no longer has a voice in #tea.\r\n",
       "RANK #tea ann -voice\n"},
      {changed({ranked(chat::Rank::half_operator, true)}), "ann is a half operator of #tea now.\r\n",
       "RANK #tea ann +half-operator\n"},
      {changed({ranked(chat::Rank::oper, true)}), "ann is an operator of #tea now.\r\n",
       "RANK #tea ann +operator\n"},
      {changed({ranked(chat::Rank::admin, false)}), "ann is no longer an administrator of #tea.\r\n",
       "RANK #tea ann -administrator\n"},
      {changed({ranked(chat::Rank::founder, true)}), "ann is a founder of #tea now.\r\n",
       "RANK #tea ann +founder\n"},
      {changed({key, flag}), "bob has changed the rules of #tea.\r\n", "RULES #tea bob\n"},
      {changed({key, ranked(chat::Rank::oper, false)}, nullptr),
       "ann is no longer an operator of #tea.\r\nThe server has changed the rules of #tea.\r\n",
       "RANK #tea ann -operator\nRULES #tea *\n"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(line(c.event, kPerson), c.person);
    EXPECT_EQ(line(c.event, kElsewhere), c.person);
    EXPECT_EQ(line(c.event, kBare), c.bare);
  }
}

TEST(LineEncoder, WhatNotAllHearIsMarked) {
  chat::Said event = std::get<chat::Said>(said("help"));
  event.to = chat::bit(chat::Rank::oper);
  EXPECT_EQ(line(event, kPerson), "[15:06] @#tea ann: help\r\n");
  EXPECT_EQ(line(event, kElsewhere), "[15:06] @#tea ann: help\r\n");
  EXPECT_EQ(line(event, kBare), "MSG #tea ann help\n");
}

// What programs ask programs would only be noise to a person, and nothing here answers it.
TEST(LineEncoder, QueriesOfProgramsAreNotShown) {
  const std::string query = "\x01VERSION\x01";
  for (const LineStyle& style : {kPerson, kElsewhere, kBare}) {
    EXPECT_EQ(line(said(query), style), "");
    std::string out;
    encode_told_line({"ann", query, kNow}, style, kMoment, out);
    encode_history_line(message(query), "#tea", style, kMoment, out);
    EXPECT_EQ(out, "");
  }
}

TEST(LineEncoder, WhatIsForProgramsOrForOthersIsNotShown) {
  for (const LineStyle& style : {kPerson, kBare}) {
    EXPECT_EQ(line(chat::Tagged{"#tea", kBob, "+x"}, style), "");
    EXPECT_EQ(line(chat::AwayChanged{kBob, "tea"}, style), "");
    EXPECT_EQ(line(chat::RealnameChanged{kBob, "Bob"}, style), "");
    EXPECT_EQ(line(chat::AccountChanged{kBob}, style), "");
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

TEST(LineEncoder, APrivateMessageIsOfItsKind) {
  using chat::MessageKind;
  std::string out;
  for (const LineStyle& style : {kPerson, kBare}) {
    for (const MessageKind kind : {MessageKind::action, MessageKind::notice}) {
      encode_told_line({"ann", "waves", kNow, kind}, style, kMoment, out);
    }
  }
  EXPECT_EQ(out,
            "[15:06] * ann waves (to you)\r\n[15:06] -ann- to you: waves\r\n"
            "PRIV ann /me waves\nPRIV ann waves\n");
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

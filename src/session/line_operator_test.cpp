#include "tests/fakes/transcript.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace veche::session {
namespace {

using fakes::expect_transcript;
using fakes::LineWorld;

// --- becoming one

TEST(LineOperator, WhoKnowsAnOperatorsPasswordMayGiveHisCommands) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    ann > bob has come.
    ann < /kick bob
    ann > There is no command /kick; did you mean /nick?
    ann < /oper root secret
    ann > You are an operator now; /help lists your commands too.
    ann < /kick   bob for  flooding
    ann > you said: kick bob for  flooding
    ann < /sessions
    ann > you said: sessions
    bob < /kick ann
    bob > There is no command /kick; did you mean /nick?
    ann < kick bob
    bob > [15:06] ann: kick bob
  )");
}

TEST(LineOperator, AProgramIsToldWhereAnAnswerEnds) {
  expect_transcript(R"(
    * bot is here in bare
    bot < /oper root wrong
    bot < /oper root secret
    bot < /kick bob
    bot < /logs -n 5
    bot > ERR wrong-password Wrong name or password.
    bot > NOTICE You are an operator now; /help lists your commands too.
    bot > NOTICE you said: kick bob
    bot > END kick
    bot > NOTICE you said: logs -n 5
    bot > END logs
  )");
}

TEST(LineOperator, OperTakesANameAndAPassword) {
  expect_transcript(R"(
    * ann is here
    * bot is here in bare
    ann > bot has come.
    ann < /oper
    ann < /oper root
    ann > Usage: /oper NAME PASSWORD
    ann > Usage: /oper NAME PASSWORD
    bot < /oper root
    bot > ERR usage Usage: /oper NAME PASSWORD
  )");
}

TEST(LineOperator, OneWhoIsAnOperatorStaysOneWhateverElseHeTries) {
  expect_transcript(R"(
    * ann is here
    ann < /oper root secret
    ann < /oper other wrong
    ann < /kick bob
    ann < /oper root secret
    ann > You are an operator now; /help lists your commands too.
    ann > Wrong name or password.
    ann > you said: kick bob
    ann > You are an operator now; /help lists your commands too.
  )");
}

TEST(LineOperator, AWrongPasswordIsAnsweredLaterAndLater) {
  expect_transcript(R"(
    * bob is here
    * ann is here
    bob > ann has come.
    ann < /oper root one
    ann < /oper root two
    ann < /oper root three
    ann > Wrong name or password.
    ann > Wrong name or password.
    ann > Wrong name or password.
    ann < /oper root four
    ann < hello
    ann > (nothing)
    * 0s pass
    bob > (nothing)
    * 1s pass
    ann > Wrong name or password.
    bob > [15:06] ann: hello
    ann < /oper root secret
    ann > You are an operator now; /help lists your commands too.
  )");
}

TEST(LineOperator, TenWrongPasswordsAreEnough) {
  std::string script = "* bob is here\n* ann is here\nbob > ann has come.\n";
  for (int i = 0; i < 9; ++i) script += "ann < /oper root wrong\nann > ...\n* 60s pass\n";
  expect_transcript(script + R"(
    ann > ...
    ann < /oper root wrong
    * 60s pass
    ann > ERR wrong-password Too many wrong passwords. Bye.
    bob > ann has gone.
    * ann is closed
  )");
}

TEST(LineOperator, APasswordThatIsTooLongIsAWrongOneForWhichNoWorkerIsAsked) {
  expect_transcript("* ann is here\n* the workers stop\nann < /oper root " + std::string(513, 'x') + R"(
    ann > Wrong name or password.
  )",
                    {}, 17);
}

TEST(LineOperator, BusyWorkersAreSaidToBeBusyAndCountForNothing) {
  expect_transcript(R"(
    * ann is here
    * the workers are busy
    ann < /oper root secret
    ann > Too many people are logging in; please try again.
    ann < /bare
    ann < /oper root secret
    ann > READY
    ann > ERR busy Too many people are logging in; please try again.
    * the workers are free
    ann < /oper root secret
    ann > NOTICE You are an operator now; /help lists your commands too.
  )");
}

// After a refused log-in what was sent ahead is thrown away, for it may hold a password. Behind /oper there
// is none: its password is in the same line.
TEST(LineOperator, LinesSentAheadWaitForTheVerdictAndAreKept) {
  expect_transcript(R"(
    * bob is here
    * ann is here
    bob > ann has come.
    * the workers stop
    ann < /oper root wrong
    ann < wrong
    ann < secret
    ann < /who
    bob > (nothing)
    * the workers go on
    ann > Wrong name or password.
    ann > 2 people are in #veche: ann, bob.
    bob > [15:06] ann: wrong
    bob > [15:06] ann: secret
  )");
}

// --- what an operator orders

TEST(LineOperator, TheLineProtocolsOwnCommandsComeFirst) {
  expect_transcript(R"(
    * ann is here
    ann < /oper root secret
    ann > ...
    ann < /rooms
    ann < /join
    ann < /
    ann < //kick bob
    ann < /roms
    ann > #veche: 1 person
    ann > Usage: /join ROOM [KEY]
    ann > There is no command /; /help lists them.
    ann > you said: roms
  )");
}

TEST(LineOperator, HelpEndsWithTheOperatorsCommands) {
  LineWorld world;
  auto& bot = world.enter("bot");
  world.feed(bot, "/bare\n/oper root secret\n");
  bot.host.take_sent();
  world.feed(bot, "/help\n");
  const std::string help = bot.host.take_sent();
  EXPECT_TRUE(help.starts_with("NOTICE /help  "));
  EXPECT_TRUE(help.ends_with("exit leaves.\nNOTICE you said: help\nEND help\n")) << help;
  EXPECT_EQ(help.find("END"), help.rfind("END")) << "one end";
}

TEST(LineOperator, LinesBehindACommandWaitForItsEnd) {
  expect_transcript(R"(
    * bob is here
    * bot is here in bare
    bob > bot has come.
    bot < /oper root secret
    bot > ...
    * the workers stop
    bot < /kick eve
    bot < hello
    bot < /help
    bob > (nothing)
    bot > (nothing)
    * bot finishes
    * bot is open
    * the workers go on
    bot > ...
    bob > [15:06] bot: hello
    bob > bot has gone.
    * bot is closed
  )");
}

TEST(LineOperator, AnAnswerComesInPiecesAndOnlyItsEndEndsIt) {
  LineWorld world;
  auto& ann = world.enter("ann");
  world.feed(ann, "/oper root secret\n");
  ann.host.take_sent();
  world.workers_work = false;
  world.feed(ann, "/logs\nhello\n");
  ASSERT_EQ(std::get<fakes::OperatorLineJob>(ann.host.jobs.front()).line, "logs");
  ann.host.jobs.clear();
  ann.session.on_operator_text("one\n\ntwo {}\x1b[2J\n");
  EXPECT_EQ(ann.host.take_sent(), "one\r\n\r\ntwo {}[2J\r\n") << "no escapes of those whom the log quotes";
  ann.session.on_operator_text("three\n");
  EXPECT_EQ(ann.host.take_sent(), "three\r\n");
  world.settle();
  EXPECT_TRUE(world.said.empty());
  ann.session.on_operator_end();
  world.settle();
  EXPECT_EQ(world.said.size(), 1u);
  EXPECT_EQ(ann.host.take_sent(), "");
}

// The answers are worded by whom they are asked of, in the language that the session tells.
TEST(LineOperator, ASessionTellsWhichLanguageItIsAnsweredIn) {
  LineWorld world;
  world.options.language = base::Language::uk;
  auto& ann = world.enter("ann");
  EXPECT_EQ(ann.session.language(), base::Language::uk);
  world.feed(ann, "/lang ru\n");
  EXPECT_EQ(ann.session.language(), base::Language::ru);
}

TEST(LineOperator, WhatComesAfterTheEndOfTheSessionIsDropped) {
  for (const std::string line : {"/shutdown\n", "/oper root secret\n"}) {
    LineWorld world;
    auto& ann = world.enter("ann");
    world.feed(ann, "/oper root secret\n");
    world.workers_work = false;
    world.feed(ann, line);
    world.operate(chat::ShutDown{});
    EXPECT_TRUE(ann.host.finished);
    ann.host.take_sent();
    world.workers_work = true;
    world.settle();
    EXPECT_TRUE(ann.host.jobs.empty());
    EXPECT_EQ(ann.host.take_sent(), "");
  }
}

}  // namespace
}  // namespace veche::session

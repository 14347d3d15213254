#include "session/line_session.h"

#include "tests/fakes/transcript.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

namespace veche::session {
namespace {

using namespace std::chrono_literals;
using fakes::expect_transcript;
using fakes::LineWorld;

// --- lines that are no text

TEST(LineSession, ALineOf4096BytesIsSaidAndALongerOneRefused) {
  const std::string longest(4096, 'x');
  expect_transcript("* ann is here\n* bob is here\nann > ...\nann < " + longest +
                        "\nbob > [15:06] ann: " + longest + R"(
    ann < )" + longest + R"(x
    ann < next
    ann > That line is longer than 4096 bytes and was not sent.
    bob > [15:06] ann: next
  )",
                    {}, 97);
}

TEST(LineSession, ALineWithoutEndIsRefusedOnceAndCostsNoMemory) {
  LineWorld world;
  auto& ann = world.enter("ann");
  for (int i = 0; i < 1000; ++i) world.feed(ann, std::string(1000, 'x'));
  world.feed(ann, "\nhello\n");
  EXPECT_EQ(ann.host.take_sent(), "That line is longer than 4096 bytes and was not sent.\r\n");
  EXPECT_EQ(world.said, std::vector<std::string>{"#veche ann hello"});
}

TEST(LineSession, WhatIsNoTextIsRefusedAndTheNextLineIsNot) {
  expect_transcript(R"(
    * ann is here
    * bob is here
    ann > bob has come.
    ann < caf\xe9
    ann < \xed\xa0\x80
    ann < a\0b
    ann < a\rb
    ann < fine\r
    ann < so is a tab\there and \e[31m
    ann > That line is not UTF-8 text and was not sent.
    ann > That line is not UTF-8 text and was not sent.
    ann > A line cannot hold NUL or carriage returns; it was not sent.
    ann > A line cannot hold NUL or carriage returns; it was not sent.
    bob > [15:06] ann: fine
    bob > [15:06] ann: so is a tab\there and [31m
    ann < /bare
    ann < caf\xe9
    ann < a\0b
    ann < )" + std::string(4097, 'x') +
                        R"(
    ann > READY
    ann > ERR not-utf8 That line is not UTF-8 text and was not sent.
    ann > ERR control-character A line cannot hold NUL or carriage returns; it was not sent.
    ann > ERR too-long That line is longer than 4096 bytes and was not sent.
  )",
                    {}, 101);
}

TEST(LineSession, WhatIsNoTextIsRefusedInTheLanguageOfTheSession) {
  expect_transcript(R"(
    * ann is here
    ann < /lang uk
    ann > ...
    ann < caf\xe9
    ann > Цей рядок не в кодуванні UTF-8, його не надіслано.
    ann < /lang ru
    ann > ...
    ann < caf\xe9
    ann > Эта строка не в кодировке UTF-8 и не отправлена.
  )");
}

TEST(LineSession, TelnetsCommandsAreAnsweredAndLeftOutOfTheText) {
  LineWorld world;
  auto& ann = world.enter("ann");
  world.feed(ann, "he\xff\xfd\x03llo\xff\xf1\r\n\xff\xfb\x1f");
  EXPECT_EQ(ann.host.take_sent(), "\xff\xfc\x03\xff\xfe\x1f");
  EXPECT_EQ(world.said, std::vector<std::string>{"#veche ann hello"});
}

// --- lines sent ahead

TEST(LineSession, LinesSentAheadAreTakenInOrderThroughEveryStep) {
  expect_transcript(R"(
    * bob is here
    * the chat stops
    * ann connects
    ann < ann
    ann < secret
    ann < secret
    ann < hello
    ann < /who
    ann < bye
    ann < exit
    * the chat goes on
    ann > Welcome to Veche at localhost.
    ann > По-русски: /lang ru   Українською: /lang uk
    ann > What is your name?
    ann > ann is new here. Choose a password, or press Enter to stay a guest:
    ann > The same password again:
    ann > The name ann is yours now; this password is the key to it.
    ann > What you type is said to the room; /help lists the commands.
    ann > You are in #veche with 1 other: bob.
    ann > 2 people are in #veche: ann, bob.
    ann > Bye.
    bob > ann has come.
    bob > [15:06] ann: hello
    bob > [15:06] ann: bye
    bob > ann has gone.
    * ann is closed
  )");
}

TEST(LineSession, LinesBehindARefusedNameAreThrownAwayAndTheirSenderDisconnected) {
  expect_transcript(R"(
    * ann is here
    * the chat stops
    * bot connects
    bot < ann
    bot < secret
    bot < hello
    * the chat goes on
    bot > Welcome to Veche at localhost.
    bot > По-русски: /lang ru   Українською: /lang uk
    bot > What is your name?
    bot > ERR name-in-use That name is in use.
    * bot is closed
  )");
}

TEST(LineSession, LinesBehindAWrongPasswordAreThrownAwayAndTheirSenderDisconnected) {
  expect_transcript(R"(
    * ann is here with password secret
    * the workers stop
    * bot connects from 10.0.0.2
    bot > ...
    bot < ann
    bot < wrong
    bot < secret
    bot < /msg ann the password
    * the workers go on
    bot > Password of ann, or Enter for another name:
    bot > ERR wrong-password Wrong name or password.
    * bot is closed
  )");
}

TEST(LineSession, ThePasswordOfANameThatBecameFreeIsNoMessage) {
  expect_transcript(R"(
    * eve is here
    * the chat stops
    * bot connects
    bot < ann
    bot < secret
    bot < hello
    bot < world
    * the chat goes on
    bot > Welcome to Veche at localhost.
    bot > По-русски: /lang ru   Українською: /lang uk
    bot > What is your name?
    bot > ann is new here. Choose a password, or press Enter to stay a guest:
    bot > The same password again:
    bot > ERR passwords-differ The two passwords differ.
    * bot is closed
  )");
}

// A script that registers says its password twice. The second time it runs, the first one logs it in.
TEST(LineSession, TheSecondPasswordOfAScriptThatRunsAgainIsNoMessage) {
  expect_transcript(R"(
    * bot connects
    bot < bot
    bot < secret
    bot < secret
    bot < hello
    bot < exit
    bot > ...
    * eve is here
    * again connects from 10.0.0.2
    again > ...
    again < bot
    again < secret
    again < secret
    again < hello
    again < secret
    again > Password of bot, or Enter for another name:
    again > Hello, bot.
    again > What you type is said to the room; /help lists the commands.
    again > You are in #veche with 1 other: eve.
    again > [15:06] bot: hello
    again > That line was your password; it was not sent.
    eve > bot has come.
    eve > [15:06] bot: hello
    eve > [15:06] bot: secret
  )");
}

TEST(LineSession, ALastLineWithoutAnEndCountsAtTheFin) {
  expect_transcript(R"(
    * bob is here
    * ann connects
    ann < ann
    ann <
    ann < hello\c
    * ann finishes
    ann > ...
    bob > ann has come.
    bob > [15:06] ann: hello
    bob > ann has gone.
    * ann is closed
  )");
}

TEST(LineSession, AFinInTheMiddleIsAGoodbye) {
  expect_transcript(R"(
    * ann connects
    ann > ...
    ann < ann
    ann > ...
    * ann finishes
    ann > [show]
    ann > Bye.
    * ann is closed
  )");
}

TEST(LineSession, ARefusalBehindAFinDisconnects) {
  expect_transcript(R"(
    * ann is here
    * the chat stops
    * two connects
    two < ann\c
    * two finishes
    * the chat goes on
    two > Welcome to Veche at localhost.
    two > По-русски: /lang ru   Українською: /lang uk
    two > What is your name?
    two > ERR name-in-use That name is in use.
    * two is closed
  )");
}

// --- telnet

TEST(LineSession, ATelnetThatIsSilentIsGivenItsNewLine) {
  expect_transcript(R"(
    * ann connects
    ann > ...
    ann < ann\r
    ann > ann is new here. Choose a password, or press Enter to stay a guest: [hide]_
    ann < \xff\xfd\x01\c
    ann < secret\r\0\c
    ann > [eight bits][show]
    ann > The same password again: [hide]_
    ann < \xff\xfe\x01\xff\xfd\x01\c
    ann < secret\r
    ann > [show]
    ann > The name ann is yours now; this password is the key to it.
    ann > ...
    ann < \xff\xfe\x01\xff\xf1\c
  )");
}

TEST(LineSession, ABrokenTelnetIsCutOff) {
  expect_transcript(R"(
    * ann connects
    ann > ...
    ann < \xff\xfa\x56\xff\xf0\c
    ann >
    ann > ERR telnet Your client's telnet negotiation is broken.
    * ann is closed
  )");
}

TEST(LineSession, EchoIsShownAgainBehindALineThatIsRefused) {
  expect_transcript(R"(
    * ann connects
    ann > ...
    ann < ann
    ann > ...
    ann < \xff\xff
    ann > [show]That line is not UTF-8 text and was not sent.
    ann > ann is new here. Choose a password, or press Enter to stay a guest: [hide]_
  )");
}

// --- half-close

TEST(LineSession, AfterTheFinWhatWasSentIsDoneAndAnsweredBeforeTheGoodbye) {
  expect_transcript(R"(
    * bob is here
    * the chat stops
    * the workers stop
    * ann connects
    ann < ann
    ann < secret
    ann < secret
    ann < one
    ann < /history
    ann < /who
    ann < two\c
    * ann finishes
    * the chat goes on
    * ann is open
    * the workers go on
    ann > Welcome to Veche at localhost.
    ann > По-русски: /lang ru   Українською: /lang uk
    ann > What is your name?
    ann > ann is new here. Choose a password, or press Enter to stay a guest:
    ann > The same password again:
    ann > The name ann is yours now; this password is the key to it.
    ann > What you type is said to the room; /help lists the commands.
    ann > You are in #veche with 1 other: bob.
    ann > [15:06] ann: one
    ann > 2 people are in #veche: ann, bob.
    ann > Bye.
    bob > ann has come.
    bob > [15:06] ann: one
    bob > [15:06] ann: two
    bob > ann has gone.
    * ann is closed
  )");
}

// --- order

TEST(LineSession, LinesBehindTheHistoryWaitForIt) {
  expect_transcript(R"(
    * ann is here
    * bot is here in bare
    ann < one
    bot > MSG #veche ann one
    ann > ...
    * the workers stop
    bot < /history
    bot < /search one
    bot < two
    bot < /help
    bot > (nothing)
    ann > (nothing)
    * the workers go on
    bot > ...
    ann > [15:06] bot: two
  )");
}

// --- the command rate

TEST(LineSession, BeyondTheRateLinesAreReadMoreSlowlyAndNoneIsDropped) {
  LineWorld world;
  world.options.command_burst = 10;
  world.options.command_rate = 2;
  auto& ann = world.enter("ann");
  std::string lines;
  std::vector<std::string> all;
  for (int i = 0; i < 30; ++i) {
    lines += "line " + std::to_string(i) + "\n";
    all.push_back("#veche ann line " + std::to_string(i));
  }
  world.feed(ann, lines);
  EXPECT_EQ(world.said.size(), 10u);
  world.pass(499ms);
  EXPECT_EQ(world.said.size(), 10u);
  world.pass(1ms);
  EXPECT_EQ(world.said.size(), 11u);
  world.pass(9500ms);
  EXPECT_EQ(world.said, all);
  EXPECT_EQ(ann.host.take_sent(), "");
}

TEST(LineSession, WhatTakesMuchWorkCountsSeveralTimes) {
  LineWorld world;
  world.options.command_burst = 3;
  world.options.command_rate = 1;
  auto& ann = world.enter("ann");
  world.feed(ann, "/rooms\nhello\n");
  EXPECT_TRUE(world.said.empty()) << "/rooms counts as four";
  world.pass(2s);
  EXPECT_EQ(world.said.size(), 1u);
}

// Whoever had not come in yet could ask for names as fast as he liked.
TEST(LineSession, TheRateHoldsWhileLoggingInAndTheDeadlineToo) {
  LineWorld world;
  world.options.command_burst = 1;
  world.options.command_rate = 1;
  world.options.registration_timeout = 30s;
  auto& ann = world.connect("ann");
  const auto asked = [&] {
    const std::string sent = ann.host.take_sent();
    std::size_t count = 0;
    for (std::size_t at = 0; (at = sent.find("cannot begin", at)) != sent.npos; ++at) ++count;
    return count;
  };
  asked();
  std::size_t at_once = 0;
  for (int i = 0; i < 40; ++i) {
    world.feed(ann, "/x\n");
    at_once += asked();
  }
  EXPECT_EQ(at_once, 20u);
  world.pass(1s);
  EXPECT_EQ(ann.host.finished, true) << "and who sends ahead behind a refusal is sent away";
}

TEST(LineSession, WhoWasQuietMaySpeakAtOnceAgain) {
  LineWorld world;
  world.options.command_burst = 3;
  world.options.command_rate = 1;
  auto& ann = world.enter("ann");
  world.feed(ann, "1\n2\n3\n4\n");
  EXPECT_EQ(world.said.size(), 3u);
  world.pass(1min);
  world.feed(ann, "5\n6\n7\n8\n");
  EXPECT_EQ(world.said.size(), 7u);
}

TEST(LineSession, AFinBeyondTheRateStillLosesNothing) {
  LineWorld world;
  world.options.command_burst = 1;
  world.options.command_rate = 1;
  auto& ann = world.enter("ann");
  world.feed(ann, "1\n2\n3");
  ann.session.peer_finished();
  world.settle();
  EXPECT_FALSE(ann.host.finished);
  world.pass(2s);
  EXPECT_EQ(world.said.size(), 3u);
  EXPECT_TRUE(ann.host.finished);
}

TEST(LineSession, InputIsRefusedWhileTooMuchWaitsAndTakenAgainBelow) {
  LineWorld world;
  world.options.recv_queue_bytes = 100;
  world.options.command_burst = 1;
  world.options.command_rate = 1;
  auto& ann = world.enter("ann");
  world.feed(ann, "first\n");
  world.feed(ann, std::string(59, 'x') + "\n");
  EXPECT_TRUE(ann.host.accept_input_calls.empty());
  world.feed(ann, std::string(59, 'y') + "\n");
  EXPECT_EQ(ann.host.accept_input_calls, std::vector<bool>{false});
  world.pass(1s);
  EXPECT_EQ(ann.host.accept_input_calls, (std::vector<bool>{false, true}));
  world.pass(1s);
  EXPECT_EQ(world.said.size(), 3u);
}

TEST(LineSession, ABusyChatHoldsLinesUpUntilItIsFree) {
  LineWorld world;
  world.options.recv_queue_bytes = 10;
  auto& ann = world.enter("ann");
  ann.host.chat_busy = true;
  world.feed(ann, "one line\nand another\n");
  EXPECT_TRUE(world.said.empty());
  EXPECT_FALSE(ann.host.accepts_input);
  ann.host.chat_busy = false;
  ann.session.chat_is_free();
  world.settle();
  EXPECT_EQ(world.said, (std::vector<std::string>{"#veche ann one line", "#veche ann and another"}));
  EXPECT_TRUE(ann.host.accepts_input);
}

TEST(LineSession, ABusyChatDoesNotKeepALeaver) {
  LineWorld world;
  auto& ann = world.enter("ann");
  ann.host.chat_busy = true;
  ann.session.peer_finished();
  world.settle();
  EXPECT_TRUE(ann.host.finished);
}

// A session that had paused its input resumed it after it was closed, and its host read on from a socket that
// was being closed.
TEST(LineSession, InputThatWasRefusedIsNotAskedForAfterTheEnd) {
  LineWorld world;
  world.options.recv_queue_bytes = 10;
  world.chat_works = false;
  auto& bot = world.connect("bot");
  bot.session.received("bot\none\ntwo\nhello\n");
  EXPECT_EQ(bot.host.accept_input_calls, std::vector<bool>{false});
  world.chat_works = true;
  world.settle();  // the two passwords differ
  EXPECT_TRUE(bot.host.finished);
  bot.session.chat_is_free();
  EXPECT_EQ(bot.host.accept_input_calls, std::vector<bool>{false});
}

// --- silence

TEST(LineSession, WhoIsSilentForTooLongIsToldAndDisconnected) {
  expect_transcript(R"(
    * bob is here
    * ann is here
    bob > ann has come.
    * 50s pass
    ann < hello
    bob > [15:07] ann: hello
    * 59s pass
    bob > ERR idle You were silent for too long. Bye.
    ann > bob has gone.
    * ann is open
    * 1s pass
    ann > ERR idle You were silent for too long. Bye.
  )",
                    [](LineWorld& world) { world.options.idle_timeout = 60s; });
}

TEST(LineSession, SilenceCountsInTheMiddleOfAPasswordToo) {
  expect_transcript(R"(
    * ann is here
    ann < /password
    ann > New password: [hide]_
    * 60s pass
    ann > [show]
    ann > ERR idle You were silent for too long. Bye.
  )",
                    [](LineWorld& world) { world.options.idle_timeout = 60s; });
}

TEST(LineSession, ReadingSlowlyIsNotSilence) {
  LineWorld world;
  world.options.command_burst = 1;
  world.options.command_rate = 1;
  world.options.idle_timeout = 5s;
  auto& ann = world.enter("ann");
  world.feed(ann, "1\n2\n3\n4\n5\n6\n7\n8\n");
  world.pass(7s);
  EXPECT_EQ(world.said.size(), 8u) << "all was said";
  EXPECT_FALSE(ann.host.finished);
  world.pass(5s);
  EXPECT_TRUE(ann.host.finished);
}

TEST(LineSession, ALiftedLimitOnSilenceCutsNobody) {
  // `reload` with idle_timeout = 0 cut everybody whose timer ran: no silence is shorter than 0.
  LineWorld world;
  world.options.idle_timeout = 5s;
  auto& ann = world.enter("ann");
  world.options.idle_timeout = 0s;
  world.pass(60s);
  EXPECT_FALSE(ann.host.finished);
}

// --- the end

TEST(LineSession, AnAnswerOfAWorkerAfterTheEndIsHeldBack) {
  for (const std::string line : {"/history\n", "/password\nsecret\nsecret\n"}) {
    LineWorld world;
    world.workers_work = false;
    world.options.idle_timeout = 60s;
    auto& ann = world.enter("ann");
    world.feed(ann, line);
    world.operate(chat::ShutDown{});
    EXPECT_TRUE(ann.host.finished);
    ann.host.take_sent();
    world.workers_work = true;
    world.settle();
    EXPECT_EQ(ann.host.take_sent(), "");
  }
}

// --- memory

TEST(LineSession, AnIdleOneIsSmall) {
  RecordProperty("sizeof_LineSession", static_cast<int>(sizeof(LineSession)));
  // What it holds beside itself: one room with a short name, 40 bytes. The rest is freed after the log-in.
  EXPECT_LE(sizeof(LineSession) + sizeof(chat::NamedRoom), 320u);
}

}  // namespace
}  // namespace veche::session

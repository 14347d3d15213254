#include "tests/fakes/transcript.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::session {
namespace {

using fakes::expect_transcript;
using fakes::LineWorld;

TEST(LineAnswers, ALateComerSeesTheLastMessages) {
  expect_transcript(R"(
    * ann is here
    ann < one
    ann < two
    ann < /me three
    * bob is here
    ann > bob has come.
    * eve connects
    eve > ...
    eve < eve
    eve > ...
    eve <
    eve > [show]Hello, eve. You are a guest; /password makes the name yours.
    eve > What you type is said to the room; /help lists the commands.
    eve > You are in #veche with 2 others: ann, bob.
    eve > [15:06] ann: two
    eve > [15:06] * ann three
    ann > eve has come.
    bob > eve has come.
  )",
                    [](LineWorld& world) { world.policy.playback_messages = 2; });
}

TEST(LineAnswers, ManyPeopleAreNotAllNamed) {
  std::string script;
  for (int i = 10; i < 63; ++i) script += "* p" + std::to_string(i) + " is here\n";
  script += "* ann connects\nann > ...\nann < ann\nann > ...\nann < \n";
  script += R"(
    ann > [show]Hello, ann. You are a guest; /password makes the name yours.
    ann > What you type is said to the room; /help lists the commands.
    ann > You are in #veche with 53 others: p10)";
  for (int i = 11; i < 60; ++i) script += ", p" + std::to_string(i);
  script += ", ...\n";
  for (int i = 10; i < 63; ++i) script += "p" + std::to_string(i) + " > ...\n";
  expect_transcript(script);
}

TEST(LineAnswers, SeveralConnectionsAreOnePersonAndEachKeepsItsRoom) {
  expect_transcript(R"(
    * bob is here
    * one connects from 10.0.0.1
    one < ann
    one < secret
    one < secret
    one > ...
    bob > ann has come.
    * two connects from 10.0.0.2
    two > ...
    two < ann
    two < secret
    two > ...
    one < /join #tea
    one > You are in #tea. Nobody else is here.
    two > You are in #tea too; /join #tea to talk there.
    two < still here
    one > [15:06] #veche ann: still here
    bob > [15:06] ann: still here
    one < tea
    two > [15:06] #tea ann: tea
    two < /leave #tea
    two > You have left #tea. You are in #veche now.
    one > You have left #tea. You are in #veche now.
    one < back
    bob > [15:06] ann: back
    two > [15:06] ann: back
    one < /join #tea
    one > You are in #tea. Nobody else is here.
    one > [15:06] ann: tea
    two > You are in #tea too; /join #tea to talk there.
    * three connects from 10.0.0.3
    three > ...
    three < ann
    three < secret
    three < hello
    three > Password of ann, or Enter for another name:
    three > Hello, ann.
    three > You are connected 3 times now.
    three > What you type is said to the room; /help lists the commands.
    three > You are in #veche with 1 other: bob.
    three > [15:06] ann: still here
    three > [15:06] ann: back
    three > You are in #tea too; /join #tea to talk there.
    bob > [15:06] ann: hello
    one > [15:06] #veche ann: hello
    two > [15:06] ann: hello
    bob < /msg ann psst
    one > [15:06] bob to you: psst
    two > [15:06] bob to you: psst
    three > [15:06] bob to you: psst
    one < /quit
    two < /quit
    one > Bye.
    two > Bye.
    bob > (nothing)
    three < /quit
    three > Bye.
    bob > ann has gone.
  )");
}

// The room that one's other connection entered meanwhile was taken for the one that was asked for, and the
// lines sent ahead went there.
TEST(LineAnswers, LinesBehindAJoinGoToTheRoomThatWasAskedFor) {
  expect_transcript(R"(
    * bob is here
    bob < /join #wrong
    bob < /join #right
    bob > ...
    * one connects from 10.0.0.1
    one < ann
    one < secret
    one < secret
    one > ...
    * two connects from 10.0.0.2
    two < ann
    two < secret
    two > ...
    bob > ...
    * the chat stops
    two < /join #right
    two < for the right room only
    two < /leave #right
    two < for veche only
    one < /join #wrong
    one < /leave
    * the chat goes on
    one > ...
    two > ...
    bob > ann has come to #wrong.
    bob > ann has left #wrong.
    bob > ann has come.
    bob > [15:06] ann: for the right room only
    bob > ann has left #right.
    bob > [15:06] #veche ann: for veche only
  )");
}

TEST(LineAnswers, AShutdownSaysGoodbyeInEveryFormat) {
  expect_transcript(R"(
    * ann is here
    * bot is here in bare
    * new connects
    new > ...
    ann > bot has come.
    ann < /lang uk
    ann > Тепер сервер говорить з вами українською.
    * the operator shuts down
    ann > Сервер завершує роботу. До побачення.
    bot > ERR shutdown The server is going down. Bye.
    new >
    new > The server is going down. Bye.
    * ann is closed
    * bot is closed
    * new is closed
  )");
}

TEST(LineAnswers, WhoseAccountIsRemovedIsToldInThatMoment) {
  expect_transcript(R"(
    * ann is here with password secret
    ann < /password
    ann > Your present password: [hide]_
    * the operator removes ann
    ann > [show]
    ann > Your account was removed.
    * ann is closed
  )");
}

TEST(LineAnswers, AnAccountThatChangedWhileThePasswordWasCheckedIsAskedForAgain) {
  expect_transcript(R"(
    * ann connects
    ann < ann
    ann < secret
    ann < secret
    ann < /quit
    ann > ...
    * two connects from 10.0.0.2
    two > ...
    two < ann
    two > Password of ann, or Enter for another name: [hide]_
    * the workers stop
    two < secret
    * the operator removes ann
    * the workers go on
    two > [show]The account changed meanwhile; please log in again.
    two > ann is new here. Choose a password, or press Enter to stay a guest: [hide]_
  )");
}

TEST(LineAnswers, AMessageThatIsNotStoredIsNotAccepted) {
  expect_transcript(R"(
    * ann is here
    * bot is here in bare
    ann > bot has come.
    * the disk is full
    ann < hello
    ann > Not accepted: the server's disk is full.
    bot < hello
    bot > ERR disk-full Not accepted: the server's disk is full.
  )");
}

TEST(LineAnswers, AMessageThatIsTooLongForTheOperatorIsRefused) {
  expect_transcript(R"(
    * bot is here in bare
    bot < 123456789
    bot < /msg bot 123456789
    bot > ERR too-long That message is too long and was not sent.
    bot > ERR too-long That message is too long and was not sent.
  )",
                    [](LineWorld& world) { world.policy.message_bytes_max = 8; });
}

// --- what the operator does

TEST(LineAnswers, WhoIsMutedIsToldForHowLongAndWhy) {
  expect_transcript(R"(
    * bob is here
    * ann is here
    bob > ann has come.
    * the operator mutes ann 300 too loud
    ann > You are muted now, for 5 minutes: too loud
    ann < hello
    ann > You are muted for 5 minutes more: too loud
    * 61s pass
    ann < /me hello
    ann < /msg bob hello
    ann < /nick eve
    ann < /who
    ann > You are muted for 3 minutes 59 seconds more: too loud
    ann > You are muted for 3 minutes 59 seconds more: too loud
    ann > You are muted for 3 minutes 59 seconds more: too loud
    ann > 2 people are in #veche: ann, bob.
    * the operator unmutes ann
    ann > You may speak again.
    ann < hello
    bob > [15:07] ann: hello
    * the operator mutes ann 60
    ann > You are muted now, for 1 minute.
    * 60s pass
    ann < hello
    bob > [15:08] ann: hello
  )");
}

TEST(LineAnswers, AMutedProgramIsToldInItsFormatAndAPersonInHisLanguage) {
  expect_transcript(R"(
    * bot is here in bare
    * ann is here
    ann < /lang uk
    ann > ...
    bot > JOIN #veche ann
    * the operator mutes bot 0
    bot > NOTICE You are muted now.
    bot < hello
    bot > ERR muted You are muted.
    * the operator unmutes bot
    bot > NOTICE You may speak again.
    * the operator mutes ann 7200 спам
    ann > На 2 години вам заборонено говорити: спам
    ann < привіт
    ann > Вам заборонено говорити ще 2 години: спам
  )");
}

TEST(LineAnswers, ARoomIsSlowedForEverybodyInIt) {
  expect_transcript(R"(
    * ann is here
    * bot is here in bare
    ann > bot has come.
    * the operator slows #veche 10
    ann > In #veche one may speak every 10 seconds now.
    bot > NOTICE In #veche one may speak every 10 seconds now.
    ann < one
    ann < two
    ann > Too fast for this room: you may speak again in 10 seconds.
    bot > MSG #veche ann one
    bot < one
    bot < two
    ann > [15:06] bot: one
    bot > ERR too-fast Too fast for this room: you may speak again in 10 seconds.
    * 10s pass
    ann < three
    bot > MSG #veche ann three
    * the operator slows #veche 0
    ann > In #veche one may speak as fast as one likes again.
    bot > NOTICE In #veche one may speak as fast as one likes again.
  )");
}

TEST(LineAnswers, WhoIsPutOutIsToldWhyAndSoAreTheOthers) {
  expect_transcript(R"(
    * ann is here
    * bot is here in bare
    * eve is here
    * mob is here in bare
    * guy is here
    * end is here
    ann > ...
    bot > ...
    eve > ...
    mob > ...
    guy > ...
    * the operator kicks eve flood
    eve > You were put out: flood
    ann > eve was put out: flood
    guy > eve was put out: flood
    end > eve was put out: flood
    bot > QUIT eve
    mob > QUIT eve
    * the operator kicks mob flood
    mob > ERR kicked You were put out: flood
    ann > mob was put out: flood
    guy > mob was put out: flood
    end > mob was put out: flood
    bot > QUIT mob
    * the operator kicks guy
    guy > You were put out.
    ann > guy has gone.
    end > guy has gone.
    bot > QUIT guy
    * the operator bans end 3600 spam
    end > You are banned from here for 1 hour more: spam
    ann > end was put out: spam
    bot > QUIT end
    * eve is closed
    * mob is closed
    * guy is closed
    * end is closed
  )");
}

TEST(LineAnswers, WhoIsPutOutWhileATypedPasswordIsHiddenSeesHisEchoAgain) {
  expect_transcript(R"(
    * ann is here with password secret
    ann < /password
    ann > Your present password: [hide]_
    * the operator kicks ann
    ann > [show]
    ann > You were put out.
    * ann is closed
  )");
}

TEST(LineAnswers, TheOperatorSpeaksToEverybodyWhereverHeIs) {
  expect_transcript(R"(
    * ann is here
    * bot is here in bare
    * new connects
    new > ...
    ann > bot has come.
    ann < /leave
    ann > ...
    bot > LEAVE #veche ann
    * the operator announces Backup at nine. {}
    ann > *** Backup at nine. {}
    bot > NOTICE Backup at nine. {}
    ann < /password
    ann > New password: [hide]_
    * the operator announces Hurry!
    ann >
    ann > *** Hurry!
    bot > NOTICE Hurry!
    ann < secret
    ann > [show]The same password again: [hide]_
  )");
  LineWorld world;
  auto& ann = world.enter("ann");
  world.order(chat::Announce{"one\x1b[2J\r\nMSG #veche bob two"});
  EXPECT_EQ(ann.host.take_sent(), "*** one[2JMSG #veche bob two\r\n") << "one line, whatever it holds";
}

TEST(LineAnswers, WhoIsSentAwayIsToldWhyAndWhoStaysSeesIt) {
  expect_transcript(R"(
    * ann is here
    * 1s pass
    * bot is here in bare
    * 1s pass
    * new connects
    new > ...
    * 1s pass
    * eve is here
    ann > ...
    bot > ...
    * the operator drains 3 back at nine
    ann > The operator sends everybody away: back at nine
    bot > QUIT ann
    bot > ERR drained The operator sends everybody away: back at nine
    eve > ann was put out: back at nine
    eve > bot was put out: back at nine
    new >
    new > The operator sends everybody away: back at nine
    * ann is closed
    * bot is closed
    * new is closed
    * eve is open
  )");
  expect_transcript(R"(
    * ann is here with password secret
    * bot is here in bare
    ann > bot has come.
    * the operator clears the identities
    ann > All accounts were removed; please connect again.
    bot > ERR identities-cleared All accounts were removed; please connect again.
    * ann is closed
    * bot is closed
  )");
}

}  // namespace
}  // namespace veche::session

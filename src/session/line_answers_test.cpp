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
    three > Password of ann:
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
    * ann connects
    ann < ann
    ann < secret
    ann < secret
    ann > ...
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
    two > Password of ann: [hide]_
    * the workers stop
    two < secret
    * the operator removes ann
    * the workers go on
    two > [show]The account changed meanwhile; please log in again.
    two > What is your name? _
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

}  // namespace
}  // namespace veche::session

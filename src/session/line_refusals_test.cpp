// Who is refused while he says who he is: what he is asked for next.
#include "tests/fakes/transcript.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::session {
namespace {

using fakes::expect_transcript;
using fakes::LineWorld;
using fakes::without_registration;

TEST(LineRefusals, AWrongPasswordIsAnsweredLaterAndLaterAndAskedAgain) {
  expect_transcript(R"(
    * ann is here with password secret
    * eve connects from 10.0.0.2
    eve > ...
    eve < ann
    eve > Password of ann, or Enter for another name: [hide]_
    eve < wrong
    eve > [show]Wrong name or password.
    eve > Password of ann, or Enter for another name: [hide]_
    eve < wrong
    eve > [show]Wrong name or password.
    eve > Password of ann, or Enter for another name: [hide]_
    eve < token:TOKEN-2
    eve > [show]Wrong name or password.
    eve > Password of ann, or Enter for another name: [hide]_
    eve < wrong
    eve > [show]_
    * 0s pass
    eve > (nothing)
    * 1s pass
    eve > Wrong name or password.
    eve > Password of ann, or Enter for another name: [hide]_
    eve < secret
    eve > [show]Hello, ann.
    eve > ...
  )");
}

// A password that was refused and typed again, by one who had not read the refusal, was taken for a name; an
// empty line made it a guest's, and the next log-in was said to the room: the demonstration of the leak, line
// by line (found by the simulator).
TEST(LineRefusals, ARefusedPasswordIsAskedForAgainAndNeverBecomesANameOrAMessage) {
  expect_transcript(R"(
    * bob is here
    * dan connects from 10.0.0.1
    dan > ...
    dan < dan
    dan > ...
    dan < hunter2
    dan > ...
    dan < hunter2
    dan > ...
    dan <
    dan > [show]Hello, dan. You are a guest.
    dan > ...
    bob > dan has come.
    dan < dan
    bob > [15:06] dan: dan
    dan < hunter2
    dan > That line was your password; it was not sent.
    dan < hello
    dan < hunter2
    dan > That line was your password; it was not sent.
    bob > [15:06] dan: hello
  )",
                    without_registration);
}

TEST(LineRefusals, TheFirstOfTwoPasswordsThatDifferedIsNoMessageOfAGuest) {
  expect_transcript(R"(
    * bob is here
    * dan connects from 10.0.0.1
    dan > ...
    dan < dan
    dan > ...
    dan < hunter2
    dan > ...
    dan < huntre2
    dan > ...
    dan <
    dan > ...
    dan < hunter2
    dan > That line was your password; it was not sent.
    bob > dan has come.
    bob > (nothing)
  )");
}

TEST(LineRefusals, EnterLeadsBackToTheNameWhereNobodyCanBeAGuestOfIt) {
  const std::string script = R"(
    * eve connects from 10.0.0.2
    eve > ...
    eve < ann
    eve > Password of ann, or Enter for another name: [hide]_
    eve < wrong
    eve > [show]Wrong name or password.
    eve > Password of ann, or Enter for another name: [hide]_
    eve <
    eve > [show]What is your name? _
    eve < wrong
    eve > That line was your password; it was not sent.
    eve > What is your name? _
    eve < eve
    eve > ...
    * 0s pass
    eve > (nothing)
  )";
  expect_transcript("* ann is here with password secret" + script);
  expect_transcript(script, [](LineWorld& world) {
    without_registration(world);
    world.policy.accounts_required = true;
  });
}

TEST(LineRefusals, AGuestWhoIsRefusedIsAskedForAnotherName) {
  expect_transcript(R"(
    * one connects from 10.0.0.1
    one > ...
    one < ann
    one > Password of ann, or Enter to be a guest: [hide]_
    one <
    one > [show]Wrong name or password.
    one > What is your name? _
    one < veche
    one > Password of veche, or Enter to be a guest: [hide]_
    one <
    one > [show]That name is reserved for the server.
    one > What is your name? _
  )",
                    without_registration);
}

TEST(LineRefusals, WhoseNameIsHisPasswordMayTypeItOnceMore) {
  expect_transcript(R"(
    * ann is here with password secret
    * bob connects from 10.0.0.2
    bob > ...
    bob < ann
    bob > ...
    bob < bob
    bob > ...
    bob <
    bob > [show]What is your name? _
    bob < bob
    bob > That line was your password; it was not sent.
    bob > What is your name? _
    bob < bob
    bob > bob is new here. Choose a password, or press Enter to stay a guest: [hide]_
  )");
}

TEST(LineRefusals, TenWrongPasswordsAreEnough) {
  std::string script = R"(
    * ann is here with password secret
    * eve connects from 10.0.0.2
    eve > ...
    eve < ann
    eve > ...
  )";
  for (int i = 0; i < 9; ++i) {
    script += "eve < wrong\neve > ...\n* 60s pass\neve > ...\n";
  }
  script += R"(
    eve < wrong
    * 60s pass
    eve > [show]ERR wrong-password Too many wrong passwords. Bye.
    * eve is closed
  )";
  expect_transcript(script, [](LineWorld& world) { world.options.registration_timeout = {}; });
}

TEST(LineRefusals, TwoPasswordsThatDifferAreAskedForAgain) {
  expect_transcript(R"(
    * ann connects
    ann > ...
    ann < ann
    ann > ...
    ann < secret
    ann > ...
    ann < sceret
    ann > [show]The two passwords differ.
    ann > ann is new here. Choose a password, or press Enter to stay a guest: [hide]_
  )");
}

TEST(LineRefusals, APasswordOf513BytesIsRefusedAndOneOf512IsNot) {
  expect_transcript("* ann connects\nann > ...\nann < ann\nann > ...\nann < " + std::string(513, 'x') + R"(
    ann > [show]A password has at most 512 bytes.
    ann > ann is new here. Choose a password, or press Enter to stay a guest: [hide]_
    ann < )" + std::string(512, 'x') +
                    R"(
    ann > [show]The same password again: [hide]_
  )");
}

TEST(LineRefusals, SpacesBelongToAPassword) {
  expect_transcript(R"(
    * ann connects
    ann > ...
    ann < ann
    ann <  se cret
    ann < se cret
    ann > ann is new here. Choose a password, or press Enter to stay a guest:
    ann > The same password again:
    ann > The two passwords differ.
    ann > ann is new here. Choose a password, or press Enter to stay a guest: [hide]_
  )");
}

TEST(LineRefusals, BusyWorkersAreSaidToBeBusyAndOneIsAskedAgain) {
  expect_transcript(R"(
    * the workers are busy
    * ann connects
    ann > ...
    ann < ann
    ann > ...
    ann < secret
    ann > ...
    ann < secret
    ann > [show]Too many people are logging in; please try again.
    ann > ann is new here. Choose a password, or press Enter to stay a guest: [hide]_
    * the workers are free
    ann < secret
    ann < secret
    ann > ...
    ann < /quit
    ann > Bye.
    * two connects from 10.0.0.2
    two > ...
    * the workers are busy
    two < ann
    two > ...
    two < secret
    two > [show]Too many people are logging in; please try again.
    two > Password of ann, or Enter for another name: [hide]_
  )");
}

TEST(LineRefusals, AFullDiskTakesNoAccountsAndLetsGuestsIn) {
  expect_transcript(R"(
    * the disk is full
    * ann connects
    ann > ...
    ann < ann
    ann > ...
    ann < secret
    ann > ...
    ann < secret
    ann > [show]Not accepted: the server's disk is full.
    ann > ann is new here. Choose a password, or press Enter to stay a guest: [hide]_
    ann <
    ann > [show]Hello, ann. You are a guest; /password makes the name yours.
    ann > What you type is said to the room; /help lists the commands.
    ann > You are in #veche. Nobody else is here.
  )");
}

// --- programs

// It sees no prompt: what it sends next is a password, until it was told that an empty line is none.
TEST(LineRefusals, AProgramsRefusedPasswordIsAskedForAgainUntilItSendsNone) {
  expect_transcript(R"(
    * ann is here with password secret
    * bot connects from 10.0.0.2
    bot > ...
    bot < /bare
    bot > READY
    bot < ann
    bot < wrong
    bot > ERR wrong-password Wrong name or password.
    bot < \xff\xff
    bot > ERR not-utf8 That line is not UTF-8 text and was not sent.
    bot <
    bot > ERR name-registered That name belongs to an account.
    bot < bot
    bot <
    bot > NOTICE Hello, bot. You are a guest; /password makes the name yours.
    bot > ...
    ann > bot has come.
  )");
}

TEST(LineRefusals, AProgramThatLosesItsNameBetweenTwoPasswordsIsDisconnected) {
  const std::string script = R"(
    * WHO connects from 10.0.0.2
    WHO > ...
    WHO < /LANG
    WHO > ...
    WHO < eve
    * the workers stop
    WHO < secret
    WHO < secret
    * the operator bans eve 0
    * the workers go on
  )";
  const auto as = [&](std::string who, std::string first) {
    std::string its = script;
    for (auto at = its.find("WHO"); at != its.npos; at = its.find("WHO")) its.replace(at, 3, who);
    return its.replace(its.find("/LANG"), 5, first);
  };
  expect_transcript(as("bot", "/bare") + R"(
    bot > ERR name-banned That name is banned here.
    bot > ERR name-banned That name is banned here.
    * bot is closed
  )");
  expect_transcript(as("ann", "/lang en") + R"(
    ann > eve is new here. Choose a password, or press Enter to stay a guest: [hide][show]The same password again:
    ann > That name is banned here.
    ann > What is your name? _
  )");
}

}  // namespace
}  // namespace veche::session

#include "tests/fakes/transcript.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::session {
namespace {

using fakes::expect_transcript;
using fakes::LineWorld;
using fakes::without_registration;

// --- the three ways in

TEST(LineLogin, ANewNameMayBecomeAnAccount) {
  expect_transcript(R"(
    * ann connects
    ann > Welcome to Veche at localhost.
    ann > По-русски: /lang ru   Українською: /lang uk
    ann > What is your name? _
    ann < ann
    ann > ann is new here. Choose a password, or press Enter to stay a guest: [hide]_
    ann < secret
    ann > [show]The same password again: [hide]_
    ann < secret
    ann > [show]The name ann is yours now; this password is the key to it.
    ann > What you type is said to the room; /help lists the commands.
    ann > You are in #veche. Nobody else is here.
    ann < /who
    ann > 1 person is in #veche: ann.
  )");
}

TEST(LineLogin, ANewNameMayStayAGuest) {
  expect_transcript(R"(
    * bob is here
    * ann connects
    ann > ...
    ann < ann
    ann > ann is new here. Choose a password, or press Enter to stay a guest: [hide]_
    ann <
    ann > [show]Hello, ann. You are a guest; /password makes the name yours.
    ann > What you type is said to the room; /help lists the commands.
    ann > You are in #veche with 1 other: bob.
    bob > ann has come.
  )");
}

TEST(LineLogin, AKnownNameIsAskedForItsPassword) {
  expect_transcript(R"(
    * ann is here with password secret
    * again connects from 10.0.0.2
    again > ...
    again < ANN
    again > Password of ann, or Enter for another name: [hide]_
    again < secret
    again > [show]Hello, ann.
    again > You are connected 2 times now.
    again > What you type is said to the room; /help lists the commands.
    again > You are in #veche. Nobody else is here.
  )");
}

TEST(LineLogin, ARememberedAddressIsGreetedByNameAndEnterAccepts) {
  expect_transcript(R"(
    * ann connects from 10.0.0.1
    ann < ann
    ann < secret
    ann < secret
    ann < /quit
    ann > ...
    * again connects from 10.0.0.1
    again > Welcome to Veche at localhost.
    again > По-русски: /lang ru   Українською: /lang uk
    again > Hello again, ann! Press Enter to be ann, or type another name: _
    again <
    again > Password of ann, or Enter for another name: [hide]_
    again < secret
    again > [show]Hello, ann.
    again > ...
    * stranger connects from 10.0.0.1
    stranger > ...
    stranger < bob
    stranger > bob is new here. Choose a password, or press Enter to stay a guest: [hide]_
  )");
}

TEST(LineLogin, ATokenLogsInAtTheNamePromptAndAtThePasswordPrompt) {
  expect_transcript(R"(
    * ann is here with password secret
    ann < /token
    ann > Your session token, good until 2025-07-15 15:06:
    ann >   TOKEN-1
    ann > Next time, type token:VALUE in place of your password, with the token as the VALUE.
    * two connects from 10.0.0.2
    two > ...
    two < ann token:TOKEN-1
    two > Hello, ann.
    two > ...
    * three connects from 10.0.0.3
    three > ...
    three < ann
    three > Password of ann, or Enter for another name: [hide]_
    three < token:TOKEN-1
    three > [show]Hello, ann.
    three > ...
    * four connects from 10.0.0.4
    four > ...
    four < token:TOKEN-1
    four > Hello, ann.
    four > ...
  )");
}

TEST(LineLogin, AWrongTokenIsAWrongPassword) {
  expect_transcript(R"(
    * ann connects
    ann < ann
    ann < secret
    ann < secret
    ann < /token
    ann > ...
    * eve connects from 10.0.0.2
    eve > ...
    eve < ann token:TOKEN-2
    eve > Wrong name or password.
    eve > What is your name? _
    eve < ann token:no token at all
    eve > Wrong name or password.
    eve > What is your name? _
    eve < bob token:TOKEN-1
    eve > Wrong name or password.
    eve > What is your name? _
  )");
}

TEST(LineLogin, WhoeverDoesNotGiveANameIsAskedAgain) {
  expect_transcript(R"(
    * ann connects
    ann > ...
    ann <
    ann > What is your name? _
    ann < #ann
    ann > A name cannot begin with '#', '/', ':' or a combining mark.
    ann > What is your name? _
    ann < /help
    ann > A name cannot begin with '#', '/', ':' or a combining mark.
    ann > What is your name? _
    ann < a\tb
    ann > A name cannot hold spaces, controls or invisible characters.
    ann > What is your name? _
    ann < a\eb
    ann > A name cannot hold spaces, controls or invisible characters.
    ann > What is your name? _
    ann < a​b
    ann > A name cannot hold spaces, controls or invisible characters.
    ann > What is your name? _
    ann < VECHE
    ann > That name is reserved for the server.
    ann > What is your name? _
    ann < ______________________________33_
    ann > That name is too long.
    ann > What is your name? _
    ann < \xff\xff
    ann > That line is not UTF-8 text and was not sent.
    ann > What is your name? _
    ann < exit
    ann > Bye.
    * ann is closed
  )");
}

TEST(LineLogin, ANameInUseIsRefusedInAnyLetterCase) {
  expect_transcript(R"(
    * Алиса is here
    * two connects
    two > ...
    two < АЛИСА
    two > That name is in use.
    two > What is your name? _
    two <   Борис
    two > Борис is new here. Choose a password, or press Enter to stay a guest: [hide]_
  )");
}

// --- the operator's wishes

TEST(LineLogin, WithoutRegistrationKnownAndUnknownNamesLookTheSame) {
  const std::string script = R"(
    * one connects from 10.0.0.1
    one > ...
    one < NAME
    one > Password of NAME, or Enter to be a guest: [hide]_
    one < wrong
    one > [show]Wrong name or password.
    one > Password of NAME, or Enter to be a guest: [hide]_
  )";
  for (const std::string name : {"ann", "ANN", "bob", "veche"}) {
    std::string its = script;
    for (auto at = its.find("NAME"); at != its.npos; at = its.find("NAME")) its.replace(at, 4, name);
    expect_transcript(its, without_registration);
  }
}

TEST(LineLogin, WithoutRegistrationAccountsAndGuestsStillComeIn) {
  expect_transcript(R"(
    * ann connects from 10.0.0.1
    ann > ...
    ann < ann
    ann < secret
    ann > Password of ann, or Enter to be a guest:
    ann > Hello, ann.
    ann > ...
    * bob connects from 10.0.0.2
    bob > ...
    bob < bob
    bob > ...
    bob <
    bob > [show]Hello, bob. You are a guest.
    bob > ...
    ann > bob has come.
  )",
                    without_registration);
}

TEST(LineLogin, WhereAccountsAreRequiredNobodyStaysAGuest) {
  expect_transcript(R"(
    * ann connects
    ann > ...
    ann < ann
    ann > ann is new here. Choose a password, or press Enter for another name: [hide]_
    ann <
    ann > [show]What is your name? _
    ann < bob
    ann > bob is new here. Choose a password, or press Enter for another name: [hide]_
  )",
                    [](LineWorld& world) { world.policy.accounts_required = true; });
}

TEST(LineLogin, AServerPasswordIsAskedForFirst) {
  const auto with_password = [](LineWorld& world) { world.options.server_password = "open sesame"; };
  expect_transcript(R"(
    * ann connects
    ann > Welcome to Veche at localhost.
    ann > По-русски: /lang ru   Українською: /lang uk
    ann > This server asks for its password: [hide]_
    ann < ann
    ann > [show]Wrong password.
    ann > This server asks for its password: [hide]_
    ann < open sesame
    ann > [show]What is your name? _
  )",
                    with_password);
  expect_transcript(R"(
    * the chat stops
    * bot connects
    bot < bot
    bot < secret
    * the chat goes on
    bot > Welcome to Veche at localhost.
    bot > По-русски: /lang ru   Українською: /lang uk
    bot > This server asks for its password:
    bot > ERR wrong-password Wrong password.
    * bot is closed
  )",
                    with_password);
}

TEST(LineLogin, TheMessageOfTheDayIsShownLineByLine) {
  expect_transcript(R"(
    * ann connects
    ann > Вас вітає Школа (chat.example.org).
    ann > In English: /lang en   По-русски: /lang ru
    ann > Be kind.
    ann >
    ann > Read the rules.
    ann > Як вас звати? _
  )",
                    [](LineWorld& world) {
                      world.options.motd = "Be kind.\n\nRead the rules.\n";
                      world.options.network = "Школа";
                      world.options.server_name = "chat.example.org";
                      world.options.language = base::Language::uk;
                    });
}

// --- before the name

TEST(LineLogin, TheLanguageMayBeChosenFirst) {
  expect_transcript(R"(
    * ann connects
    ann > ...
    ann < /lang uk
    ann > Тепер сервер говорить з вами українською.
    ann > Як вас звати? _
    ann < /lang
    ann > Використання: /lang en|ru|uk
    ann > Як вас звати? _
  )");
}

TEST(LineLogin, BareBeforeTheNameIsReadyAtOnceAndPromptsNoMore) {
  expect_transcript(R"(
    * bot connects
    bot > ...
    bot < /bare
    bot > READY
    bot < bot
    bot > (nothing)
    bot < secret
    bot < secrte
    bot > ERR passwords-differ The two passwords differ.
    bot < secret
    bot < secret
    bot > NOTICE The name bot is yours now; this password is the key to it.
    bot > NOTICE What you type is said to the room; /help lists the commands.
    bot > JOIN #veche bot
  )");
}

// --- time

TEST(LineLogin, WhoSaysNothingIsToldAndDisconnected) {
  expect_transcript(R"(
    * ann connects
    ann > ...
    * 29s pass
    ann < ann
    ann > ...
    * 29s pass
    * ann is open
    * 1s pass
    ann > [show]
    ann > ERR login-timeout That took too long. Please connect again.
    * ann is closed
  )");
}

// --- not let in

TEST(LineLogin, ConnectionsBeyondTheLimitsAreToldWhy) {
  expect_transcript(R"(
    * one connects
    one > ...
    * two connects
    two > ERR too-many-connections Too many connections from your address.
    * two is closed
  )",
                    [](LineWorld& world) { world.policy.connections_per_address = 1; });
  expect_transcript(R"(
    * one connects
    one > ...
    * two connects
    two > ERR connecting-too-fast Your address connects too often. Try again in 10 minutes.
    * two is closed
  )",
                    [](LineWorld& world) { world.policy.connections_per_window = 1; });
}

TEST(LineLogin, ABannedAddressIsToldSoBeforeAnythingElse) {
  expect_transcript(R"(
    * the operator bans 10.0.0.7 7200 spam
    * eve connects from 10.0.0.7
    eve > ERR banned You are banned from here for 2 hours more: spam
    * eve is closed
    * the operator bans 10.0.0.8 0
    * two connects from 10.0.0.8
    two > ERR banned You are banned from here.
    * two is closed
    * ann connects from 10.0.0.9
    ann > ...
    * ann is open
    * 7200s pass
    * three connects from 10.0.0.7
    three > ...
    ann > ...
    * three is open
  )");
}

TEST(LineLogin, ABannedAccountIsToldSoOnceItsPasswordWasRight) {
  expect_transcript(R"(
    * ann is here with password secret
    ann < /quit
    ann > Bye.
    * the operator bans ann 90 go home
    * again connects
    again > ...
    again < ann
    again > Password of ann, or Enter for another name: [hide]_
    again < wrong
    again > [show]Wrong name or password.
    again > Password of ann, or Enter for another name: [hide]_
    again < secret
    again > [show]ERR banned You are banned from here for 1 minute 30 seconds more: go home
    * again is closed
  )");
}

TEST(LineLogin, ABannedNameIsForNobodyNew) {
  expect_transcript(R"(
    * the operator bans eve 0
    * one connects
    one > ...
    one < Eve
    one > That name is banned here.
    one > What is your name? _
    * the chat stops
    one < eve
    one < secret
    * the chat goes on
    one > ERR name-banned That name is banned here.
    * one is closed
    * ann is here
    ann < /nick eve
    ann > That name is banned here.
  )");
}

}  // namespace
}  // namespace veche::session

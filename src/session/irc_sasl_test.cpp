// AUTHENTICATE and REGISTER, where a server and its clock are in the way of seeing it: certificates, delays,
// busy workers. What clients send and see, exchange by exchange: tests/e2e/irc/sasl.txt and register.txt.
#include "tests/fakes/line_world.h"
#include "tests/fakes/scram_client.h"
#include "wire/base64.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace veche::session {
namespace {

using fakes::LineWorld;
using namespace std::chrono_literals;

std::string encoded(std::string_view text) {
  std::string bytes(text);
  for (char& c : bytes) c = c == '|' ? '\0' : c;
  return "AUTHENTICATE " + wire::to_base64(bytes) + "\r\n";
}

/// A client that has not said yet who it is, in a world where ann has an account.
struct Dialogue {
  explicit Dialogue(const std::string& certificate = {}, bool with_keys = false) {
    world.policy.decoy_hash = "decoy";
    chat::AccountRecord ann{{1}, "ann", fakes::fake_hash("secret"), {}};
    if (with_keys) ann.scram = fakes::fake_scram("secret");
    world.store.commit({chat::AccountAdded{ann}, chat::CertificateAdded{{std::string(64, 'a'), {1}, {}}}});
    client().host.certificate = certificate;
    world.settle();
  }
  LineWorld::Client& client() {
    if (!world.knows("x")) world.connect_irc("x");
    return world["x"];
  }
  std::string say(const std::string& lines) {
    world.feed(client(), lines);
    return client().host.take_sent();
  }
  std::string begin(const std::string& mechanism) {
    say("CAP REQ sasl\r\n");
    return say("AUTHENTICATE " + mechanism + "\r\n");
  }
  /// The bytes of the server's response.
  std::string heard(std::string line) {
    EXPECT_TRUE(line.starts_with("AUTHENTICATE ") && line.ends_with("\r\n")) << line;
    return wire::from_base64(line.substr(13, line.size() - 15)).value_or("(rubbish)");
  }

  LineWorld world;
};

const std::string kLoggedIn =
    ":irc.test 900 * *!*@10.0.0.2 ann :You are now logged in as ann\r\n"
    ":irc.test 903 * :SASL authentication successful\r\n";
const std::string kFailed = ":irc.test 904 * :SASL authentication failed\r\n";

TEST(IrcSasl, ExternalIsOfferedToWhoHasShownACertificate) {
  Dialogue without;
  EXPECT_NE(without.say("CAP LS 302\r\n").find(" sasl=PLAIN,SCRAM-SHA-256 "), std::string::npos);
  Dialogue with(std::string(64, 'a'));
  EXPECT_NE(with.say("CAP LS 302\r\n").find(" sasl=PLAIN,SCRAM-SHA-256,EXTERNAL "), std::string::npos);
}

TEST(IrcSasl, ACertificateLogsItsOwnerIn) {
  for (const char* response : {"AUTHENTICATE +\r\n", "AUTHENTICATE YW5u\r\n", "AUTHENTICATE QW5u\r\n"}) {
    Dialogue dialogue(std::string(64, 'a'));
    EXPECT_EQ(dialogue.begin("EXTERNAL"), "AUTHENTICATE +\r\n");
    EXPECT_EQ(dialogue.say(response), kLoggedIn) << response;
    EXPECT_NE(dialogue.say("CAP END\r\nNICK x\r\nUSER x 0 * :X\r\n").find(" 001 ann "), std::string::npos);
  }
}

TEST(IrcSasl, AnotherCertificateOrAnotherNameDoesNot) {
  for (const auto& [certificate, response] :
       {std::pair{'b', "AUTHENTICATE +\r\n"}, {'a', "AUTHENTICATE Ym9i\r\n"}, {'a', "AUTHENTICATE ?\r\n"}}) {
    Dialogue dialogue(std::string(64, certificate));
    dialogue.begin("EXTERNAL");
    dialogue.say(response);
    dialogue.world.pass(1s);
    EXPECT_TRUE((kFailed + kFailed).ends_with(dialogue.client().host.take_sent()));
    EXPECT_EQ(dialogue.say("AUTHENTICATE PLAIN\r\n"), "AUTHENTICATE +\r\n") << "and may try again";
  }
}

TEST(IrcSasl, AWrongNameAndAWrongPasswordAreAnsweredAlike) {
  std::vector<std::string> answers;
  for (const char* said : {"|ann|guess", "|eve|guess"}) {
    Dialogue dialogue;
    std::string answer;
    for (int i = 0; i < 6; ++i) {
      dialogue.begin("PLAIN");
      dialogue.world.workers_work = false;
      dialogue.say(encoded(said));
      EXPECT_EQ(dialogue.client().host.jobs.size(), 1u) << "the work is the same";
      dialogue.world.workers_work = true;
      dialogue.world.settle();
      int waited = 0;
      while (!dialogue.client().host.finished && dialogue.client().host.sent.empty()) {
        dialogue.world.pass(100ms);
        ++waited;
      }
      answer += std::to_string(waited) + dialogue.client().host.take_sent();
    }
    answers.push_back(answer);
  }
  EXPECT_EQ(answers[0], answers[1]);
  EXPECT_NE(answers[0].find("10" + kFailed), std::string::npos) << "slowed down: " << answers[0];
}

TEST(IrcSasl, WhoWaitedForAVerdictStillHasToComeInInTime) {
  Dialogue dialogue;
  for (int i = 0; i < 5; ++i) {
    dialogue.begin("PLAIN");
    dialogue.say(encoded("|ann|guess"));
    dialogue.world.pass(3s);
  }
  EXPECT_FALSE(dialogue.client().host.finished);
  dialogue.world.pass(20s);
  EXPECT_TRUE(dialogue.client().host.finished);
  EXPECT_NE(dialogue.client().host.take_sent().find("Registration timed out"), std::string::npos);
}

TEST(IrcSasl, ARightPasswordIsNeverRefusedBecauseOthersGuess) {
  Dialogue dialogue;
  for (int i = 0; i < 7; ++i) {
    dialogue.begin("PLAIN");
    dialogue.say(encoded("|ann|guess"));
    dialogue.world.pass(2s);
  }
  auto& owner = dialogue.world.connect_irc("owner", "10.0.0.3");
  dialogue.world.settle();
  dialogue.world.feed(owner, "CAP REQ sasl\r\nAUTHENTICATE PLAIN\r\n" + encoded("|ann|secret"));
  EXPECT_NE(owner.host.take_sent().find(" 903 "), std::string::npos) << "at once";
}

TEST(IrcSasl, BusyWorkersAreNoWrongPassword) {
  Dialogue dialogue;
  dialogue.begin("PLAIN");
  dialogue.world.workers_busy = true;
  EXPECT_EQ(dialogue.say(encoded("|ann|secret")),
            ":irc.test 904 * :Too many people are logging in; try again\r\n");
  EXPECT_EQ(
      dialogue.say("NICK x\r\nREGISTER * * secret\r\n"),
      ":irc.test FAIL REGISTER TEMPORARILY_UNAVAILABLE x :Too many people are logging in; try again\r\n");
  dialogue.world.workers_busy = false;
  dialogue.begin("PLAIN");
  EXPECT_EQ(dialogue.say(encoded("|ann|secret")),
            ":irc.test 900 * x!*@10.0.0.2 ann :You are now logged in as ann\r\n"
            ":irc.test 903 * :SASL authentication successful\r\n");
}

TEST(IrcSasl, APasswordLogInMakesTheKeysForScram) {
  Dialogue dialogue;
  const auto prove = [&](const std::string& password) {
    fakes::ScramClient scram("ann", password);
    dialogue.begin("SCRAM-SHA-256");
    const std::string challenge = dialogue.heard(dialogue.say(encoded(scram.first())));
    const std::string answer = dialogue.say(encoded(scram.final(challenge)));
    dialogue.world.pass(5s);
    return std::pair{answer + dialogue.client().host.take_sent(), scram.expected()};
  };
  EXPECT_EQ(prove("secret").first, kFailed) << "there are none yet";
  dialogue.begin("PLAIN");
  EXPECT_EQ(dialogue.say(encoded("|ann|secret")), kLoggedIn);
  const auto [answer, expected] = prove("secret");
  EXPECT_EQ(dialogue.heard(answer), expected);
  EXPECT_EQ(dialogue.say("AUTHENTICATE +\r\n"), kLoggedIn);
  EXPECT_EQ(prove("guess").first, kFailed);
}

TEST(IrcSasl, ANameWithoutKeysHasAlwaysTheSameSalt) {
  Dialogue dialogue;
  std::vector<std::string> salts;
  for (const char* name : {"eve", "EVE", "bob"}) {
    dialogue.begin("SCRAM-SHA-256");
    const std::string challenge =
        dialogue.heard(dialogue.say(encoded(fakes::ScramClient(name, "x").first())));
    salts.push_back(challenge.substr(challenge.find(",s=")));
    dialogue.say("AUTHENTICATE *\r\n");
  }
  EXPECT_EQ(salts[0], salts[1]);
  EXPECT_NE(salts[0], salts[2]);
}

TEST(IrcSasl, AnySplitOfTheInputGivesTheSameAnswers) {
  const std::string lines = "CAP REQ sasl\r\nAUTHENTICATE PLAIN\r\n" + encoded("|ann|guess") +
                            "AUTHENTICATE PLAIN\r\n" + encoded("ann|ann|secret") +
                            "CAP END\r\nNICK x\r\nUSER x 0 * :X\r\nAUTHENTICATE PLAIN\r\n" +
                            encoded("|ann|secret") + "PING 1\r\n";
  const auto play = [&](std::size_t at) {
    Dialogue dialogue;
    dialogue.say(lines.substr(0, at));
    dialogue.world.feed(dialogue.client(), lines.substr(at));
    dialogue.world.pass(10s);
    return dialogue.client().host.take_sent();
  };
  const std::string whole = play(0);
  EXPECT_NE(whole.find("PONG irc.test :1\r\n"), std::string::npos) << whole;
  for (std::size_t at = 1; at < lines.size(); ++at) {
    Dialogue dialogue;
    std::string sent = dialogue.say(lines.substr(0, at));
    sent += dialogue.say(lines.substr(at));
    dialogue.world.pass(10s);
    sent += dialogue.client().host.take_sent();
    ASSERT_EQ(sent, whole) << at;
  }
}

TEST(IrcSasl, AnOperatorsPasswordIsNotTheExchanges) {
  Dialogue dialogue;
  dialogue.say("CAP REQ sasl\r\nNICK x\r\nUSER x 0 * :X\r\nCAP END\r\n");
  EXPECT_EQ(dialogue.say("AUTHENTICATE PLAIN\r\n"), "AUTHENTICATE +\r\n");
  EXPECT_NE(dialogue.say("OPER root secret\r\n").find(" 381 "), std::string::npos);
  EXPECT_NE(dialogue.say(encoded("|ann|secret")).find(" 903 x "), std::string::npos);
  dialogue.say("AUTHENTICATE PLAIN\r\nOPER root guess\r\n");
  dialogue.world.pass(10s);
  EXPECT_NE(dialogue.client().host.take_sent().find(" 464 "), std::string::npos);
  EXPECT_EQ(dialogue.say("AUTHENTICATE *\r\n"), ":irc.test 906 ann :SASL authentication aborted\r\n");
}

TEST(IrcSasl, TheServersPasswordIsAskedAllTheSame) {
  for (const bool right : {true, false}) {
    Dialogue dialogue;
    dialogue.world.irc.server_password = "door";
    EXPECT_EQ(dialogue.say("CAP LS 302\r\n").find("before-connect"), std::string::npos);
    dialogue.begin("PLAIN");
    EXPECT_EQ(dialogue.say(encoded("|ann|secret")), kLoggedIn);
    dialogue.say(std::string("PASS ") + (right ? "door" : "guess") +
                 "\r\nNICK x\r\nUSER x 0 * :X\r\nCAP END\r\n");
    dialogue.world.pass(10s);
    EXPECT_EQ(dialogue.client().host.finished, !right);
  }
}

TEST(IrcSasl, TheWelcomeComesBeforeTheRoomsWhereOneIsAlready) {
  for (const std::string label : {"", "@label=1 "}) {
    Dialogue dialogue;
    auto& first = dialogue.world.connect_irc("first", "10.0.0.3");
    dialogue.world.settle();
    dialogue.world.feed(first, "PASS secret\r\nNICK ann\r\nUSER ann 0 * :Ann\r\nJOIN #tea\r\n");
    dialogue.say("CAP REQ :batch labeled-response\r\nNICK x\r\nUSER x 0 * :X\r\n");
    dialogue.begin("PLAIN");
    dialogue.say(encoded("|ann|secret"));
    const std::string sent = dialogue.say(label + "CAP END\r\n");
    const std::size_t end = sent.find(" 422 ann ");
    EXPECT_LT(sent.find(" 001 ann "), end);
    EXPECT_NE(end, std::string::npos) << sent;
    EXPECT_GT(sent.find(" JOIN #tea\r\n"), end);
    EXPECT_NE(sent.find(" JOIN #tea\r\n"), std::string::npos) << sent;
  }
}

TEST(IrcRegister, TellsWhenTheStoreTakesNothing) {
  Dialogue dialogue;
  dialogue.world.store.full = true;
  EXPECT_EQ(dialogue.say("NICK new\r\nREGISTER * * secret\r\n"),
            ":irc.test FAIL REGISTER TEMPORARILY_UNAVAILABLE new :No accounts are made at present\r\n");
}

}  // namespace
}  // namespace veche::session

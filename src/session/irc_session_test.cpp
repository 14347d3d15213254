// What an IRC session does whatever the command: order, labels, deadlines, limits. Command by command:
// tests/e2e/irc.
#include "session/irc_session.h"

#include "base/cloak.h"
#include "tests/fakes/address_bits.h"
#include "tests/fakes/line_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

namespace veche::session {
namespace {

using fakes::LineWorld;
using namespace std::chrono_literals;

std::string feed(LineWorld& world, LineWorld::Client& client, std::string_view lines) {
  world.feed(client, lines);
  return client.host.take_sent();
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

TEST(IrcSession, NickAndUserInAnyOrderAreTheWelcome) {
  for (const char* lines : {"NICK ann\r\nUSER ann 0 * :Ann\r\n", "USER ann 0 * :Ann\r\nNICK ann\r\n"}) {
    LineWorld world;
    auto& ann = world.connect_irc("ann");
    world.settle();
    const std::string sent = feed(world, ann, lines);
    EXPECT_TRUE(sent.starts_with(":irc.test 001 ann :Welcome to the Veche IRC Network ann!~ann@10.0.0.2\r\n"))
        << sent;
    EXPECT_TRUE(has(sent, ":irc.test 422 ann :MOTD File is missing\r\n")) << sent;
  }
}

TEST(IrcSession, CapabilitiesHoldTheWelcomeUp) {
  LineWorld world;
  auto& ann = world.connect_irc("ann");
  world.settle();
  EXPECT_FALSE(has(feed(world, ann, "CAP LS 302\r\nNICK ann\r\nUSER ann 0 * :Ann\r\n"), " 001 "));
  EXPECT_TRUE(has(feed(world, ann, "CAP END\r\n"), " 001 "));
}

TEST(IrcSession, ATokenOfIsupportHoldsOneEqualsSign) {
  LineWorld world;
  world.irc.network = "A=B C";
  auto& ann = world.connect_irc("ann");
  world.settle();
  const std::string sent = feed(world, ann, "NICK ann\r\nUSER ann 0 * :Ann\r\n");
  EXPECT_TRUE(has(sent, " NETWORK=A\\x3DB\\x20C "));
  std::size_t at = 0;
  while ((at = sent.find(" 005 ann ", at)) != sent.npos) {
    const std::string line = sent.substr(at + 9, sent.find(" :are", at) - at - 9);
    for (std::string_view rest = line; !rest.empty();) {
      const std::string_view token = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(token.size() + 1, rest.size()));
      EXPECT_LE(std::count(token.begin(), token.end(), '='), 1) << token;
    }
    ++at;
  }
}

TEST(IrcSession, AnySplitOfTheInputGivesTheSameAnswers) {
  const std::string lines =
      "CAP LS 302\r\nCAP REQ :message-tags labeled-response batch\r\nNICK ann\r\nUSER ann 0 * :Ann\r\nCAP "
      "END\r\n"
      "@label=1 JOIN #tea\r\nPRIVMSG #tea :hi\r\n@label=2 PING x\r\nMODE #tea +m\r\nWHO #tea\r\nNOSUCH\r\n";
  const auto play = [&](std::size_t at) {
    LineWorld world;
    auto& ann = world.connect_irc("ann");
    world.settle();
    world.feed(ann, std::string_view(lines).substr(0, at));
    world.feed(ann, std::string_view(lines).substr(at));
    return ann.host.take_sent();
  };
  const std::string whole = play(lines.size());
  EXPECT_TRUE(has(whole, "@label=2 :irc.test PONG irc.test x\r\n") ||
              has(whole, "@label=2 :irc.test PONG irc.test :x\r\n"));
  for (std::size_t at = 0; at < lines.size(); ++at) ASSERT_EQ(play(at), whole) << at;
}

TEST(IrcSession, APingIsAnsweredBehindWhatTheChatHasNotDone) {
  LineWorld world;
  auto& ann = world.enter_irc("ann");
  world.chat_works = false;
  EXPECT_TRUE(has(feed(world, ann, "PING one\r\n"), "PONG")) << "nothing is outstanding";
  EXPECT_EQ(feed(world, ann, "PRIVMSG bob :hi\r\nPING two\r\n"), "");
  world.chat_works = true;
  world.settle();
  const std::string sent = ann.host.take_sent();
  EXPECT_LT(sent.find(" 401 ann bob "), sent.find("PONG"));
}

TEST(IrcSession, ALabelledQuestionHasOneLabelledAnswer) {
  LineWorld world;
  auto& ann = world.enter_irc("ann");
  feed(world, ann, "CAP REQ :labeled-response batch\r\n");
  EXPECT_EQ(feed(world, ann, "@label=a PONG x\r\n"), "@label=a :irc.test ACK\r\n");
  EXPECT_EQ(feed(world, ann, "@label=b MODE #nowhere\r\n"),
            "@label=b :irc.test 403 ann #nowhere :No such channel\r\n");
  const std::string batch = feed(world, ann, "@label=c WHOIS ann\r\n");
  EXPECT_TRUE(batch.starts_with("@label=c :irc.test BATCH +a labeled-response\r\n@batch=a :irc.test 311 "))
      << batch;
  EXPECT_TRUE(batch.ends_with("\r\n:irc.test BATCH -a\r\n")) << batch;
}

TEST(IrcSession, WhatOthersDoMeanwhileIsNoPartOfAnAnswer) {
  LineWorld world;
  auto& ann = world.enter_irc("ann");
  auto& bob = world.enter_irc("bob");
  feed(world, ann, "CAP REQ :labeled-response batch\r\nJOIN #tea\r\n");
  feed(world, bob, "JOIN #tea\r\n");
  ann.host.take_sent();
  world.chat_works = false;
  feed(world, bob, "PRIVMSG ann :psst\r\n");
  feed(world, ann, "@label=x MODE #tea +m\r\n");
  world.chat_works = true;
  world.settle();
  const std::string sent = ann.host.take_sent();
  EXPECT_TRUE(has(sent, "@label=x :ann!~ann@10.0.0.2 MODE #tea +m\r\n")) << sent;
  EXPECT_TRUE(has(sent, ":bob!~bob@10.0.0.2 PRIVMSG ann :psst\r\n")) << sent;
}

TEST(IrcSession, TelnetAndIrcAreOneRoom) {
  LineWorld world;
  auto& ann = world.enter_irc("ann");
  auto& bob = world.enter("bob");
  feed(world, ann, "JOIN #veche\r\n");
  EXPECT_TRUE(has(bob.host.take_sent(), "ann has come."));
  feed(world, bob, "hello\n/me waves\n/msg ann psst\n");
  const std::string sent = ann.host.take_sent();
  EXPECT_TRUE(has(sent, "PRIVMSG #veche :hello\r\n")) << sent;
  EXPECT_TRUE(has(sent,
                  "PRIVMSG #veche :\x01"
                  "ACTION waves\x01\r\n"))
      << sent;
  EXPECT_TRUE(has(sent, "PRIVMSG ann :psst\r\n")) << sent;
  feed(world, ann,
       "PRIVMSG #veche :hi\r\nPRIVMSG #veche :\x01"
       "ACTION nods\x01\r\nPRIVMSG bob :pssst\r\n");
  const std::string seen = bob.host.take_sent();
  EXPECT_TRUE(has(seen, "ann: hi")) << seen;
  EXPECT_TRUE(has(seen, "* ann nods")) << seen;
  EXPECT_TRUE(has(seen, "ann to you: pssst")) << seen;
}

TEST(IrcSession, WhoDoesNotRegisterIsClosed) {
  LineWorld world;
  auto& ann = world.connect_irc("ann");
  world.pass(31s);
  EXPECT_TRUE(has(ann.host.take_sent(), "ERROR :Closing link: 10.0.0.2 (Registration timed out)\r\n"));
  EXPECT_TRUE(ann.host.finished);
}

TEST(IrcSession, WhoIsSilentIsAskedAndThenClosed) {
  LineWorld world;
  auto& ann = world.enter_irc("ann");
  world.pass(91s);
  EXPECT_EQ(ann.host.take_sent(), "PING :irc.test\r\n");
  feed(world, ann, "PONG :irc.test\r\n");
  world.pass(85s);
  EXPECT_EQ(ann.host.take_sent(), "");
  world.pass(10s);
  EXPECT_EQ(ann.host.take_sent(), "PING :irc.test\r\n");
  world.pass(91s);
  EXPECT_TRUE(has(ann.host.take_sent(), "Ping timeout"));
  EXPECT_TRUE(ann.host.finished);
}

TEST(IrcSession, QuitHasItsErrorAtOnceAlsoBeforeRegistration) {
  LineWorld world;
  auto& ann = world.connect_irc("ann");
  world.settle();
  EXPECT_EQ(feed(world, ann, "QUIT :bye\r\n"), "ERROR :Closing link: 10.0.0.2 (Quit: bye)\r\n");
  EXPECT_TRUE(ann.host.finished);
}

TEST(IrcSession, BeyondItsRateAClientIsReadMoreSlowlyAndNothingIsLost) {
  LineWorld world;
  world.irc.command_rate = 2;
  world.irc.command_burst = 3;
  auto& ann = world.enter_irc("ann");
  std::string lines;
  for (int i = 0; i < 8; ++i) lines += "ISON ann\r\n";
  const auto answers = [&] {
    const std::string sent = ann.host.take_sent();
    return std::count(sent.begin(), sent.end(), '\n');
  };
  world.feed(ann, lines);
  EXPECT_EQ(answers(), 3);
  world.pass(1s);
  EXPECT_EQ(answers(), 2);
  world.pass(2s);
  EXPECT_EQ(answers(), 3);
}

TEST(IrcSession, WhatTakesMuchWorkCountsSeveralTimes) {
  LineWorld world;
  world.irc.command_rate = 1;
  world.irc.command_burst = 3;
  auto& ann = world.enter_irc("ann");
  const auto after = [&](const std::string& line, std::chrono::milliseconds time) {
    world.pass(1min);
    feed(world, ann, line + "\r\nPING late\r\n");
    world.pass(time - 1ms);
    if (has(ann.host.take_sent(), "PONG")) return false;
    world.pass(1ms);
    return has(ann.host.take_sent(), "PONG");
  };
  EXPECT_TRUE(after("LIST", 2s));
  EXPECT_TRUE(after("WHO *", 1s));
  EXPECT_TRUE(after("PRIVMSG a,b,c,d,e :x", 3s)) << "each receiver counts";
  EXPECT_TRUE(after("x\r\nx\r\nx", 1s)) << "also what is no command";
}

TEST(IrcSession, BeforeRegistrationTheRateHoldsTooAndTheDeadlineStays) {
  LineWorld world;
  world.irc.command_rate = 1;
  world.irc.command_burst = 3;
  world.irc.registration_timeout = 5s;
  auto& ann = world.connect_irc("ann");
  world.settle();
  const auto pongs = [&] {
    const std::string sent = ann.host.take_sent();
    return std::count(sent.begin(), sent.end(), '\n');
  };
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "PING x\r\n";
  world.feed(ann, lines);
  EXPECT_EQ(pongs(), 20);
  world.pass(3s);
  EXPECT_EQ(pongs(), 3);
  world.pass(1999ms);
  EXPECT_FALSE(ann.host.finished);
  world.pass(1ms);
  EXPECT_TRUE(has(ann.host.take_sent(), "ERROR :Closing link: 10.0.0.2 (Registration timed out)"));
  EXPECT_TRUE(ann.host.finished);
}

// Slowloris: bytes that make no line do not keep anybody.
TEST(IrcSession, WhoSendsByteByByteIsSentAwayWhenHisTimeIsOver) {
  LineWorld world;
  world.irc.registration_timeout = 5s;
  auto& ann = world.connect_irc("ann");
  world.settle();
  for (int i = 0; i < 49; ++i) {
    world.feed(ann, i % 10 == 9 ? "\n" : "N");
    world.pass(100ms);
  }
  EXPECT_FALSE(ann.host.finished);
  world.pass(100ms);
  EXPECT_TRUE(ann.host.finished);
}

TEST(IrcSession, TooLongALineIsRefusedAndTheNextIsTaken) {
  LineWorld world;
  auto& ann = world.enter_irc("ann");
  const std::string sent = feed(world, ann, "PING " + std::string(600, 'x') + "\r\nPING y\r\n");
  EXPECT_TRUE(sent.starts_with(":irc.test 417 ann :Input line was too long\r\n")) << sent;
  EXPECT_TRUE(has(sent, "PONG"));
}

TEST(IrcSession, OthersSeeTheCloakAndOperatorsTheAddressToo) {
  LineWorld world;
  const auto cloak = std::make_shared<const base::Cloak>(base::CloakKey{1, 2, 3}, "veche");
  world.policy.cloak = cloak;
  const std::string host = cloak->host(fakes::bits_of("10.0.0.7"));
  auto& ann = world.connect_irc("ann", "10.0.0.7");
  auto& bob = world.enter_irc("bob", "10.0.0.8");
  EXPECT_TRUE(
      has(feed(world, ann, "NICK ann\r\nUSER ann 0 * :Ann\r\n"), "Network ann!~ann@" + host + "\r\n"));
  feed(world, bob, "JOIN #tea\r\n");
  EXPECT_TRUE(has(feed(world, ann, "JOIN #tea\r\nWHOIS ann\r\n"), ":is connecting from *@10.0.0.7 10.0.0.7"))
      << "everybody may know his own";
  const std::string seen =
      bob.host.take_sent() + feed(world, bob, "WHO #tea %tuhni,1\r\nWHOIS ann\r\nUSERHOST ann\r\n");
  EXPECT_TRUE(has(seen, ":ann!~ann@" + host + " JOIN #tea\r\n"));
  EXPECT_TRUE(has(seen, " 302 bob :ann=+~ann@" + host));
  EXPECT_FALSE(has(seen, "10.0.0.7"));
}

TEST(IrcSession, PassLogsInToTheAccountThatNickNames) {
  LineWorld world;
  world.store.commit({chat::AccountAdded{{{1}, "ann", fakes::fake_hash("secret"), {}}}});
  auto& ann = world.connect_irc("ann");
  world.settle();
  EXPECT_TRUE(has(feed(world, ann, "PASS secret\r\nNICK ann\r\nUSER ann 0 * :Ann\r\n"), " 001 ann "));
  EXPECT_TRUE(has(feed(world, ann, "WHOIS ann\r\n"), ":irc.test 330 ann ann ann :is logged in as\r\n"));
  auto& eve = world.connect_irc("eve");
  world.settle();
  EXPECT_TRUE(has(feed(world, eve, "NICK ann\r\nUSER e 0 * :E\r\n"), " 433 * ann "));
  auto& mallory = world.connect_irc("mallory", "10.0.0.9");
  world.settle();
  feed(world, mallory, "PASS wrong\r\nNICK ann\r\nUSER e 0 * :E\r\n");
  world.pass(10s);
  EXPECT_TRUE(has(mallory.host.take_sent(), "464"));
  EXPECT_TRUE(mallory.host.finished);
}

TEST(IrcSession, WhoComesByTlsIsKnownToAsSoonAsAllOfHimDoes) {
  LineWorld world;
  world.store.commit({chat::AccountAdded{{{1}, "ann", fakes::fake_hash("secret"), {}}}});
  auto& ann = world.connect_irc("ann", "10.0.0.2", true);
  auto& bob = world.enter_irc("bob");
  const std::string welcome = feed(world, ann, "PASS secret\r\nNICK ann\r\nUSER ann 0 * :Ann\r\n");
  EXPECT_TRUE(has(welcome, "BRgipwZo")) << welcome;
  constexpr std::string_view kSecure = ":irc.test 671 bob ann :is using a secure connection\r\n";
  EXPECT_TRUE(has(feed(world, bob, "WHOIS ann\r\n"), kSecure));
  EXPECT_FALSE(has(feed(world, bob, "WHOIS bob\r\n"), " 671 "));
  EXPECT_TRUE(has(feed(world, ann, "MODE ann\r\n"), ":irc.test 221 ann +Z\r\n"));
  EXPECT_FALSE(has(feed(world, bob, "MODE bob +Z\r\nMODE bob\r\n"), "Z")) << "nobody gives it to himself";
  EXPECT_EQ(feed(world, ann, "MODE ann -Z\r\n"), "");

  auto& plain = world.connect_irc("plain");
  world.settle();
  feed(world, plain, "PASS secret\r\nNICK ann\r\nUSER ann 0 * :Ann\r\n");
  EXPECT_FALSE(has(feed(world, bob, "WHOIS ann\r\n"), " 671 "))
      << "one of his connections can be listened to";
}

TEST(IrcSession, StsSendsThePlainOnesToTlsAndTellsTheOthersForHowLong) {
  LineWorld world;
  world.irc.sts_upgrade = "port=6697";
  world.irc.sts_policy = "duration=2592000,preload";
  auto& plain = world.connect_irc("plain");
  auto& safe = world.connect_irc("safe", "10.0.0.3", true);
  auto& old = world.connect_irc("old");
  world.settle();
  EXPECT_TRUE(has(feed(world, plain, "CAP LS 302\r\n"), " sts=port=6697"));
  EXPECT_TRUE(has(feed(world, safe, "CAP LS 302\r\n"), " sts=duration=2592000,preload"));
  EXPECT_FALSE(has(feed(world, old, "CAP LS\r\n"), "sts")) << "without values it means nothing";
  EXPECT_TRUE(has(feed(world, safe, "CAP REQ sts\r\n"), "CAP * NAK :sts"));
  EXPECT_FALSE(has(feed(world, safe, "CAP LIST\r\n"), "sts"));
}

TEST(IrcSession, AnOperatorWhoRenamesAChannelWhereHeIsNotJoinsNothing) {
  // His client saw itself leave it and join it, and believed to be there.
  LineWorld world;
  LineWorld::Client& bob = world.enter_irc("bob");
  feed(world, bob, "JOIN #tea\r\n");
  LineWorld::Client& ann = world.enter_irc("ann");
  feed(world, ann, "OPER root secret\r\n");
  const std::string sent = feed(world, ann, "RENAME #tea #coffee\r\n");
  EXPECT_NE(sent.find("NOTICE ann :#tea is called #coffee now."), sent.npos) << sent;
  EXPECT_EQ(sent.find(" JOIN "), sent.npos) << sent;
  EXPECT_NE(bob.host.take_sent().find(" JOIN #coffee"), std::string::npos);
}

}  // namespace
}  // namespace veche::session

#include "load/dialect.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace veche::load {
namespace {

std::unique_ptr<Dialect> dialect(std::string_view name) { return std::move(*make_dialect(name)); }

TEST(Dialect, EachIsMadeByItsName) {
  for (const std::string_view name : dialect_names()) EXPECT_TRUE(make_dialect(name)) << name;
  EXPECT_EQ(make_dialect("icr").error().text(), "protocol 'icr': unknown (did you mean irc?)");
}

// What lets a member count bytes.
TEST(Dialect, AMessageHasItsHeadAndOneLengthWhoeverSaysItWhereverItIsSaid) {
  for (const std::string_view name : dialect_names()) {
    const auto spoken = dialect(name);
    const std::string first = spoken->heard(0, ":m000000!~m000000@host", 0, "text");
    const std::string last = spoken->heard(99'999, ":m099999!~m099999@host", 9999, "text");
    EXPECT_EQ(first.size(), last.size()) << name;
    EXPECT_TRUE(first.starts_with(spoken->head())) << name;
    EXPECT_TRUE(last.starts_with(spoken->head())) << name;
    EXPECT_NE(first.find("text"), std::string::npos) << name;
  }
}

TEST(Dialect, IrcReadsTheSourceFromItsOwnersJoin) {
  const auto irc = dialect("irc");
  EXPECT_EQ(irc->source(7, ":m000007!~m000007@127.0.0.1 JOIN :#room-0000\r\n"),
            ":m000007!~m000007@127.0.0.1");
  EXPECT_EQ(irc->source(7, ":m000007!u@cloak JOIN #room-0000\r\n"), ":m000007!u@cloak");
  EXPECT_EQ(irc->source(7, ":m000008!~m000008@127.0.0.1 JOIN :#room-0000\r\n"), "");
  EXPECT_EQ(irc->source(7, ":m000007!~m000007@127.0.0.1 MODE m000007 +i\r\n"), "");
  EXPECT_EQ(irc->source(7, ":irc 353 m000007 = #room-0000 :m000007\r\n"), "");
  EXPECT_EQ(irc->heard(7, ":m000007!u@cloak", 3, "hello"), ":m000007!u@cloak PRIVMSG #room-0003 :hello\r\n");
}

TEST(Dialect, APingIsAnsweredInItsOwnWay) {
  EXPECT_EQ(dialect("irc")->reply("PING :irc.example\r\n"), "PONG :irc.example\r\n");
  EXPECT_EQ(dialect("irc")->reply(":irc NOTICE m000001 :*** PING \r\n"), "");
  EXPECT_EQ(dialect("nats")->reply("PING\r\n"), "PONG\r\n");
  EXPECT_EQ(dialect("nats")->reply("PONG\r\n"), "");
  EXPECT_EQ(dialect("line")->reply("PING\n"), "");
}

}  // namespace
}  // namespace veche::load

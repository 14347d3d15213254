#include "session/irc_encoder.h"

#include "base/text.h"

#include <gtest/gtest.h>

#include <chrono>

namespace veche::session {
namespace {

using namespace std::chrono_literals;

const base::WallTime kTime = base::WallTime{} + std::chrono::hours{24 * 365} + 3h + 4min + 5s + 6ms;

chat::PersonPtr ann(bool bot = false) {
  return std::make_shared<const chat::Person>(chat::Person{"ann", "~ann", "host", "ann", bot});
}

std::string written(const chat::Event& event, Caps caps = 0) {
  std::string out;
  encode_irc(event, caps, {kTime, {}, "irc.test"}, out);
  return out;
}

chat::Said said(std::string text, chat::MessageKind kind = chat::MessageKind::text,
                std::string room = "#tea") {
  chat::Said event;
  event.message = std::make_shared<const chat::Message>(
      chat::Message{{10}, {1}, kTime, kind, {}, "ann", std::move(text)});
  event.room = std::move(room);
  event.person = ann();
  return event;
}

TEST(IrcEncoder, AMessageIsAPrivmsgOrANotice) {
  EXPECT_EQ(written(said("hi")), ":ann!~ann@host PRIVMSG #tea :hi\r\n");
  EXPECT_EQ(written(said("hi", chat::MessageKind::notice)), ":ann!~ann@host NOTICE #tea :hi\r\n");
  EXPECT_EQ(written(said("waves", chat::MessageKind::action)),
            ":ann!~ann@host PRIVMSG #tea :\x01"
            "ACTION waves\x01\r\n");
}

TEST(IrcEncoder, TagsAreThoseThatWereAskedFor) {
  EXPECT_EQ(written(said("hi"), bit(Cap::server_time)),
            "@time=1971-01-01T03:04:05.006Z :ann!~ann@host PRIVMSG #tea :hi\r\n");
  EXPECT_EQ(written(said("hi"), bit(Cap::account_tag)), "@account=ann :ann!~ann@host PRIVMSG #tea :hi\r\n");
  chat::Said tagged = said("hi");
  tagged.tags = "+draft/reply=x";
  tagged.person = ann(true);
  EXPECT_EQ(
      written(tagged, bit(Cap::message_tags)),
      "@msgid=" + message_id_text({10}, kTime) + ";bot;+draft/reply=x :ann!~ann@host PRIVMSG #tea :hi\r\n");
  EXPECT_EQ(written(tagged), ":ann!~ann@host PRIVMSG #tea :hi\r\n");
}

TEST(IrcEncoder, ALongLineBecomesSeveralThatEachFitAndLoseNothing) {
  std::string text;
  while (text.size() < 4000) text += "слово и ещё слово, ";
  const std::string lines = written(said(text), bit(Cap::message_tags));
  std::string together;
  std::size_t count = 0;
  for (std::string_view rest = lines; !rest.empty(); ++count) {
    std::string_view line = rest.substr(0, rest.find('\n') + 1);
    rest.remove_prefix(line.size());
    EXPECT_EQ(line.starts_with('@'), count == 0) << "the first alone has the message's id";
    if (line.starts_with('@')) line.remove_prefix(line.find(' ') + 1);
    EXPECT_LE(line.size(), 512u);
    ASSERT_TRUE(base::is_utf8(line));
    const std::string_view head = ":ann!~ann@host PRIVMSG #tea :";
    ASSERT_TRUE(line.starts_with(head));
    together += line.substr(head.size(), line.size() - head.size() - 2);
  }
  EXPECT_EQ(together, text);
  EXPECT_GT(count, 8u);
}

TEST(IrcEncoder, StatusMessagesNameTheRank) {
  chat::Said event = said("hi");
  event.to = chat::bit(chat::Rank::oper);
  EXPECT_EQ(written(event), ":ann!~ann@host PRIVMSG @#tea :hi\r\n");
}

TEST(IrcEncoder, AnArrivalIsAJoin) {
  const chat::Arrived event{"#tea", "ann", ann(), "Ann A.", "lunch", 0, kTime};
  EXPECT_EQ(written(event), ":ann!~ann@host JOIN #tea\r\n");
  EXPECT_EQ(written(event, bit(Cap::extended_join)), ":ann!~ann@host JOIN #tea ann :Ann A.\r\n");
  EXPECT_EQ(written(event, bit(Cap::away_notify)),
            ":ann!~ann@host JOIN #tea\r\n:ann!~ann@host AWAY :lunch\r\n");
}

TEST(IrcEncoder, WhoComesWithARankIsGivenItByTheServer) {
  const chat::Arrived event{"#tea", "ann", ann(), "", "", chat::bit(chat::Rank::oper), kTime};
  EXPECT_EQ(written(event), ":ann!~ann@host JOIN #tea\r\n:irc.test MODE #tea +o ann\r\n");
}

TEST(IrcEncoder, GoingHasItsReasons) {
  EXPECT_EQ(written(chat::Departed{"#tea", "ann", "", ann(), kTime}), ":ann!~ann@host PART #tea\r\n");
  EXPECT_EQ(written(chat::Departed{"#tea", "ann", "tired", ann(), kTime}),
            ":ann!~ann@host PART #tea :tired\r\n");
  EXPECT_EQ(written(chat::Quit{"ann", "", false, false, ann(), kTime}), ":ann!~ann@host QUIT :Quit\r\n");
  EXPECT_EQ(written(chat::Quit{"ann", "bye", false, false, ann(), kTime}),
            ":ann!~ann@host QUIT :Quit: bye\r\n");
  EXPECT_EQ(written(chat::Quit{"ann", "Ping timeout", false, true, ann(), kTime}),
            ":ann!~ann@host QUIT :Ping timeout\r\n");
  EXPECT_EQ(written(chat::Expelled{{1}, "#tea", "bob", "", ann(), kTime}),
            ":ann!~ann@host KICK #tea bob :ann\r\n");
}

TEST(IrcEncoder, ChangesOfARoomAreModes) {
  using What = chat::RoomChange::What;
  chat::RoomChange moderated;
  chat::RoomChange op{What::rank};
  op.rank = chat::Rank::oper;
  op.text = "bob";
  chat::RoomChange no_limit{What::limit, false};
  chat::RoomChange mute{What::mask};
  mute.list = chat::MaskList::mutes;
  mute.text = "eve!*@*";
  EXPECT_EQ(written(chat::RoomChanged{"#tea", {moderated, op, no_limit, mute}, ann(), kTime}),
            ":ann!~ann@host MODE #tea +mo-l+b bob m:eve!*@*\r\n");
}

TEST(IrcEncoder, ManyChangesAreSeveralLines) {
  chat::RoomChange op{chat::RoomChange::What::rank};
  op.rank = chat::Rank::voice;
  op.text = "bob";
  const std::string lines =
      written(chat::RoomChanged{"#tea", std::vector<chat::RoomChange>(13, op), ann(), kTime});
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
}

TEST(IrcEncoder, WhatWasNotAskedForIsNotSent) {
  EXPECT_EQ(written(chat::AwayChanged{ann(), "lunch", kTime}), "");
  EXPECT_EQ(written(chat::AwayChanged{ann(), "lunch", kTime}, bit(Cap::away_notify)),
            ":ann!~ann@host AWAY :lunch\r\n");
  EXPECT_EQ(written(chat::AwayChanged{ann(), "", kTime}, bit(Cap::away_notify)), ":ann!~ann@host AWAY\r\n");
  EXPECT_EQ(written(chat::RealnameChanged{ann(), "A", kTime}), "");
  EXPECT_EQ(written(chat::RealnameChanged{ann(), "A", kTime}, bit(Cap::setname)),
            ":ann!~ann@host SETNAME :A\r\n");
  EXPECT_EQ(written(chat::AccountChanged{ann(), kTime}, bit(Cap::account_notify)),
            ":ann!~ann@host ACCOUNT ann\r\n");
  EXPECT_EQ(written(chat::Tagged{"#tea", ann(), "+typing=active", 0, kTime, 1}), "");
}

}  // namespace
}  // namespace veche::session

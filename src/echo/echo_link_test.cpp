#include "echo/echo_link.h"

#include "net/test_peer.h"

#include <gtest/gtest.h>

#include <sys/eventfd.h>

#include <memory>

namespace veche::echo {
namespace {

using namespace std::chrono_literals;
using Kind = LinkEvent::Kind;
using Why = Loss::Why;

/// A link, and the server's end of it in the test's hands.
struct Linked {
  explicit Linked(std::chrono::milliseconds read_timeout = net::testing::kPatience) {
    net::testing::Pair pair = net::testing::connected_pair();
    server = std::move(pair.peer);
    link.emplace(std::move(pair.server), unanswered, read_timeout);
  }

  /// Everything that can be done at once is done.
  LinkEvent turn() { return link->wait(-1, {net::mono_now()}); }
  /// For what needs no more than the kernel to come.
  LinkEvent wait() { return link->wait(-1, {net::mono_now() + net::testing::kPatience}); }
  Loss loss() {
    const LinkEvent event = wait();
    EXPECT_EQ(event.kind, Kind::lost);
    return event.loss;
  }
  /// Until the server has `bytes` of ours.
  void expect_at_server(const std::string& bytes) {
    const auto end = net::mono_now() + net::testing::kPatience;
    while (server.text.size() < bytes.size() && net::mono_now() < end) {
      turn();
      server.receive();
    }
    EXPECT_EQ(server.text, bytes);
  }

  Unanswered unanswered;
  net::testing::Peer server;
  std::optional<EchoLink> link;
};

TEST(EchoLink, WhatIsSaidGoesOutAndItsReplyIsTold) {
  Linked linked;
  linked.link->send("hello");
  linked.expect_at_server("hello");
  EXPECT_EQ(linked.turn().kind, Kind::due);
  linked.server.send("hel");
  EXPECT_EQ(linked.wait().reply, "hel");
  linked.server.send("lo");
  const LinkEvent event = linked.wait();
  EXPECT_EQ(event.kind, Kind::answered);
  EXPECT_EQ(event.reply, "lo");
  EXPECT_TRUE(linked.unanswered.empty());
}

// The server reads no further while its replies are not read, so that whoever sends first and reads then
// would wait for ever.
TEST(EchoLink, MegabytesGoBothWaysAtOnce) {
  Linked linked;
  linked.link->send(std::string(4'000'000, 'x'));
  std::size_t back = 0;
  std::string pending;
  for (const auto end = net::mono_now() + net::testing::kPatience; !linked.unanswered.empty();) {
    ASSERT_LT(net::mono_now(), end);
    const LinkEvent event = linked.turn();
    ASSERT_NE(event.kind, Kind::lost);
    back += event.reply.size();
    if (pending.empty()) {
      linked.server.receive(65536);
      pending = std::exchange(linked.server.text, {});
    }
    pending.erase(0, linked.server.send(pending));
  }
  EXPECT_EQ(back, 4'000'000u);
}

TEST(EchoLink, BothSidesCloseAfterTheLastReply) {
  Linked linked;
  linked.link->send("bye");
  linked.link->finish();
  linked.expect_at_server("bye");
  linked.server.receive();
  EXPECT_TRUE(linked.server.fin);
  linked.server.send("bye");
  EXPECT_EQ(linked.wait().kind, Kind::answered);
  linked.server.shutdown_write();
  EXPECT_EQ(linked.wait().kind, Kind::finished);
}

TEST(EchoLink, InputIsToldAndNotTaken) {
  Linked linked;
  const net::Fd input(::eventfd(1, EFD_CLOEXEC));
  const net::Patience enough{net::mono_now() + net::testing::kPatience};
  EXPECT_EQ(linked.link->wait(input.get(), enough).kind, Kind::input);
  EXPECT_EQ(linked.link->wait(input.get(), enough).kind, Kind::input);
}

TEST(EchoLink, StopComesBeforeRepliesThatNeverCease) {
  Linked linked;
  linked.link->send("x");
  linked.expect_at_server("x");
  linked.server.send("x");
  const net::Fd stop(::eventfd(1, EFD_CLOEXEC));
  EXPECT_EQ(linked.link->wait(-1, {base::MonoTime::max(), stop.get()}).kind, Kind::stopped);
}

TEST(EchoLink, SilenceIsALossOnlyWhileSomethingIsOwed) {
  Linked linked(20ms);
  EXPECT_EQ(linked.link->wait(-1, {net::mono_now() + 50ms}).kind, Kind::due);
  linked.link->send("x");
  EXPECT_EQ(linked.loss().why, Why::no_reply);
}

TEST(EchoLink, ServerThatAnswersAndDoesNotCloseIsALoss) {
  Linked linked(20ms);
  linked.link->finish();
  EXPECT_EQ(linked.loss().why, Why::no_end);
}

TEST(EchoLink, FinBeforeTheReplyIsWholeIsToldFromFinAtRest) {
  Linked cut;
  cut.link->send("hello");
  cut.expect_at_server("hello");
  cut.server.send("hel");
  cut.server.shutdown_write();
  EXPECT_EQ(cut.wait().kind, Kind::answered);
  EXPECT_EQ(cut.loss().why, Why::cut_short);
  EXPECT_EQ(cut.unanswered.size(), 2u);

  Linked rest;
  rest.server.shutdown_write();
  EXPECT_EQ(rest.loss().why, Why::closed);
}

TEST(EchoLink, ResetIsToldFromAnEnd) {
  Linked linked;
  linked.link->send("hello");
  linked.expect_at_server("hello");
  linked.server.reset();
  EXPECT_EQ(linked.loss().why, Why::reset);
}

// The system tells an error once: when sending has met the reset, receiving meets a mere end.
TEST(EchoLink, ResetThatSendingMeetsIsAResetToo) {
  Linked linked;
  linked.server.reset();
  linked.link->send("hello");
  EXPECT_EQ(linked.loss().why, Why::reset);
}

TEST(EchoLink, OtherBytesAreALossWithTheirPlace) {
  Linked linked;
  linked.link->send("hello");
  linked.expect_at_server("hello");
  linked.server.send("help!");
  const Loss loss = linked.loss();
  EXPECT_EQ(loss.why, Why::different);
  EXPECT_EQ(loss.at, 3u);
}

TEST(EchoLink, BytesThatNobodyAskedForAreASurplus) {
  Linked linked;
  linked.server.send("Welcome!");
  const Loss loss = linked.loss();
  EXPECT_EQ(loss.why, Why::surplus);
  EXPECT_EQ(loss.at, 0u);
}

TEST(EchoLink, NextLinkGoesOnWhereTheLastWasLost) {
  Linked linked;
  linked.link->send("abcdef");
  linked.expect_at_server("abcdef");
  linked.server.send("abc");
  EXPECT_EQ(linked.wait().kind, Kind::answered);
  linked.server.reset();
  EXPECT_EQ(linked.loss().why, Why::reset);

  net::testing::Pair pair = net::testing::connected_pair();
  linked.server = std::move(pair.peer);
  linked.link.emplace(std::move(pair.server), linked.unanswered, net::testing::kPatience);
  linked.expect_at_server("def");
}

}  // namespace
}  // namespace veche::echo

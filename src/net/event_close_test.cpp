// How connections end: every order of goodbye, reset and abort leads to exactly one `closed`.
#include "net/test_peer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace veche::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Kind;
using testing::Peer;
using testing::Story;

class EventCloseTest : public testing::LoopTest {};
/// What holds for a connection with a thread of its own too.
class Closes : public testing::ConnectionTest {};
INSTANTIATE_TEST_SUITE_P(Kinds, Closes, ::testing::Values(Kind::events, Kind::threads), testing::kind_name);

TEST_P(Closes, FinishSendsEverythingThenTheFin) {
  make_loop({.send_queue_bytes = 0});
  Story& story = new_story();
  Peer peer = adopt(story, 4096);
  const std::string data(5'000'000, 'd');
  story.connection->send(data);
  story.connection->finish();
  story.connection->send("after the end");
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.fin; }));
  EXPECT_TRUE(peer.text == data);
  EXPECT_EQ(peer.error, 0);
  EXPECT_TRUE(story.closed.empty()) << "the peer's FIN is waited for";
  peer.close();
  ASSERT_TRUE(turn_until([&] { return !story.closed.empty(); }));
  EXPECT_EQ(story.closed, std::vector{CloseReason::finished});
}

TEST_P(Closes, GreetingAndGoodbyeInOneBreathArrive) {
  Story& story = new_story();
  story.on_open = [&] {
    story.connection->send("Hello, World!\r\n");
    story.connection->finish();
  };
  Peer peer = adopt(story);
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.fin; }));
  EXPECT_EQ(peer.text, "Hello, World!\r\n");
}

// A close over unread input is a reset, and a reset makes the peer's kernel forget the goodbye.
TEST_P(Closes, PeerThatKeepsTalkingStillGetsTheGoodbye) {
  Story& story = new_story();
  story.on_bytes = [&](std::string_view) {
    story.connection->send("ERR refused\r\n");
    story.connection->finish();
  };
  Peer peer = adopt(story);
  peer.send("first");
  ASSERT_TRUE(turn_until([&] { return !story.bytes.empty(); }));
  const std::string more(100'000, 'm');
  int rounds = 0;
  ASSERT_TRUE(turn_until([&] { return peer.send(more), ++rounds == 50; }));
  peer.shutdown_write();
  ASSERT_TRUE(turn_until([&] { return !story.closed.empty(); }));
  peer.receive();
  EXPECT_EQ(peer.text, "ERR refused\r\n");
  EXPECT_TRUE(peer.fin);
  EXPECT_EQ(peer.error, 0);
  EXPECT_TRUE(story.bytes == "first") << "nothing is received after finish()";
  EXPECT_EQ(story.closed, std::vector{CloseReason::finished});
}

// A peer that writes all it has before it reads takes no goodbye until it is read from. Both sides'
// buffers are full then, and the next edge would be a window probe's, many turns later.
TEST_P(Closes, FinishDuringAPauseReadsTheInputAway) {
  make_loop({.send_queue_bytes = 0});
  Story& story = new_story();
  Peer peer = adopt(story, 4096);
  story.connection->pause_reading();
  const std::string block(1'000'000, 'u'), goodbye(8'000'000, 'g');
  story.connection->send(goodbye);
  do settle();
  while (peer.send(block) > 0);
  story.connection->finish();
  settle();
  EXPECT_GT(peer.send("x"), 0u);
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.fin; }));
  peer.shutdown_write();
  ASSERT_TRUE(turn_until([&] { return !story.closed.empty(); }));
  peer.receive();
  EXPECT_TRUE(peer.text == goodbye);
  EXPECT_EQ(peer.error, 0);
  EXPECT_EQ(story.bytes, "");
}

TEST_P(Closes, AbortOverUnreadInputIsNoReset) {
  Story& story = new_story();
  Peer peer = adopt(story);
  story.connection->pause_reading();
  story.connection->send("last words");
  settle();
  peer.send("not read by anybody");
  settle();
  story.connection->abort(CloseReason::aborted);
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.fin || peer.error; }));
  EXPECT_EQ(peer.text, "last words");
  EXPECT_TRUE(peer.fin);
  EXPECT_EQ(story.closed, std::vector{CloseReason::aborted});
}

TEST_P(Closes, AbortDropsWhatIsQueued) {
  Story& story = new_story();
  Peer peer = adopt(story);
  story.connection->send("never sent");
  story.connection->abort(CloseReason::aborted);
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.fin; }));
  EXPECT_EQ(peer.text, "");
}

TEST_P(Closes, PeerThatNeverSaysFinIsLeftAfterAWhile) {
  make_loop({.linger = seconds{5}});
  Story& story = new_story();
  Peer peer = adopt(story);
  story.connection->finish();
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.fin; }));
  clock.advance(seconds{4});
  peer.send("talking does not prolong it");
  settle();
  EXPECT_TRUE(story.closed.empty());
  clock.advance(seconds{1});
  ASSERT_TRUE(turn_until([&] { return !story.closed.empty(); }));
  EXPECT_EQ(story.closed, std::vector{CloseReason::finished});
}

TEST_P(Closes, PeerThatDoesNotTakeTheGoodbyeIsStalled) {
  make_loop({.send_queue_bytes = 0, .write_stall = seconds{60}, .goodbye = seconds{5}});
  Story& story = new_story();
  Peer peer = adopt(story, 4096);
  story.connection->send(std::string(8'000'000, 'x'));
  settle();
  story.connection->finish();
  settle();
  clock.advance(seconds{6});
  ASSERT_TRUE(turn_until([&] { return !story.closed.empty(); }));
  EXPECT_EQ(story.closed, std::vector{CloseReason::write_stalled});
}

TEST_P(Closes, ClosedIsNeverInsideACallOfTheHandler) {
  Story& story = new_story();
  bool inside = false;
  story.on_bytes = [&](std::string_view) {
    inside = true;
    story.connection->abort(CloseReason::aborted);
    story.connection->abort(CloseReason::reset);  // changes nothing
    story.connection->finish();
    story.connection->send("x");
    EXPECT_TRUE(story.closed.empty());
    inside = false;
  };
  story.on_closed = [&] {
    EXPECT_FALSE(inside);
    EXPECT_EQ(story.connection->backlog(), 0u);
    story.connection->send("the connection lives until closed returns");
    story.connection->set_timer(milliseconds{1});
    story.connection->finish();
  };
  Peer peer = adopt(story);
  peer.send("go");
  ASSERT_TRUE(turn_until([&] { return !story.closed.empty(); }));
  settle();
  EXPECT_EQ(story.closed, std::vector{CloseReason::aborted});
}

TEST_F(EventCloseTest, OneHandlerMayEndTheOthers) {
  std::vector<Peer> peers;
  for (int i = 0; i < 20; ++i) peers.push_back(adopt(new_story()));
  for (Story& story : stories) {
    story.on_bytes = [&](std::string_view) {
      for (Story& other : stories)
        if (other.connection) other.connection->abort(CloseReason::aborted);
    };
    story.on_closed = [&] {
      for (Story& other : stories)
        if (other.connection) other.connection->send("somebody left");
    };
  }
  for (Peer& peer : peers) peer.send("end them all");
  ASSERT_TRUE(turn_until([&] { return loop->connection_count() == 0; }));
  for (const Story& story : stories) EXPECT_EQ(story.closed, std::vector{CloseReason::aborted});
}

// The one that ends is then in the next turn's list of senders, and must not be destroyed before it.
TEST_F(EventCloseTest, OneHandlerMaySendToAnotherAndEndItWhileTheLoopSends) {
  make_loop({.send_queue_bytes = 0});
  Story& slow = new_story();
  Story& other = new_story();
  Peer slow_peer = adopt(slow, 4096);
  Peer other_peer = adopt(other);
  slow.on_writable = [&] {
    other.connection->send("queued for the next turn");
    other.connection->abort(CloseReason::aborted);
  };
  slow.connection->send(std::string(8'000'000, 'x'));
  ASSERT_TRUE(turn_until([&] { return slow_peer.receive(), !other.closed.empty(); }));
  settle();
  EXPECT_EQ(other.closed, std::vector{CloseReason::aborted});
  EXPECT_EQ(loop->connection_count(), 1u);
}

TEST_P(Closes, LoopThatEndsTellsEveryHandler) {
  Story& one = new_story();
  Story& two = new_story();
  Peer first = adopt(one);
  Peer second = adopt(two);
  end_all();
  EXPECT_EQ(one.closed, std::vector{CloseReason::aborted});
  EXPECT_EQ(two.closed, std::vector{CloseReason::aborted});
  EXPECT_TRUE((first.receive(), first.fin));
}

// Every mixture of what the peer, the handler and time can do, in any order: one `opened`, one `closed`,
// nothing after it (StoryHandler asserts that), no descriptor left.
TEST_P(Closes, AnyOrderOfEndsLeadsToOneClosed) {
  make_loop({.send_queue_bytes = 200'000});
  std::mt19937 random(1898);
  for (int round = 0; round < 300; ++round) {
    Story& story = new_story();
    Peer peer = adopt(story, random() % 2 ? 4096 : 0);
    const auto handler_step = [&] {
      if (!story.connection) return;
      switch (random() % 9) {
        case 0:
          return story.connection->finish();
        case 1:
          return story.connection->abort(CloseReason::aborted);
        case 2:
          return story.connection->pause_reading();
        case 3:
        case 4:
          return story.connection->resume_reading();
        case 5:
          return story.connection->set_timer(milliseconds{random() % 3000});
        case 6:
          return story.connection->send(std::string(random() % 150'000, 'x'));
        default:
          return story.connection->send("x");
      }
    };
    story.on_bytes = [&](std::string_view) { handler_step(); };
    story.on_fin = story.on_writable = story.on_timer = handler_step;
    for (int step = 0; step < 12; ++step) {
      switch (random() % 8) {
        case 0:
          peer.shutdown_write();
          break;
        case 1:
          peer.reset();
          break;
        case 2:
          clock.advance(seconds{random() % 4});
          break;
        case 3:
          peer.receive(random() % 100'000);
          break;
        case 4:
          handler_step();
          break;
        case 5:
          turn(milliseconds{0});
          break;
        default:
          peer.send(std::string(random() % 100'000, 'p'));
      }
    }
    if (story.connection) story.connection->finish();
    peer.close();
    ASSERT_TRUE(turn_until([&] { return clock.advance(seconds{1}), connection_count() == 0; }))
        << "round " << round;
    EXPECT_EQ(story.opened, 1);
    EXPECT_EQ(story.closed.size(), 1u);
    EXPECT_TRUE(loop->timers().empty());
  }
}

}  // namespace
}  // namespace veche::net

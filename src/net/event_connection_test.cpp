#include "net/event_connection.h"

#include "net/test_peer.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Kind;
using testing::Peer;
using testing::Story;

class EventConnectionTest : public testing::LoopTest {};
/// What holds for a connection with a thread of its own too.
class Connections : public testing::ConnectionTest {};
INSTANTIATE_TEST_SUITE_P(Kinds, Connections, ::testing::Values(Kind::events, Kind::threads),
                         testing::kind_name);

SharedBytes share(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

/// Bytes that show a hole or a swap wherever it is.
std::string pattern(std::size_t length) {
  std::string out(length, '\0');
  for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<char>((i * 2654435761u) >> 13);
  return out;
}

void echo(Story& story) {
  story.on_bytes = [&story](std::string_view bytes) { story.connection->send(bytes); };
}

TEST_P(Connections, EchoesAndHonoursHalfClose) {
  Story& story = new_story();
  echo(story);
  story.on_fin = [&] { story.connection->finish(); };
  Peer peer = adopt(story);
  EXPECT_EQ(connection_count(), 1u);
  EXPECT_EQ(peer.send("hello"), 5u);
  peer.shutdown_write();
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.fin; }));
  EXPECT_EQ(peer.text, "hello");
  EXPECT_EQ(story.fins, 1);
  EXPECT_EQ(story.closed, std::vector{CloseReason::finished});
  EXPECT_EQ(connection_count(), 0u);
}

TEST_F(EventConnectionTest, WhatWasReadIsWipedIfTheLoopIsToldTo) {
  make_loop({.wipe_input = true});
  Story& story = new_story();
  std::string_view seen;
  story.on_bytes = [&](std::string_view bytes) { seen = bytes; };
  Peer peer = adopt(story);
  peer.send("password");
  ASSERT_TRUE(turn_until([&] { return !seen.empty(); }));
  EXPECT_EQ(story.bytes, "password");
  EXPECT_EQ(seen, std::string(8, '\0')) << "the loop's buffer, which every connection reads into";
}

TEST_P(Connections, EchoesMegabytesBothWays) {
  make_loop({.send_queue_bytes = 0});
  Story& story = new_story();
  echo(story);
  story.on_fin = [&] { story.connection->finish(); };
  Peer peer = adopt(story);
  const std::string data = pattern(20'000'000);
  std::size_t sent = 0;
  ASSERT_TRUE(turn_until([&] {
    if (sent < data.size()) {
      sent += peer.send(std::string_view(data).substr(sent, 300'000));
      if (sent == data.size()) peer.shutdown_write();
    }
    peer.receive(200'000);
    return peer.fin;
  }));
  EXPECT_TRUE(peer.text == data);
  EXPECT_EQ(story.closed, std::vector{CloseReason::finished});
}

TEST_P(Connections, PeerMayStillReadAfterItsFin) {
  Story& story = new_story();
  Peer peer = adopt(story);
  peer.shutdown_write();
  ASSERT_TRUE(turn_until([&] { return story.fins == 1; }));
  settle();
  EXPECT_EQ(story.fins, 1);
  EXPECT_TRUE(story.closed.empty());
  story.connection->send("late words");
  ASSERT_TRUE(turn_until([&] { return peer.receive(), !peer.text.empty(); }));
  EXPECT_EQ(peer.text, "late words");
  story.connection->finish();
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.fin; }));
  EXPECT_EQ(story.closed, std::vector{CloseReason::finished});
}

// The FIN's edge comes with the data's: after the short read nobody would tell of the FIN.
TEST_P(Connections, FinRightBehindDataIsNotLost) {
  for (int i = 0; i < 100; ++i) {
    Story& story = new_story();
    story.on_fin = [&] { story.connection->finish(); };
    Peer peer = adopt(story);
    peer.send("data");
    peer.shutdown_write();
    ASSERT_TRUE(turn_until([&] { return !story.closed.empty(); }));
    EXPECT_EQ(story.bytes, "data");
    EXPECT_EQ(story.fins, 1);
  }
}

// telnet sends IAC DM with the DM urgent, and a read stops short at it whatever lies behind.
TEST_P(Connections, UrgentDataNeitherTearsTheStreamNorLosesTheEdge) {
  Story& story = new_story();
  Peer peer = adopt(story);
  settle();
  peer.send("ab\xff");
  peer.send("\xf2", MSG_OOB);
  peer.send("cd");
  ASSERT_TRUE(turn_until([&] { return story.bytes.size() >= 6; }));
  EXPECT_EQ(story.bytes,
            "ab\xff\xf2"
            "cd");
}

TEST_P(Connections, ResetMidwayIsReportedOnce) {
  Story& story = new_story();
  echo(story);
  Peer peer = adopt(story);
  peer.send("half of a mess");
  ASSERT_TRUE(turn_until([&] { return !story.bytes.empty(); }));
  peer.reset();
  ASSERT_TRUE(turn_until([&] { return !story.closed.empty(); }));
  settle();
  EXPECT_EQ(story.closed, std::vector{CloseReason::reset});
  EXPECT_EQ(story.fins, 0);
}

TEST_P(Connections, ResetAfterTheFinIsNoticed) {
  Story& story = new_story();
  Peer peer = adopt(story);
  peer.shutdown_write();
  ASSERT_TRUE(turn_until([&] { return story.fins == 1; }));
  peer.reset();
  ASSERT_TRUE(turn_until([&] { return !story.closed.empty(); }));
  EXPECT_EQ(story.closed, std::vector{CloseReason::reset});
}

TEST_P(Connections, SendingToAPeerThatHasGoneIsAReset) {
  Story& story = new_story();
  Peer peer = adopt(story);
  peer.close();
  story.on_fin = [&] { story.connection->send("anyone there?"); };
  ASSERT_TRUE(turn_until([&] {
    if (story.connection) story.connection->send("anyone?");
    return !story.closed.empty();
  }));
  EXPECT_EQ(story.closed, std::vector{CloseReason::reset});
}

TEST_P(Connections, SharedAndOwnBytesKeepTheirOrder) {
  Story& story = new_story();
  Peer peer = adopt(story);
  const SharedBytes room = share("[one][two][three]");
  story.connection->send("<");
  story.connection->send_shared(room, 0, 5);
  story.connection->send("own");
  story.connection->send_shared(room, 5, 12);
  story.connection->send(">");
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.text.size() >= 22; }));
  EXPECT_EQ(peer.text, "<[one]own[two][three]>");
  EXPECT_EQ(room.use_count(), 1);
}

TEST_P(Connections, SharedBytesAreHeldForASlowReaderAndArriveWhole) {
  make_loop({.send_queue_bytes = 0});
  Story& story = new_story();
  Peer peer = adopt(story, 4096);
  const SharedBytes big = share(pattern(8'000'000));
  story.connection->send("head");
  story.connection->send_shared(big, 0, big->size());
  for (int i = 0; i < 100; ++i) {  // more pieces than one call takes
    story.connection->send_shared(big, 0, 1);
    story.connection->send("!");
  }
  settle();
  EXPECT_GT(story.connection->backlog(), 0u);
  EXPECT_GT(big.use_count(), 1);
  const std::size_t whole = 4 + big->size() + 200;
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.text.size() >= whole; }));
  EXPECT_TRUE(std::string_view(peer.text).substr(4, big->size()) == *big);
  std::string tail;
  for (int i = 0; i < 100; ++i) tail += std::string{(*big)[0], '!'};
  EXPECT_TRUE(peer.text.ends_with(tail));
  EXPECT_EQ(story.connection->backlog(), 0u);
  EXPECT_EQ(big.use_count(), 1);
}

TEST_P(Connections, TheTurnsLastBytesComeBehindWhatIsQueued) {
  Story& story = new_story();
  Peer peer = adopt(story);
  const SharedBytes room = share("[one][two]");
  story.connection->send("<");
  story.connection->send_shared_last(room, 0, 5);
  story.connection->send_shared_last(room, 5, 5);
  story.connection->send_last(">");
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.text.size() >= 12; }));
  EXPECT_EQ(peer.text, "<[one][two]>");
}

TEST_P(Connections, TheTurnsLastBytesArriveWholeThoughTheSocketIsFull) {
  make_loop({.send_queue_bytes = 0});
  Story& story = new_story();
  Peer peer = adopt(story, 4096);
  const SharedBytes big = share(pattern(8'000'000));
  story.connection->send_shared_last(big, 0, big->size());
  story.connection->send_last(*big);
  story.connection->send(".");
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.text.size() > 2 * big->size(); }));
  EXPECT_TRUE(peer.text == *big + *big + ".");
  EXPECT_EQ(big.use_count(), 1);
}

TEST_P(Connections, APeerWhoIsGoneIsFoundByTheTurnsLastBytes) {
  Story& story = new_story();
  Peer peer = adopt(story);
  const SharedBytes room = share("anyone there?");
  peer.reset();
  ASSERT_TRUE(turn_until([&] {
    if (story.connection) story.connection->send_shared_last(room, 0, room->size());
    return !story.closed.empty();
  }));
  EXPECT_EQ(story.closed, std::vector{CloseReason::reset});
}

TEST_F(EventConnectionTest, TheTurnsLastBytesLeaveAtOnceIfNothingIsQueued) {
  Story& story = new_story();
  Peer peer = adopt(story);
  const SharedBytes room = share("at once");
  story.connection->send_shared_last(room, 0, room->size());
  EXPECT_EQ(story.connection->backlog(), 0u);
  EXPECT_EQ(room.use_count(), 1);
  peer.receive();  // no turn of the loop in between: over loopback a send is there when it returns
  EXPECT_EQ(peer.text, "at once");
}

TEST_P(Connections, WritableComesOnceWhenABacklogHasGone) {
  make_loop({.send_queue_bytes = 0});
  Story& story = new_story();
  Peer peer = adopt(story, 4096);
  story.connection->send("no backlog from this");
  settle();
  EXPECT_EQ(story.writables, 0);
  story.connection->send(std::string(8'000'000, 'x'));
  settle();
  EXPECT_EQ(story.writables, 0);
  ASSERT_TRUE(turn_until([&] { return peer.receive(), story.writables > 0; }));
  settle();
  EXPECT_EQ(story.writables, 1);
  story.connection->send("nor from this");
  settle();
  EXPECT_EQ(story.writables, 1);
}

TEST_P(Connections, OnePieceAtATimeThroughWritableArrivesWhole) {
  make_loop({.send_queue_bytes = 0});
  Story& story = new_story();
  const std::string piece = pattern(5'000'000);
  int left = 3;
  story.on_writable = [&] { left-- > 0 ? story.connection->send(piece) : story.connection->finish(); };
  Peer peer = adopt(story, 4096);
  story.connection->send(piece);
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.fin; }));
  EXPECT_TRUE(peer.text == piece + piece + piece + piece);
}

TEST_P(Connections, SlowReaderIsCutAtTheBound) {
  make_loop({.send_queue_bytes = 100'000});
  Story& story = new_story();
  Peer peer = adopt(story, 4096);
  std::size_t sent = 0;
  while (story.closed.empty() && sent < 100'000'000) {
    if (story.connection) story.connection->send(std::string(10'000, 'x'));
    sent += 10'000;
    EXPECT_LE(story.connection ? story.connection->backlog() : 0, 100'000u);
    turn(milliseconds{0});
  }
  EXPECT_EQ(story.closed, std::vector{CloseReason::slow_reader});
  EXPECT_EQ(connection_count(), 0u);
}

TEST_P(Connections, ReaderThatHasRoomIsNotJudgedByOneBigSend) {
  make_loop({.send_queue_bytes = 1000});
  Story& story = new_story();
  Peer peer = adopt(story);
  const std::string big = pattern(50'000);  // past the bound, but the socket takes it
  story.connection->send(big);
  ASSERT_TRUE(turn_until([&] { return peer.receive(), peer.text.size() >= big.size(); }));
  EXPECT_TRUE(peer.text == big);
  EXPECT_TRUE(story.closed.empty());
}

TEST_P(Connections, ReaderThatHasCaughtUpIsTriedBeforeItIsJudged) {
  make_loop({.send_queue_bytes = 400'000});
  Story& story = new_story();
  Peer peer = adopt(story, 4096);
  while (story.connection->backlog() < 300'000) {
    story.connection->send(std::string(10'000, 'x'));
    turn(milliseconds{0});
    ASSERT_TRUE(story.closed.empty());
  }
  for (int i = 0; i < 1000; ++i) peer.receive();  // the edge that tells of the room waits for the next turn
  story.connection->send(std::string(200'000, 'x'));
  turn(milliseconds{0});
  EXPECT_TRUE(story.closed.empty());
}

TEST_P(Connections, PeerThatTakesNothingIsCutAtTheWriteStallDeadline) {
  make_loop({.send_queue_bytes = 0, .write_stall = seconds{60}});
  Story& story = new_story();
  Peer peer = adopt(story, 4096);
  story.connection->send(std::string(8'000'000, 'x'));
  settle();
  clock.advance(seconds{59});
  settle();
  EXPECT_TRUE(story.closed.empty());
  const std::size_t backlog = story.connection->backlog();
  ASSERT_TRUE(turn_until([&] { return peer.receive(500'000), story.connection->backlog() < backlog; }));
  clock.advance(seconds{59});  // slow but steady: the deadline counts from the last byte that it took
  turn(milliseconds{0});
  EXPECT_TRUE(story.closed.empty());
  settle();
  clock.advance(seconds{61});
  ASSERT_TRUE(turn_until([&] { return !story.closed.empty(); }));
  EXPECT_EQ(story.closed, std::vector{CloseReason::write_stalled});
}

TEST_P(Connections, PauseStopsInputAndResumeNeedsNoNewEdge) {
  Story& story = new_story();
  story.on_bytes = [&](std::string_view) { story.connection->pause_reading(); };
  Peer peer = adopt(story);
  const std::string data = pattern(300'000);
  std::size_t sent = peer.send(data);
  ASSERT_TRUE(turn_until([&] { return !story.bytes.empty(); }));
  settle();
  const std::size_t first = story.bytes.size();
  EXPECT_LE(first, base::limits::kReadBufferBytes);
  int resumes = 0;
  ASSERT_TRUE(turn_until([&] {  // everything has arrived: no edge will come any more, only resumes
    sent += peer.send(std::string_view(data).substr(sent));
    if (sent == data.size()) peer.shutdown_write();
    story.connection->resume_reading();
    ++resumes;
    return story.fins == 1;
  }));
  EXPECT_TRUE(story.bytes == data);
  EXPECT_GE(resumes, 4);
}

TEST_P(Connections, FinDuringAPauseComesAfterTheData) {
  Story& story = new_story();
  Peer peer = adopt(story);
  story.connection->pause_reading();
  peer.send("said before leaving");
  peer.close();
  settle();
  EXPECT_EQ(story.bytes, "");
  EXPECT_EQ(story.fins, 0);
  story.connection->resume_reading();
  ASSERT_TRUE(turn_until([&] { return story.fins == 1; }));
  EXPECT_EQ(story.bytes, "said before leaving");
}

TEST_P(Connections, PauseAndResumeInsideReceivedLosesNothing) {
  Story& story = new_story();
  story.on_bytes = [&](std::string_view) {
    story.connection->pause_reading();
    story.connection->resume_reading();
  };
  Peer peer = adopt(story);
  const std::string data = pattern(1'000'000);
  std::size_t sent = 0;
  ASSERT_TRUE(turn_until([&] {
    sent += peer.send(std::string_view(data).substr(sent));
    return story.bytes.size() == data.size();
  }));
  EXPECT_TRUE(story.bytes == data);
}

TEST_F(EventConnectionTest, FloodOfOneDoesNotDelayAnother) {
  Story& flood = new_story();
  Story& quiet = new_story();
  Peer flooder = adopt(flood);
  Peer other = adopt(quiet);
  // What one turn may bring from the flooder, however much there is.
  std::size_t in_one_turn = 0;
  flood.on_bytes = [&](std::string_view bytes) {
    in_one_turn += bytes.size();
    flooder.send(std::string(bytes.size(), 'f'));  // as fast as it is read
  };
  const std::string block(1'000'000, 'f');
  for (int i = 0; i < 20; ++i) {
    flooder.send(block);
    other.send("x");
    in_one_turn = 0;
    loop->run_once(milliseconds{100});
    EXPECT_LE(in_one_turn,
              2u * static_cast<std::size_t>(base::limits::kReadsPerTurnMax) * base::limits::kReadBufferBytes);
  }
  ASSERT_TRUE(turn_until([&] { return quiet.bytes.size() == 20; }));
}

TEST_P(Connections, HandlersTimerFiresOnceAndCanBeMoved) {
  Story& story = new_story();
  Peer peer = adopt(story);
  story.connection->set_timer(milliseconds{1000});
  story.connection->set_timer(milliseconds{2000});
  clock.advance(milliseconds{1500});
  settle();
  EXPECT_EQ(story.timers, 0);
  clock.advance(milliseconds{500});
  ASSERT_TRUE(turn_until([&] { return story.timers == 1; }));
  clock.advance(seconds{10});
  settle();
  EXPECT_EQ(story.timers, 1);
  story.connection->set_timer(milliseconds{1000});
  story.connection->cancel_timer();
  clock.advance(seconds{10});
  settle();
  EXPECT_EQ(story.timers, 1);
}

TEST_F(EventConnectionTest, IdleConnectionFitsInTwoHundredBytes) {
  EXPECT_LE(sizeof(EventConnection) + sizeof(std::unique_ptr<EventConnection>), 160u);
}

}  // namespace
}  // namespace veche::net

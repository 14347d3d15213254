#include "net/coroutine.h"

#include "tests/fakes/fake_connection.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace veche::net {
namespace {

using fakes::FakeConnection;
using namespace std::chrono_literals;

/// What a coroutine did; `gone` when its frame went.
struct Diary {
  std::vector<std::string> lines;
  bool gone = false;
};
struct Presence {
  Diary& diary;
  ~Presence() { diary.gone = true; }
};

class CoroutineTest : public ::testing::Test {
 protected:
  void serve(Coroutine coroutine) {
    stream = std::make_unique<Stream>(std::move(coroutine));
    stream->opened(connection);
  }
  FakeConnection connection;
  Diary diary;
  std::unique_ptr<Stream> stream;
};

Task reads_lines(Stream& client, Diary& diary, std::chrono::milliseconds deadline) {
  const Presence here{diary};
  while (true) {
    const Got got = co_await client.read(deadline);
    if (got.end == Wait::timed_out) diary.lines.emplace_back("timed out");
    if (got.end == Wait::finished) diary.lines.emplace_back("finished");
    if (!got) co_return;
    diary.lines.emplace_back(got.bytes);
  }
}

TEST_F(CoroutineTest, ReadsWhatComesUntilThePeerHasFinished) {
  serve([this](Stream& client) { return reads_lines(client, diary, {}); });
  stream->received("one");
  stream->received("two");
  EXPECT_FALSE(connection.finished);
  stream->peer_finished();
  EXPECT_EQ(diary.lines, (std::vector<std::string>{"one", "two", "finished"}));
  EXPECT_TRUE(connection.finished);
  EXPECT_TRUE(diary.gone);
}

TEST_F(CoroutineTest, AReadHasADeadlineThatEachReadBeginsAnew) {
  serve([this](Stream& client) { return reads_lines(client, diary, 5s); });
  EXPECT_EQ(connection.timer, 5s);
  connection.timer = 1s;
  stream->received("in time");
  EXPECT_EQ(connection.timer, 5s);
  stream->timer();
  EXPECT_EQ(diary.lines, (std::vector<std::string>{"in time", "timed out"}));
  EXPECT_TRUE(connection.finished);
}

Task writes(Stream& client, Diary& diary) {
  diary.lines.emplace_back(co_await client.write("first", 3s) == Wait::done ? "written" : "stuck");
  diary.lines.emplace_back(co_await client.write("second", 3s) == Wait::done ? "written" : "stuck");
}

TEST_F(CoroutineTest, AWriteWaitsForRoomAndReadsNothingMeanwhile) {
  connection.backlog_bytes = 3;
  serve([this](Stream& client) { return writes(client, diary); });
  EXPECT_EQ(connection.sent, "first");
  EXPECT_TRUE(diary.lines.empty());
  EXPECT_TRUE(connection.reading_paused);
  connection.backlog_bytes = 0;
  stream->writable();
  EXPECT_EQ(diary.lines, (std::vector<std::string>{"written", "written"}));
  EXPECT_EQ(connection.sent, "firstsecond");
  EXPECT_TRUE(connection.finished);
}

TEST_F(CoroutineTest, AWriteHasADeadline) {
  connection.backlog_bytes = 3;
  serve([this](Stream& client) { return writes(client, diary); });
  EXPECT_EQ(connection.timer, 3s);
  stream->timer();
  EXPECT_EQ(diary.lines, std::vector<std::string>{"stuck"});
}

Task naps(Stream& client, Diary& diary) {
  co_await client.sleep(2s);
  diary.lines.emplace_back("awake");
  const Got got = co_await client.read();
  diary.lines.emplace_back(got.bytes);
}

TEST_F(CoroutineTest, ASleeperReadsNothingUntilHeIsAwake) {
  serve([this](Stream& client) { return naps(client, diary); });
  EXPECT_EQ(connection.timer, 2s);
  EXPECT_TRUE(connection.reading_paused);
  stream->timer();
  EXPECT_FALSE(connection.reading_paused);
  stream->received("good morning");
  EXPECT_EQ(diary.lines, (std::vector<std::string>{"awake", "good morning"}));
}

TEST_F(CoroutineTest, WhenTheConnectionBreaksTheFrameGoesWhereItWaits) {
  serve([this](Stream& client) { return reads_lines(client, diary, {}); });
  stream->received("one");
  EXPECT_FALSE(diary.gone);
  stream->closed(CloseReason::reset);
  EXPECT_TRUE(diary.gone);
  EXPECT_EQ(diary.lines, std::vector<std::string>{"one"});
  EXPECT_EQ(stream->reason(), CloseReason::reset);
}

Task greets(Stream& client) { co_await client.write("Hello, World!\r\n"); }

TEST_F(CoroutineTest, OneThatReturnsAtOnceSaysItsWordAndFinishes) {
  serve(greets);
  EXPECT_EQ(connection.sent, "Hello, World!\r\n");
  EXPECT_TRUE(connection.finished);
  stream->received("too late");  // read, and thrown away
  stream->peer_finished();
  stream->closed(CloseReason::finished);
}

}  // namespace
}  // namespace veche::net

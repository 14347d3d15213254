// What a connection does with its thread. What it does with its peer is in event_connection_test.cpp and
// event_close_test.cpp, for both kinds.
#include "net/thread_connection.h"

#include "base/mailbox.h"
#include "net/test_peer.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace veche::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Peer;
using testing::Story;
using testing::StoryHandler;

/// Sends what comes into its mailbox.
class MailHook final : public LoopHook {
 public:
  explicit MailHook(ThreadConnection& connection)
      : mailbox([&connection] { connection.wake(); }), connection_(connection) {}
  void turn() override {
    mailbox.drain(mail_);
    for (const std::string& text : mail_) connection_.send(text);
    mail_.clear();
  }
  bool may_sleep() override { return mailbox.prepare_to_sleep(); }

  base::Mailbox<std::string> mailbox;

 private:
  ThreadConnection& connection_;
  std::vector<std::string> mail_;
};

class ThreadConnectionTest : public ::testing::Test {
 protected:
  ThreadConnectionTest() {
    testing::Pair pair = testing::connected_pair();
    peer = std::move(pair.peer);
    connection = std::make_unique<ThreadConnection>(std::move(pair.server), make_waker(), pair.address, clock,
                                                    options);
    hook = std::make_unique<MailHook>(*connection);
  }
  /// The thread's whole life.
  std::thread start() {
    return std::thread([this] {
      connection->open(std::make_unique<StoryHandler>(story), hook.get());
      connection->run();
    });
  }
  /// Waits for what the connection's thread sends.
  void expect(const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + testing::kPatience;
    while (peer.text != text && std::chrono::steady_clock::now() < end) {
      peer.receive();
      std::this_thread::yield();
    }
    EXPECT_EQ(peer.text, text);
  }

  base::SystemClock clock;
  LoopOptions options;
  Story story;
  Peer peer;
  std::unique_ptr<ThreadConnection> connection;
  std::unique_ptr<MailHook> hook;
};

TEST_F(ThreadConnectionTest, RunsUntilBothSidesHaveFinished) {
  story.on_bytes = [this](std::string_view bytes) { story.connection->send(bytes); };
  story.on_fin = [this] { story.connection->finish(); };
  std::thread thread = start();
  peer.send("hello");
  expect("hello");
  peer.shutdown_write();
  thread.join();
  EXPECT_EQ(story.closed, std::vector{CloseReason::finished});
}

TEST_F(ThreadConnectionTest, MailOfOtherThreadsWakesItFromItsSleep) {
  std::thread thread = start();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    hook->mailbox.push(std::to_string(i));
    all += std::to_string(i);
    if (i % 3 == 0) expect(all);  // it is, or will soon be, asleep
  }
  expect(all);
  peer.close();
  connection->stop();
  thread.join();
}

// A client who says nothing would else never be asked for a name: the command that asks leaves with a turn.
TEST_F(ThreadConnectionTest, TheHookSeesAtOnceWhatOpenedBrought) {
  connection->open(std::make_unique<StoryHandler>(story), hook.get());
  const auto begin = std::chrono::steady_clock::now();
  connection->run_once(testing::kPatience);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, testing::kPatience);
}

TEST_F(ThreadConnectionTest, StopEndsItWhereverItIs) {
  std::thread thread = start();
  connection->stop();
  thread.join();
  EXPECT_EQ(story.opened, 1);
  EXPECT_EQ(story.closed, std::vector{CloseReason::aborted});
  peer.receive();
  EXPECT_TRUE(peer.fin);
}

TEST_F(ThreadConnectionTest, ItsTimerEndsItsSleep) {
  story.on_open = [this] { story.connection->set_timer(milliseconds{1}); };
  story.on_timer = [this] { story.connection->finish(); };
  std::thread thread = start();
  peer.shutdown_write();
  thread.join();
  EXPECT_EQ(story.timers, 1);
}

// poll reports a broken connection whatever it was asked for: looking away would spin for ever.
TEST_F(ThreadConnectionTest, ResetDuringAPauseIsItsEnd) {
  connection->open(std::make_unique<StoryHandler>(story));
  connection->pause_reading();
  peer.reset();
  while (connection->run_once(testing::kPatience)) {
  }
  EXPECT_EQ(story.closed, std::vector{CloseReason::reset});
}

// telnet's interrupt comes as urgent data.
TEST_F(ThreadConnectionTest, APausedConnectionSleepsOverInput) {
  connection->open(std::make_unique<StoryHandler>(story));
  connection->pause_reading();
  peer.send("first");
  peer.send("!", MSG_OOB);
  peer.shutdown_write();
  connection->run_once(testing::kPatience);  // the first turn, which does not wait
  const auto begin = std::chrono::steady_clock::now();
  connection->run_once(milliseconds{20});
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds{20});
  EXPECT_EQ(story.bytes, "");
  connection->resume_reading();
  while (story.fins == 0) connection->run_once(testing::kPatience);
  EXPECT_EQ(story.bytes, "first!");
}

using ThreadConnectionDeathTest = ThreadConnectionTest;

TEST_F(ThreadConnectionDeathTest, AnotherThreadMayNotSend) {
  connection->open(std::make_unique<StoryHandler>(story));
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(std::thread([this] { connection->send("x"); }).join(), "on its own thread");
}

}  // namespace
}  // namespace veche::net

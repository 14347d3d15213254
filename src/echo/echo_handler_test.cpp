#include "echo/echo_handler.h"

#include "tests/fakes/fake_connection.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace veche::echo {
namespace {

using namespace std::chrono_literals;

class Book final : public net::Guestbook {
 public:
  void came(const net::Address&) override {}
  void went(const net::Address& peer, std::string_view what) override {
    lines.push_back(peer.text() + ": " + std::string(what));
  }
  void refused(const net::Address&, std::string_view) override {}
  std::vector<std::string> lines;
};

/// The handler and the coroutine do the same.
class Echoes : public ::testing::TestWithParam<std::string> {
 protected:
  void serve() {
    if (GetParam() == "handler") {
      handler = std::make_unique<EchoHandler>(options, book);
    } else {
      handler = std::make_unique<net::Stream>(
          [this](net::Stream& client) { return echo_coroutine(client, options, book); });
    }
    handler->opened(connection);
  }
  base::ManualClock clock;
  EchoOptions options{clock};
  Book book;
  fakes::FakeConnection connection;
  std::unique_ptr<net::Handler> handler;
};
INSTANTIATE_TEST_SUITE_P(Ways, Echoes, ::testing::Values("handler", "coroutine"),
                         [](const auto& way) { return way.param; });

TEST_P(Echoes, EveryByteAndThenTheEnd) {
  serve();
  handler->received("one ");
  handler->received(std::string_view("\0two", 4));
  EXPECT_EQ(connection.sent, std::string("one \0two", 8));
  EXPECT_FALSE(connection.finished);
  handler->peer_finished();
  EXPECT_TRUE(connection.finished);
  clock.advance(1500ms);
  handler->closed(net::CloseReason::finished);
  EXPECT_EQ(book.lines.size(), 1u);
  EXPECT_TRUE(book.lines[0].starts_with("127.0.0.1:40000: 8 bytes in ")) << book.lines[0];
  EXPECT_TRUE(book.lines[0].ends_with(" s, finished")) << book.lines[0];
}

TEST_P(Echoes, WhoDoesNotReadIsNotReadFrom) {
  serve();
  connection.backlog_bytes = EchoHandler::kOnItsWayMax + 1;
  handler->received("more");
  EXPECT_TRUE(connection.reading_paused);
  connection.backlog_bytes = 0;
  handler->writable();
  EXPECT_FALSE(connection.reading_paused);
}

TEST_P(Echoes, WhoIsSilentForTooLongIsLetGo) {
  options.idle_timeout = 10s;
  serve();
  EXPECT_EQ(connection.timer, 10s);
  handler->received("still here");
  handler->timer();
  if (GetParam() == "handler") {
    EXPECT_FALSE(connection.finished) << "he spoke since the last look";
    handler->timer();
  }
  EXPECT_TRUE(connection.finished);
  handler->closed(net::CloseReason::finished);
  EXPECT_TRUE(book.lines.at(0).ends_with(", silent for too long")) << book.lines[0];
}

TEST_P(Echoes, ABrokenConnectionIsCalledWhatItWas) {
  serve();
  handler->received("12345");
  handler->closed(net::CloseReason::reset);
  ASSERT_EQ(book.lines.size(), 1u);
  EXPECT_EQ(book.lines[0], "127.0.0.1:40000: 5 bytes in 0.0 s, reset by peer");
}

}  // namespace
}  // namespace veche::echo

#include "net/handler.h"

#include "tests/fakes/fake_connection.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace veche::net {
namespace {

TEST(CloseReason, EachHasWordsOfItsOwn) {
  std::set<std::string_view> texts;
  for (const CloseReason reason :
       {CloseReason::finished, CloseReason::reset, CloseReason::peer_dead, CloseReason::slow_reader,
        CloseReason::write_stalled, CloseReason::aborted})
    texts.insert(close_reason_text(reason));
  EXPECT_EQ(texts.size(), 6u);
  EXPECT_FALSE(texts.contains("unknown"));
}

TEST(FakeConnection, WritesDownWhatAHandlerDoes) {
  fakes::FakeConnection connection;
  const auto shared = std::make_shared<const std::string>("[one][two]");
  connection.send("a");
  connection.send_shared(shared, 5, 5);
  EXPECT_EQ(connection.take_sent(), "a[two]");
  EXPECT_EQ(connection.sends, 2u);
  EXPECT_EQ(connection.shared_sends, 1u);
  connection.pause_reading();
  EXPECT_TRUE(connection.reading_paused);
  connection.set_timer(std::chrono::seconds{1});
  EXPECT_EQ(connection.timer, std::chrono::milliseconds{1000});
  EXPECT_EQ(connection.peer().text(), "127.0.0.1:40000");
}

TEST(FakeConnection, TakesNothingAfterTheEndLikeARealOne) {
  fakes::FakeConnection connection;
  connection.set_timer(std::chrono::seconds{1});
  connection.finish();
  connection.send("late");
  connection.abort(CloseReason::aborted);
  connection.abort(CloseReason::reset);
  EXPECT_EQ(connection.sent, "");
  EXPECT_TRUE(connection.finished);
  EXPECT_EQ(connection.timer, std::nullopt);
  EXPECT_EQ(connection.aborted, CloseReason::aborted);
}

}  // namespace
}  // namespace veche::net

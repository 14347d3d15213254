#include "control/control_connection.h"

#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace veche::control {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kEnough{60};  // bounds a failure; nothing waits for it

class ControlConnectionTest : public testing::Test {
 protected:
  void SetUp() override {
    listener_ = net::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener_.get(), 0), 0);
  }

  static base::Result<ControlConnection> open(const std::filesystem::path& path,
                                              std::chrono::milliseconds patience = kEnough) {
    return ControlConnection::open(path, patience, {"nobody there", "start it"});
  }
  /// The connection and the server's end of it.
  std::pair<ControlConnection, net::Fd> connected(std::chrono::milliseconds patience = kEnough) {
    auto connection = open(path_, patience);
    return {std::move(connection.value()), net::Fd(::accept(listener_.get(), nullptr, nullptr))};
  }
  static void say(const net::Fd& server, std::string_view bytes) {
    EXPECT_EQ(::send(server.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  template <class Value>
  std::string error(const base::Result<Value>& result) const {
    if (result) return "none";
    return result.error().what == path_.string() ? result.error().why + " (" + result.error().hint + ')'
                                                 : result.error().text();
  }

  const fakes::TempDir dir_;
  const std::filesystem::path path_ = dir_ / "veche.sock";
  net::Fd listener_;
};

TEST_F(ControlConnectionTest, LinesComeOneByOneHoweverTheyAreCut) {
  auto [connection, server] = connected();
  say(server, "one\ntw");
  EXPECT_EQ(connection.receive(100).value(), "one");
  EXPECT_FALSE(connection.has_line());
  say(server, "o\n\nfour\n");
  EXPECT_EQ(connection.receive(100).value(), "two");
  EXPECT_TRUE(connection.has_line());
  EXPECT_EQ(connection.receive(100).value(), "");
  EXPECT_EQ(connection.receive(100).value(), "four");
  EXPECT_FALSE(connection.has_line());
}

TEST_F(ControlConnectionTest, WhatIsSentArrives) {
  auto [connection, server] = connected();
  ASSERT_TRUE(connection.send("hello\n"));
  char piece[16] = {};
  EXPECT_EQ(::recv(server.get(), piece, sizeof piece, 0), 6);
  EXPECT_STREQ(piece, "hello\n");
}

TEST_F(ControlConnectionTest, ALineIsTakenUpToItsLimitAndNoLonger) {
  auto [connection, server] = connected();
  say(server, "12345\n123456\n");
  EXPECT_EQ(connection.receive(5).value(), "12345");
  EXPECT_EQ(error(connection.receive(5)), "the server's answer is too long ()");
  auto [other, endless] = connected();
  say(endless, "123456");
  EXPECT_EQ(error(other.receive(5)), "the server's answer is too long ()");
}

TEST_F(ControlConnectionTest, AServerThatHangsUpIsSaidToHave) {
  auto [connection, server] = connected();
  say(server, "half");
  server.reset();
  EXPECT_EQ(error(connection.receive(100)),
            "the server closed the connection without an answer (its log may say why)");
  auto [other, leaving] = connected();
  say(leaving, "line\nhalf");
  leaving.reset();
  EXPECT_EQ(error(other.receive(100)), "none");
  EXPECT_EQ(error(other.receive(100)),
            "the server closed the connection in the middle of its answer (its log may say why)");
}

TEST_F(ControlConnectionTest, TheLastWordsOfAServerThatDoesNotListenAreHeard) {
  auto [connection, server] = connected();
  say(server, "go away\n");
  server.reset();
  EXPECT_EQ(error(connection.send("hello\n")), "none");
  EXPECT_EQ(connection.receive(100).value(), "go away");
}

TEST_F(ControlConnectionTest, ASilentServerIsGivenUp) {
  auto [connection, server] = connected(20ms);
  EXPECT_EQ(error(connection.receive(100)),
            "the server did not answer within 0.02 s (whether it was done is not known)");
}

TEST_F(ControlConnectionTest, AServerThatDoesNotReadIsGivenUp) {
  auto [connection, server] = connected(20ms);
  EXPECT_EQ(error(connection.send(std::string(16 * 1024 * 1024, 'x'))),
            "the server did not answer within 0.02 s (it does not read)");
}

TEST_F(ControlConnectionTest, WhatCameInTimeIsHeardAfterIt) {
  auto [connection, server] = connected(0ms);
  say(server, "here\n");
  EXPECT_EQ(connection.receive(100).value(), "here");
}

TEST_F(ControlConnectionTest, AServerWhoseBacklogIsFullIsGivenUp) {
  std::vector<ControlConnection> others;
  for (;;) {
    auto another = open(path_, 0ms);
    if (!another) {
      EXPECT_EQ(error(another), "the server did not answer within 0 s (it takes no connection)");
      break;
    }
    others.push_back(*std::move(another));
    ASSERT_LT(others.size(), 100u);
  }
}

TEST_F(ControlConnectionTest, ASocketThatNobodyListensOnIsToldInTheCallersWords) {
  EXPECT_EQ(open(dir_ / "other.sock").error().text(),
            (dir_ / "other.sock").string() + ": nobody there (start it)");
  listener_.reset();
  EXPECT_EQ(error(open(path_)), "nobody there (start it)");
}

TEST_F(ControlConnectionTest, APathTooLongForASocketIsSaidToBe) {
  const std::string path(108, 'x');
  EXPECT_EQ(open(path).error().text(),
            path + ": the path is too long for a socket (use a data directory with a shorter path)");
}

TEST_F(ControlConnectionTest, AFileThatIsNoSocketIsNobody) {
  ASSERT_EQ(::rename(path_.c_str(), (dir_ / "moved.sock").c_str()), 0);
  std::filesystem::create_directory(path_);
  EXPECT_EQ(error(open(path_)), "nobody there (start it)");
}

}  // namespace
}  // namespace veche::control

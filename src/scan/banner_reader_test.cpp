#include "scan/banner_reader.h"

#include "scan/plan.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <sys/socket.h>

#include <array>
#include <vector>

namespace veche::scan {
namespace {

using namespace std::chrono_literals;

constexpr base::MonoTime kStart{1h};

/// A service, whose other end is being read.
class Service {
 public:
  Service(BannerReader& reader, base::MonoTime now = kStart) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    end_ = net::Fd(ends[0]);
    reader.add(net::Fd(ends[1]), now, [this](std::string banner) { said.push_back(std::move(banner)); });
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void say(std::string_view text) {
    EXPECT_EQ(::send(end_.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  void close() { end_.reset(); }
  /// Whether the reader has let go.
  bool is_left() const {
    char c = 0;
    return ::recv(end_.get(), &c, 1, 0) == 0;
  }

  std::vector<std::string> said;  ///< what the reader gave; one at most

 private:
  net::Fd end_;
};

using Said = std::vector<std::string>;

bool is_readable(int fd) {
  pollfd ready{fd, POLLIN, 0};
  return ::poll(&ready, 1, 0) == 1;
}

TEST(BannerReader, WholeLineIsEnough) {
  BannerReader reader;
  Service service(reader);
  EXPECT_FALSE(is_readable(reader.fd()));
  service.say("SSH-2.0-OpenSSH_9.2\r\n");
  EXPECT_TRUE(is_readable(reader.fd()));
  reader.run(kStart);
  EXPECT_EQ(service.said, Said{"SSH-2.0-OpenSSH_9.2\r\n"});
  EXPECT_EQ(reader.size(), 0u);
  EXPECT_TRUE(service.is_left());
}

TEST(BannerReader, LineMayComeInPieces) {
  BannerReader reader;
  Service service(reader);
  for (const char* const piece : {"220 ", "mail", ".example.org"}) {
    service.say(piece);
    reader.run(kStart);
    EXPECT_TRUE(service.said.empty());
  }
  service.say("\r\n");
  reader.run(kStart);
  EXPECT_EQ(service.said, Said{"220 mail.example.org\r\n"});
}

TEST(BannerReader, WhatCameWithTheLineIsKept) {
  BannerReader reader;
  Service service(reader);
  service.say("220-first\r\n220 second\r\nhalf");
  reader.run(kStart);
  EXPECT_EQ(service.said, Said{"220-first\r\n220 second\r\nhalf"});
}

TEST(BannerReader, LongOneIsCutAtItsBound) {
  BannerReader reader;
  Service service(reader);
  service.say(std::string(kBannerBytes - 1, 'x'));
  reader.run(kStart);
  EXPECT_TRUE(service.said.empty());
  service.say("yyy\n");
  reader.run(kStart);
  EXPECT_EQ(service.said, Said{std::string(kBannerBytes - 1, 'x') + 'y'});
}

TEST(BannerReader, BytesOfEveryValueComeAsTheyAre) {
  BannerReader reader;
  Service service(reader);
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  service.say(bytes);
  reader.run(kStart);
  EXPECT_EQ(service.said, Said{bytes});
}

TEST(BannerReader, SilentOneIsWaitedForUntilItsDeadline) {
  BannerReader reader;
  Service service(reader);
  EXPECT_EQ(reader.deadline(), kStart + kBannerTime);
  reader.run(kStart + kBannerTime - 1ns);
  EXPECT_TRUE(service.said.empty());
  reader.run(kStart + kBannerTime);
  EXPECT_EQ(service.said, Said{""});
  EXPECT_FALSE(reader.deadline());
}

TEST(BannerReader, HalfALineIsKeptAtTheDeadline) {
  BannerReader reader;
  Service service(reader);
  service.say("login: ");
  reader.run(kStart);
  reader.run(kStart + kBannerTime);
  EXPECT_EQ(service.said, Said{"login: "});
}

TEST(BannerReader, EndOfTheConnectionIsTheEnd) {
  BannerReader reader;
  Service silent(reader), hasty(reader);
  silent.close();
  hasty.say("bye");
  hasty.close();
  reader.run(kStart);
  EXPECT_EQ(silent.said, Said{""});
  EXPECT_EQ(hasty.said, Said{"bye"});
}

TEST(BannerReader, SocketThatIsNotConnectedHasSaidNothing) {
  BannerReader reader;
  int times = 0;
  const auto done = [&times](const std::string& banner) {
    EXPECT_EQ(banner, "");
    ++times;
  };
  reader.add(net::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), kStart, done);
  reader.run(kStart);
  EXPECT_EQ(times, 1);
  reader.add(net::Fd(), kStart, done);  // cannot even be waited for
  EXPECT_EQ(times, 2);
  EXPECT_EQ(reader.size(), 0u);
}

TEST(BannerReader, EachHasATimeOfItsOwn) {
  BannerReader reader;
  Service first(reader), second(reader, kStart + 1s);
  EXPECT_EQ(reader.deadline(), kStart + kBannerTime);
  reader.run(kStart + kBannerTime);
  EXPECT_EQ(first.said, Said{""});
  EXPECT_TRUE(second.said.empty());
  EXPECT_EQ(reader.deadline(), kStart + 1s + kBannerTime);
  second.say("late\n");
  reader.run(kStart + kBannerTime);
  EXPECT_EQ(second.said, Said{"late\n"});
}

// More are ready than are looked at in one turn, and the turn comes late: what they said is there all the
// same.
TEST(BannerReader, BusyThreadLosesNoBannerOfMany) {
  BannerReader reader;
  std::vector<std::unique_ptr<Service>> services;
  for (int i = 0; i < 200; ++i) {
    services.push_back(std::make_unique<Service>(reader));
    services.back()->say(std::to_string(i) + '\n');
  }
  reader.run(kStart + kBannerTime);
  EXPECT_EQ(reader.size(), 0u);
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(services[static_cast<std::size_t>(i)]->said, Said{std::to_string(i) + '\n'});
  }
}

TEST(BannerReader, ClearedOnesAreLeftWithoutAWord) {
  BannerReader reader;
  Service service(reader);
  service.say("SSH-2.0-x\n");
  reader.clear();
  EXPECT_EQ(reader.size(), 0u);
  reader.run(kStart + 1h);
  EXPECT_TRUE(service.said.empty());
}

}  // namespace
}  // namespace veche::scan

// The whole server in one process, over real sockets, with all its threads: what the thread sanitizer looks
// at. What it says to whom is tested elsewhere (session, chat) and from outside (tests/e2e).
#include "server/server.h"

#include "store/data_dir.h"
#include "store/password.h"
#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/time.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace veche::server {
namespace {

/// A blocking client; a wait that takes a minute has failed.
class Peer {
 public:
  explicit Peer(const net::Address& server)
      : socket_(::socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{60, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(socket_.get(), server.data(), server.size()), 0);
  }
  void send(const std::string& text) {
    EXPECT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// Everything up to the end of `what`; the test fails if the server closes before.
  std::string until(const std::string& what) {
    while (seen_.find(what) == std::string::npos) {
      if (!receive()) {
        ADD_FAILURE() << "closed before \"" << what << "\" came: " << seen_;
        return {};
      }
    }
    const std::size_t end = seen_.find(what) + what.size();
    std::string taken = seen_.substr(0, end);
    seen_.erase(0, end);
    return taken;
  }
  std::string until_closed() {
    while (receive()) {
    }
    return std::move(seen_);
  }

 private:
  bool receive() {
    char buffer[65536];
    const ssize_t got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    if (got > 0) seen_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }
  net::Fd socket_;
  std::string seen_;
};

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    EXPECT_TRUE(store::init_crypto());
    config.server.loops = 2;
    config.limits.command_rate = 0;
    config.accounts.hash_cost = store::HashCost::lowest;
    config.listen[0].port = 0;
    start();
  }
  void start() {
    data = std::make_unique<store::DataDir>(*store::DataDir::open(dir / "data"));
    auto started = Server::start(config, {}, *data, clock, *log);
    ASSERT_TRUE(started) << started.error().text();
    server = std::move(*started);
  }
  void stop() {
    server.reset();
    data.reset();
  }
  net::Address address() const { return server->doors()[0].at; }
  std::unique_ptr<Peer> guest(const std::string& name) {
    auto peer = std::make_unique<Peer>(address());
    peer->send(name + "\n\n/bare\n");
    peer->until("READY\n");
    return peer;
  }

  fakes::TempDir dir;
  control::Config config;
  base::SystemClock clock;
  std::unique_ptr<base::Log> log = base::Log::nowhere();
  std::unique_ptr<store::DataDir> data;
  std::unique_ptr<Server> server;
};

TEST_F(ServerTest, ManyTalkAtOnceAndEverybodyHearsEverything) {
  constexpr int kPeople = 12;
  constexpr int kLines = 100;
  std::vector<std::unique_ptr<Peer>> people;
  for (int i = 0; i < kPeople; ++i) people.push_back(guest("p" + std::to_string(i)));
  std::vector<std::thread> threads;
  for (int i = 0; i < kPeople; ++i) {
    threads.emplace_back([&, i] {
      for (int line = 0; line < kLines; ++line) people[i]->send("line " + std::to_string(line) + "\n");
      people[i]->send("/join #done\n");
    });
  }
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < kPeople; ++i) {
    std::string heard = people[i]->until("JOIN #done p" + std::to_string(i) + "\n");
    // The others' last lines may still be on their way.
    std::vector<int> next(kPeople, 0);
    int missing = (kPeople - 1) * kLines;
    while (missing > 0) {
      std::size_t at = 0;
      for (std::size_t end; (end = heard.find('\n', at)) != std::string::npos; at = end + 1) {
        int who = 0;
        int line = 0;
        if (std::sscanf(heard.c_str() + at, "MSG #veche p%d line %d", &who, &line) != 2) continue;
        ASSERT_EQ(line, next[static_cast<std::size_t>(who)]++) << "from p" << who << " to p" << i;
        --missing;
      }
      if (missing > 0) heard = people[i]->until("\n");
    }
  }
}

TEST_F(ServerTest, AccountsHistoryAndSearchOutliveARestart) {
  {
    Peer ann(address());
    ann.send("Ганна\nпароль\nпароль\n/bare\nКіт на даху\n/history 1\n");
    EXPECT_NE(ann.until("END history\n").find("Кіт на даху"), std::string::npos);
  }
  stop();
  start();
  Peer again(address());
  again.send("ГАННА\nпароль\n/bare\n/search КІТ\n");
  EXPECT_NE(again.until("END search\n").find("Кіт на даху"), std::string::npos);
}

TEST_F(ServerTest, ItSaysGoodbyeAndKeepsWhatWasSaidBefore) {
  auto talker = guest("talker");
  auto listener = guest("listener");
  talker->send("last words\n");
  listener->until("last words\n");
  std::thread ends([this] { stop(); });
  EXPECT_NE(listener->until_closed().find("ERR shutdown "), std::string::npos);
  EXPECT_NE(talker->until_closed().find("ERR shutdown "), std::string::npos);
  ends.join();
  start();
  auto reader = guest("reader");
  reader->send("/history 5\n");
  EXPECT_NE(reader->until("END history\n").find("talker last words"), std::string::npos);
}

TEST_F(ServerTest, LogInsComeAndGoWhileOthersTalk) {
  auto ear = guest("ear");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      for (int round = 0; round < 10; ++round) {
        Peer peer(address());
        const std::string name = "acc" + std::to_string(i);
        peer.send(name + (round == 0 ? "\nsecret\nsecret\n" : "\nsecret\n") + "/bare\n");
        peer.until("READY\n");
        peer.send("half a li");  // and gone, in the middle of a line
      }
    });
  }
  for (auto& thread : threads) thread.join();
  auto mouth = guest("mouth");
  mouth->send("all done\n");
  ear->until("MSG #veche mouth all done\n");
}

}  // namespace
}  // namespace veche::server

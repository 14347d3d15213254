// For tests: the whole server in one process, and blocking clients that talk to it over real sockets.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "control/config.h"
#include "net/address.h"
#include "net/fd.h"
#include "server/server.h"
#include "store/data_dir.h"
#include "store/password.h"
#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/time.h>

#include <memory>
#include <string>
#include <utility>

namespace veche::server {

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
  /// The same, but empty if the server closes before.
  std::string until_closed_or(const std::string& what) {
    while (seen_.find(what) == std::string::npos) {
      if (!receive()) return {};
    }
    return std::exchange(seen_, {});
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

/// Under each model of serving clients (`server.model`).
class ServerTest : public testing::TestWithParam<const char*> {
 protected:
  ServerTest() {
    EXPECT_TRUE(store::init_crypto());
    config.server.model = GetParam();
    config.server.loops = 2;
    config.limits.command_rate = 0;
    config.accounts.hash_cost = store::HashCost::lowest;
    for (auto& listen : config.listen) listen.port = 0;
    start();
  }
  void start() {
    data = std::make_unique<store::DataDir>(*store::DataDir::open(dir / "data"));
    auto started = Server::start(config, source, *data, clock, *log);
    ASSERT_TRUE(started) << started.error().text();
    server = std::move(*started);
  }
  void stop() {
    server.reset();
    data.reset();
  }
  net::Address address(base::Dialect dialect = base::Dialect::line) const {
    for (const Doors::Door& door : server->doors()) {
      if (door.dialect == dialect) return door.at;
    }
    return {};
  }
  std::unique_ptr<Peer> guest(const std::string& name) {
    auto peer = std::make_unique<Peer>(address());
    peer->send(name + "\n\n/bare\n");
    peer->until("READY\n");
    return peer;
  }

  fakes::TempDir dir;
  control::Config config;
  control::ConfigSource source = [this] {
    return tl::expected<control::Config, control::ConfigErrors>(config);
  };
  base::SystemClock clock;
  std::unique_ptr<base::Log> log = base::Log::nowhere();
  std::unique_ptr<store::DataDir> data;
  std::unique_ptr<Server> server;
};

inline const auto kModels = testing::Values("events", "threads");
inline std::string model_name(const testing::TestParamInfo<const char*>& info) { return info.param; }

}  // namespace veche::server

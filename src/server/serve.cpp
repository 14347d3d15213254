#include "server/serve.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "net/signals.h"
#include "server/server.h"
#include "store/data_dir.h"
#include "store/password.h"

#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

namespace veche::server {
namespace {

int failed(const base::Error& error) {
  fmt::print(stderr, "veche: {}\n", error.text());
  return 1;
}

/// Ends the main loop when a signal asks for it.
class Signals final : public net::Source {
 public:
  Signals(net::SignalFd& signals, net::EventLoop& loop) : signals_(signals), loop_(loop) {
    loop_.watch(signals_.fd(), EPOLLIN, *this);
  }
  ~Signals() override { loop_.unwatch(signals_.fd(), *this); }

  void ready(std::uint32_t) override {
    while (signals_.take()) loop_.stop();
  }
  void expired(net::Timer&) override {}

 private:
  net::SignalFd& signals_;
  net::EventLoop& loop_;
};

void print_how_to_join(const Server& server, const control::Config& config) {
  const base::Translator t_(base::language_from_environment());
  for (const Server::Door& door : server.doors()) {
    const net::Address& at = door.listener->local();
    if (at.port() != door.wanted_port && door.wanted_port != 0) {
      fmt::print("{}\n", t_("Port {} is taken; veche listens on {} instead.", door.wanted_port, at.port()));
    }
  }
  fmt::print("{}\n", t_("veche is serving. Data: {}", config.server.data_dir.string()));
  for (const Server::Door& door : server.doors()) {
    const net::Address& at = door.listener->local();
    const std::string host = at.ip() == "0.0.0.0" ? "127.0.0.1" : at.ip() == "::" ? "::1" : at.ip();
    fmt::print("{}\n", t_("Join with: telnet {} {}", host, at.port()));
  }
  fmt::print("{}\n", t_("Ctrl-C ends it."));
  std::fflush(stdout);
}

int run(const control::Config& config) {
  net::ignore_sigpipe();
  auto signals = net::SignalFd::open({SIGINT, SIGTERM});  // before any other thread runs
  if (!signals) return failed(signals.error());
  if (auto crypto = store::init_crypto(); !crypto) return failed(crypto.error());
  const std::size_t descriptors = net::raise_descriptor_limit();

  auto data = store::DataDir::open(config.server.data_dir);
  if (!data) return failed(data.error());
  auto log = base::Log::open({.target = config.log.target,
                              .level = config.log.level,
                              .format = config.log.format,
                              .file = data->log()});
  if (!log) return failed(log.error());

  const base::SystemClock clock;
  auto server = Server::start(config, *data, clock, **log);
  if (!server) {
    (*log)->error("{}", server.error().text());
    return failed(server.error());
  }
  (*log)->info("serving; data in {}, at most {} descriptors", config.server.data_dir.string(), descriptors);
  print_how_to_join(**server, config);
  {
    const Signals watch(*signals, (*server)->main_loop());
    (*server)->run();
  }
  (*log)->info("going down");
  server->reset();
  (*log)->info("down");
  return 0;
}

}  // namespace

int serve(const control::Config& config, bool) { return run(config); }

}  // namespace veche::server

// For the tests of this folder: a server that does, connection by connection, what a test has written down.
#pragma once

#include "net/fd.h"
#include "net/socket.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace veche::echo::testing {

/// The server's end of a connection; blocks.
class Served {
 public:
  Served(net::Fd fd, int end) : fd_(std::move(fd)), end_(end) {}

  /// What came; empty when the client has finished or gone.
  std::string hear() {
    std::array<char, 65536> buffer;
    const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    return std::string(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  void say(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Until the client finishes.
  void echo() {
    for (std::string bytes; !(bytes = hear()).empty();) say(bytes);
  }
  /// Keeps the connection open, in silence, until the server goes.
  void hold() {
    pollfd end{end_, POLLIN, 0};
    ::poll(&end, 1, -1);
  }
  void reset() { net::reset_on_close(fd_.get()); }

 private:
  net::Fd fd_;
  const int end_;
};

/// Serves in a thread of its own, one connection after the other: the first by the first of `scripts`, and so
/// on; those behind the last are not accepted. A connection ends with its script.
class ScriptedServer {
 public:
  using Script = std::function<void(Served&)>;

  explicit ScriptedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    ::eventfd_write(end_.get(), 1);
    thread_.join();
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::uint16_t port() const { return net::local_address(listening_.get()).value().port(); }

 private:
  void serve() {
    for (const Script& script : scripts_) {
      std::array<pollfd, 2> fds{{{listening_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}}};
      ::poll(fds.data(), fds.size(), -1);
      if (fds[1].revents != 0) return;
      Served served(net::Fd(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)), end_.get());
      script(served);
    }
  }

  const std::vector<Script> scripts_;
  const net::Fd listening_ = net::listen_on(net::Address::parse("127.0.0.1", 0).value()).value();
  const net::Fd end_{::eventfd(0, EFD_CLOEXEC)};
  std::thread thread_;
};

}  // namespace veche::echo::testing

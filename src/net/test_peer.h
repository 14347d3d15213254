// For the tests of this folder: the other end of a connection, and a handler that writes down what it hears.
// All on one thread: a test turns the loop until what it waits for has come, and nothing sleeps.
#pragma once

#include "base/log.h"
#include "net/event_loop.h"
#include "net/fd.h"
#include "net/handler.h"
#include "net/socket.h"
#include "net/thread_connection.h"

#include <gtest/gtest.h>

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace veche::net::testing {

/// Long enough that only a failure reaches it.
inline constexpr std::chrono::seconds kPatience{30};

/// A client: a plain socket that never blocks.
class Peer {
 public:
  Peer() = default;
  explicit Peer(Fd fd) : fd_(std::move(fd)) {}
  /// Connects; `receive_buffer` bytes of it, if given, make the peer's window small.
  explicit Peer(const Address& to, int receive_buffer = 0) {
    fd_ = Fd(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer != 0)
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    connected = ::connect(fd_.get(), to.data(), to.size()) == 0;
    int on = 1;
    ::ioctl(fd_.get(), FIONBIO, &on);
  }

  bool connected = false;
  std::string text;  ///< what has been received
  bool fin = false;  ///< and then the end
  int error = 0;     ///< or an error

  /// Takes what there is; at most `limit` bytes.
  void receive(std::size_t limit = ~std::size_t{0}) {
    std::array<char, 65536> buffer;
    while (limit > 0) {
      const ssize_t got = ::recv(fd_.get(), buffer.data(), std::min(limit, buffer.size()), MSG_DONTWAIT);
      if (got > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(got));
        limit -= static_cast<std::size_t>(got);
        continue;
      }
      if (got == 0) {
        fin = true;  // and a reset that came behind it shows only here
        if (const int behind = take_error(fd_.get()); behind != 0) error = behind;
      } else if (errno != EAGAIN) {
        error = errno;
      }
      return;
    }
  }
  /// How much of `bytes` the socket took.
  std::size_t send(std::string_view bytes, int flags = 0) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL | flags);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }
  void shutdown_write() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }
  void reset() {
    reset_on_close(fd_.get());
    fd_.reset();
  }
  int fd() const { return fd_.get(); }

 private:
  Fd fd_;
};

/// Both ends of a loopback connection.
struct Pair {
  Peer peer;
  Fd server;
  Address address;  // the peer's
};
inline Pair connected_pair(int peer_receive_buffer = 0, const char* ip = "127.0.0.1") {
  Pair pair;
  const Fd listening = listen_on(Address::parse(ip, 0).value()).value();
  pair.peer = Peer(local_address(listening.get()).value(), peer_receive_buffer);
  sockaddr_storage from;
  socklen_t length = sizeof from;
  // The connection is there: connect() has returned.
  pair.server = Fd(
      ::accept4(listening.get(), reinterpret_cast<sockaddr*>(&from), &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  EXPECT_TRUE(pair.server) << "errno " << errno;
  pair.address = Address(reinterpret_cast<const sockaddr*>(&from), length);
  return pair;
}

/// What happened to one connection; outlives it and its handler.
struct Story {
  Connection* connection = nullptr;  // null before opened and after closed
  std::string bytes;
  int opened = 0, fins = 0, writables = 0, timers = 0;
  std::vector<CloseReason> closed;

  // What the handler is to do, if anything.
  std::function<void(std::string_view)> on_bytes;
  std::function<void()> on_open, on_fin, on_writable, on_timer, on_closed;
};

class StoryHandler final : public Handler {
 public:
  explicit StoryHandler(Story& story) : story_(story) {}
  void opened(Connection& connection) override {
    story_.connection = &connection;
    ++story_.opened;
    if (story_.on_open) story_.on_open();
  }
  void received(std::string_view bytes) override {
    check_alive();
    story_.bytes += bytes;
    if (story_.on_bytes) story_.on_bytes(bytes);
  }
  void peer_finished() override {
    check_alive();
    ++story_.fins;
    if (story_.on_fin) story_.on_fin();
  }
  void writable() override {
    check_alive();
    ++story_.writables;
    if (story_.on_writable) story_.on_writable();
  }
  void timer() override {
    check_alive();
    ++story_.timers;
    if (story_.on_timer) story_.on_timer();
  }
  void closed(CloseReason reason) override {
    story_.closed.push_back(reason);
    if (story_.on_closed) story_.on_closed();
    story_.connection = nullptr;
  }

 private:
  void check_alive() const { EXPECT_TRUE(story_.closed.empty()) << "a call after closed"; }
  Story& story_;
};

/// A loop whose clock a test may turn.
class LoopTest : public ::testing::Test {
 protected:
  explicit LoopTest(const LoopOptions& options = {}) { make_loop(options); }
  ~LoopTest() override {
    // What a story is to do refers to the test's variables, which have gone.
    for (Story& story : stories) story.on_closed = nullptr;
  }

  Story& new_story() { return stories.emplace_back(); }

  void make_loop(const LoopOptions& options) { loop = EventLoop::create(clock, *log, options).value(); }

  Peer adopt(Story& story, int peer_receive_buffer = 0) {
    Pair pair = connected_pair(peer_receive_buffer);
    loop->adopt(std::move(pair.server), pair.address, std::make_unique<StoryHandler>(story));
    return std::move(pair.peer);
  }

  /// Turns the loop until `done` holds; false if it never does.
  template <class Done>
  bool turn_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop->run_once(std::chrono::milliseconds{1});
    }
    return true;
  }
  /// Turns it until nothing has come for a few turns on end: what was under way on loopback has arrived.
  void settle() {
    for (int i = 0; i < 5; ++i) loop->run_once(std::chrono::milliseconds{1});
  }

  base::ManualClock clock;
  std::unique_ptr<base::Log> log = base::Log::nowhere();
  std::deque<Story> stories;
  std::unique_ptr<EventLoop> loop;  // goes first, and tells the handlers that are left
};

enum class Kind : std::uint8_t { events, threads };

/// What every kind of connection must do: served by a loop, or each one's turns taken by hand, as its thread
/// would.
class ConnectionTest : public LoopTest, public ::testing::WithParamInterface<Kind> {
 protected:
  void make_loop(const LoopOptions& options) {
    options_ = options;
    if (GetParam() == Kind::events) LoopTest::make_loop(options);
  }

  Peer adopt(Story& story, int peer_receive_buffer = 0) {
    return adopt(std::make_unique<StoryHandler>(story), peer_receive_buffer);
  }
  Peer adopt(std::unique_ptr<Handler> handler, int peer_receive_buffer = 0) {
    Pair pair = connected_pair(peer_receive_buffer);
    if (GetParam() == Kind::events) {
      loop->adopt(std::move(pair.server), pair.address, std::move(handler));
    } else {
      connections_.push_back(std::make_unique<ThreadConnection>(std::move(pair.server), make_waker(),
                                                                pair.address, clock, options_));
      connections_.back()->open(std::move(handler));
    }
    return std::move(pair.peer);
  }

  void turn(std::chrono::milliseconds max_wait) {
    if (GetParam() == Kind::events) return loop->run_once(max_wait);
    std::erase_if(connections_, [=](const auto& connection) { return !connection->run_once(max_wait); });
  }
  template <class Done>
  bool turn_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      turn(std::chrono::milliseconds{1});
    }
    return true;
  }
  void settle() {
    for (int i = 0; i < 5; ++i) turn(std::chrono::milliseconds{1});
  }
  std::size_t connection_count() const {
    return GetParam() == Kind::events ? loop->connection_count() : connections_.size();
  }
  void end_all() {
    loop.reset();
    connections_.clear();
  }

 private:
  LoopOptions options_;
  std::vector<std::unique_ptr<ThreadConnection>> connections_;
};

inline std::string kind_name(const ::testing::TestParamInfo<Kind>& info) {
  return info.param == Kind::events ? "events" : "threads";
}

}  // namespace veche::net::testing

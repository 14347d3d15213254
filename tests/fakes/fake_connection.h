// A connection without a socket: what a handler did to it is there to be looked at. For tests of handlers.
#pragma once

#include "net/handler.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace veche::fakes {

class FakeConnection final : public net::Connection {
 public:
  explicit FakeConnection(net::Address peer = net::Address::parse("127.0.0.1", 40'000).value())
      : peer_(peer) {}

  // What the handler did. A test may change all of it.
  std::string sent;                                ///< everything in order, own and shared bytes alike
  std::size_t sends = 0;                           ///< calls of send and send_shared
  std::size_t shared_sends = 0;                    ///< those of send_shared
  bool finished = false;                           ///< finish() was called
  std::optional<net::CloseReason> aborted;         ///< the first abort()
  bool reading_paused = false;                     ///< as the last pause or resume left it
  std::optional<std::chrono::milliseconds> timer;  ///< the delay wished for; nothing: none, or cancelled
  bool wants_before_sending = false;               ///< tell_before_sending() was called
  std::size_t backlog_bytes = 0;                   ///< what backlog() says

  bool over() const { return finished || aborted.has_value(); }
  /// What was sent since the last call.
  std::string take_sent() { return std::exchange(sent, {}); }

  // As with a real one, what is sent after the end is dropped.
  void send(std::string_view bytes) override {
    if (over()) return;
    ++sends;
    sent += bytes;
  }
  void send_shared(const net::SharedBytes& bytes, std::size_t offset, std::size_t length) override {
    if (over()) return;
    ++sends;
    ++shared_sends;
    sent += std::string_view(*bytes).substr(offset, length);
  }
  void finish() override {
    if (over()) return;
    finished = true;
    timer.reset();
  }
  void abort(net::CloseReason reason) override {
    if (aborted) return;
    aborted = reason;
    timer.reset();
  }
  void pause_reading() override { reading_paused = true; }
  void resume_reading() override { reading_paused = false; }
  void set_timer(std::chrono::milliseconds delay) override {
    if (!over()) timer = delay;
  }
  void cancel_timer() override { timer.reset(); }
  void tell_before_sending() override { wants_before_sending = true; }
  const net::Address& peer() const override { return peer_; }
  std::size_t backlog() const override { return backlog_bytes; }

 private:
  net::Address peer_;
};

}  // namespace veche::fakes

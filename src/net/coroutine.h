// One client's conversation written in sequence, for connections under event loops:
//
//     net::Task echo(net::Stream& client) {
//       while (const auto got = co_await client.read()) co_await client.write(got.bytes);
//     }
//
// Where the code says co_await and there is nothing yet, the coroutine is put aside and the loop serves
// others; when the bytes, the room or the time have come, it goes on. So it reads like a thread's code and
// costs hardly more than a handler: its local variables are kept in a frame on the heap (250 bytes more
// a client), and nothing else of it is anywhere.
//
// Bytes are read only while the coroutine waits for them (otherwise TCP slows the peer), and handed over
// where the loop has read them, uncopied. When it returns, what it has written is sent and the connection
// closed. When the connection breaks, the coroutine is not told: its frame is destroyed where it waits, local
// variables and all, as by an exception. All of it is on the loop's thread.
#pragma once

#include "net/handler.h"

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace veche::net {

class Stream;

/// What a coroutine that serves a client returns; it owns the frame.
class Task {
 public:
  struct promise_type {
    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }  // errors are values here
  };

  Task() = default;
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  void resume() { frame_.resume(); }
  bool done() const { return !frame_ || frame_.done(); }

 private:
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  std::coroutine_handle<promise_type> frame_;
};

/// How a wait has ended.
enum class Wait : std::uint8_t {
  done,
  finished,   ///< the peer sends nothing more
  timed_out,  ///< the deadline came first
};

/// What was read: true if it is bytes. They hold until the next co_await of a read or a sleep.
struct Got {
  std::string_view bytes;
  Wait end = Wait::done;
  explicit operator bool() const { return end == Wait::done; }
};

using Coroutine = std::function<Task(Stream&)>;

/// A client, as its coroutine sees it. A `deadline` of 0 is none.
class Stream final : public Handler {
 public:
  /// Serves one connection by `serve`.
  explicit Stream(Coroutine serve) : serve_(std::move(serve)) {}

  /// The next bytes, at least one.
  auto read(std::chrono::milliseconds deadline = {}) {
    struct Reading : Waiting {
      bool await_ready() { return stream.fin_; }
      Got await_resume() { return stream.got(); }
    };
    return Reading{{*this, For::bytes, deadline}};
  }
  /// Sends `bytes`, or keeps a copy, and waits until the socket has taken all. timed_out: some are still
  /// queued.
  auto write(std::string_view bytes, std::chrono::milliseconds deadline = {}) {
    struct Writing : Waiting {
      bool await_ready() { return stream.connection_->backlog() == 0; }
      Wait await_resume() { return std::exchange(stream.end_, Wait::done); }
    };
    connection_->send_last(bytes);
    return Writing{{*this, For::room, deadline}};
  }
  auto sleep(std::chrono::milliseconds time) {
    struct Sleeping : Waiting {
      bool await_ready() { return false; }
      void await_resume() { stream.end_ = Wait::done; }
    };
    return Sleeping{{*this, For::time, time}};
  }
  const Address& peer() const { return connection_->peer(); }
  /// Why the connection has ended, for the destructors of a coroutine's variables; `finished` before that.
  CloseReason reason() const { return reason_; }

  // Handler
  void opened(Connection& connection) override;
  void received(std::string_view bytes) override;
  void peer_finished() override;
  void writable() override;
  void timer() override;
  void closed(CloseReason reason) override;

 private:
  enum class For : std::uint8_t { nothing, bytes, room, time };
  struct Waiting {
    Stream& stream;
    For what;
    std::chrono::milliseconds deadline;
    void await_suspend(std::coroutine_handle<>) { stream.wait(what, deadline); }
  };

  void wait(For what, std::chrono::milliseconds deadline);
  void go_on(Wait end);
  Got got();

  const Coroutine serve_;
  Connection* connection_ = nullptr;
  Task task_;
  std::string_view bytes_;  // handed over by `received`
  For waits_for_ = For::nothing;
  Wait end_ = Wait::done;
  CloseReason reason_ = CloseReason::finished;
  bool fin_ = false;
  bool paused_ = false;
  bool timer_set_ = false;
};

}  // namespace veche::net

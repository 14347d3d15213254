// A client's connection with a thread of its own. The thread waits for two descriptors: the client's socket,
// and an eventfd by which other threads wake it. What it does when it wakes is a turn, in the order of an
// event loop's (event_loop.h), for one client:
//
//   poll ─► read what came ─► deadlines ─► the owner's hook (its mailbox) ─► send ─► report the close
//
// The states are event_connection.h's. poll is level-triggered: it tells of unread input again and again,
// so nothing has to be remembered of what was not read.
//
// The socket does not block, although its thread could: who waits in read() hears of no message for its
// client, and who waits in send() for a client that reads nothing hears of no shutdown.
#pragma once

#include "base/clock.h"
#include "net/event_loop.h"
#include "net/fd.h"
#include "net/handler.h"
#include "net/send_queue.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

namespace veche::net {

/// An eventfd for a ThreadConnection; none, with errno, if the process is out of descriptors.
Fd make_waker();

/// Lives on the thread that calls `open`, `run` and `run_once`; `stop` and `wake` are for the others.
class ThreadConnection final : public Connection {
 public:
  /// Serves `socket`, a connected non-blocking stream socket. `waker` is of make_waker. `clock` outlives it.
  ThreadConnection(Fd socket, Fd waker, const Address& peer, const base::Clock& clock,
                   const LoopOptions& options);
  /// If it is still open: aborts, and tells the handler.
  ~ThreadConnection() override;
  ThreadConnection(const ThreadConnection&) = delete;
  ThreadConnection& operator=(const ThreadConnection&) = delete;

  /// First of all: `handler` hears `opened`. `hook` has its turns until the connection is closed; null: none.
  void open(std::unique_ptr<Handler> handler, LoopHook* hook = nullptr);
  /// Turns until the connection is closed, or aborts it when `stop` is called. The handler has gone then.
  void run();
  /// One turn, which waits at most `max_wait`: for tests. False: the connection is closed.
  bool run_once(std::chrono::milliseconds max_wait);
  /// Any thread. `run` aborts the connection and returns.
  void stop();
  /// Any thread. Makes the connection have a turn.
  void wake();

  void send(std::string_view bytes) override;
  void send_shared(const SharedBytes& bytes, std::size_t offset, std::size_t length) override;
  void send_last(std::string_view bytes) override;
  void finish() override;
  void abort(CloseReason reason) override;
  void pause_reading() override;
  void resume_reading() override;
  void set_timer(std::chrono::milliseconds delay) override;
  void cancel_timer() override;
  void tell_before_sending() override;
  const Address& peer() const override { return peer_; }
  std::size_t backlog() const override { return queue_.bytes(); }

 private:
  enum class State : std::uint8_t { open, flushing, draining, closed };

  void claim_thread();
  void check_thread() const;
  bool wants_input() const {
    return !fin_received_ && (state_ == State::open ? !paused_ : state_ != State::closed);
  }
  int wait_ms();
  void turn(int wait_ms);
  bool wait(int wait_ms);
  void read();
  void expire();
  void queue_grew();
  void write_out();
  void flush();
  void say_goodbye();
  void close(CloseReason reason);
  void bury();

  const Fd waker_;
  const Address peer_;
  const base::Clock& clock_;
  const LoopOptions options_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::thread::id> thread_;  // nobody: not yet opened

  Fd fd_;
  std::unique_ptr<Handler> handler_;
  LoopHook* hook_ = nullptr;
  SendQueue queue_;
  std::optional<base::MonoTime> wish_;      // the handler's set_timer
  std::optional<base::MonoTime> deadline_;  // write stall, or the end of the goodbye

  State state_ = State::open;
  CloseReason reason_ = CloseReason::finished;
  bool just_opened_ = true;  // the hook has not yet seen what `opened` brought
  bool tell_before_sending_ = false;
  bool paused_ = false;
  bool fin_received_ = false;
  bool blocked_ = false;      // the socket is full; poll will tell when it is not
  bool was_blocked_ = false;  // so the handler is owed `writable`
};

}  // namespace veche::net

// One thread that serves many clients: it sleeps in epoll until a socket, a deadline or another thread wants
// it, does all there is to do, and sleeps again. Such a round is a turn:
//
//   wait ─► read what came ─► run what was posted ─► deadlines ─► the owner's hook ─► send ─► report closes
//
// Handlers send during the first steps, and nothing leaves before the sending step: so everything that a
// client gets in one turn costs one system call, however many small sends it came from. Closes are reported
// last of all, so that no handler ever dies inside a call of its own.
//
// epoll is edge-triggered: it tells when a socket *becomes* readable, once, and who does not read until it is
// drained is not told again (event_connection.cpp). In return no call is spent on re-arming, and
// nothing is asked of the kernel when a backlog comes or goes.
//
// A loop belongs to the thread that runs it. Methods for other threads say so; the rest assert.
#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/result.h"
#include "net/address.h"
#include "net/fd.h"
#include "net/handler.h"
#include "net/send_queue.h"
#include "net/timers.h"

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace veche::net {

class EventConnection;

struct LoopOptions {
  std::size_t send_queue_bytes = 1024 * 1024;  ///< a connection's backlog at most; 0: no bound
  std::chrono::milliseconds write_stall = base::limits::kWriteStallTimeout;  ///< a backlog that does not move
  std::chrono::milliseconds goodbye = base::limits::kGoodbyeTimeout;         ///< the same after finish()
  std::chrono::milliseconds linger =
      base::limits::kLingerTimeout;  ///< from our FIN to the peer's; then we close
  /// What a client sent is wiped from the read buffer once its handler has had it: for clients that send
  /// passwords. Handlers wipe their own copies.
  bool wipe_input = false;
};

/// What the owner of a loop does in every turn.
class LoopHook {
 public:
  virtual ~LoopHook() = default;
  /// Once a turn, after reading and before sending: here a mailbox is drained.
  virtual void turn() = 0;
  /// Before the loop blocks. False: there is work, have another turn (`base::Mailbox::prepare_to_sleep`).
  virtual bool may_sleep() = 0;
};

/// Something that the loop watches: a connection, a listener.
class Source : public TimerOwner {
 public:
  /// `events` as epoll reports them.
  virtual void ready(std::uint32_t events) = 0;
};

class EventLoop {
 public:
  /// Fails if the process is out of descriptors. `clock` and `log` outlive the loop.
  static base::Result<std::unique_ptr<EventLoop>> create(const base::Clock& clock, base::Log& log,
                                                         const LoopOptions& options = {});
  /// Aborts the connections that are left; their handlers hear `closed`.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Turns on this thread until `stop`, then aborts the connections that are left.
  void run();
  /// One turn, which waits at most `max_wait` for something to do: for tests, and for loops inside other
  /// loops.
  void run_once(std::chrono::milliseconds max_wait);
  /// Any thread. `run` returns after the turn that is under way.
  void stop();
  /// Any thread. Makes the loop have a turn.
  void wake();
  /// Any thread. Runs `function` in the loop, in the order of the posts. Dropped if the loop ends before.
  void post(std::function<void()> function) { posts_.push(std::move(function)); }

  /// Serves `fd`, a connected non-blocking stream socket, by `handler`, whose `opened` is called at once. If
  /// the kernel cannot watch one more, the handler still hears `opened`, and `closed` in this turn.
  void adopt(Fd fd, const Address& peer, std::unique_ptr<Handler> handler);
  /// Any thread. A connection is on its way here and counts from now on: `adopt_expected` follows, with a
  /// null handler if nothing comes of it.
  void expect() { connection_count_.fetch_add(1, std::memory_order_relaxed); }
  void adopt_expected(Fd fd, const Address& peer, std::unique_ptr<Handler> handler);
  /// Any thread; for figures, limits and for sharing out.
  std::size_t connection_count() const { return connection_count_.load(std::memory_order_relaxed); }

  /// Null: none. The hook outlives the loop, or its place here.
  void set_hook(LoopHook* hook);

  /// Tells `source` about `events` of `fd`. False, with errno: the kernel has no room.
  bool watch(int fd, std::uint32_t events, Source& source);
  /// To be called before `fd` is closed. Nothing that epoll has already reported reaches `source` any more.
  void unwatch(int fd, const Source& source);

  Timers& timers() { return timers_; }
  const base::Clock& clock() const { return clock_; }
  base::Log& log() { return log_; }
  const LoopOptions& options() const { return options_; }
  /// Asserts that the caller is on the loop's thread (any, as long as nobody runs the loop).
  void check_thread() const;

 private:
  friend class EventConnection;

  EventLoop(const base::Clock& clock, base::Log& log, const LoopOptions& options, Fd epoll, Fd waker);

  void turn(int wait_ms);
  int wait_ms();
  int look(int wait_ms);
  void dispatch(int count);
  void run_posted();
  void abandon_all();
  void claim_thread();

  // For connections: a place in a later step of this turn, or of the next one if the step is over.
  void read_later(EventConnection& connection) { to_read_.push_back(&connection); }
  void flush_later(EventConnection& connection) { to_flush_.push_back(&connection); }
  void bury_later(EventConnection& connection) { to_bury_.push_back(&connection); }
  void read_listed();
  void flush_listed();
  void bury_listed();
  void destroy(EventConnection& connection);

  /// Every connection reads into this one buffer, so an idle one needs none of its own.
  std::span<char> read_buffer() { return read_buffer_; }
  std::unique_ptr<SendQueue> take_send_queue();
  void give_back(std::unique_ptr<SendQueue> queue);

  const base::Clock& clock_;
  base::Log& log_;
  const LoopOptions options_;
  const Fd epoll_;
  const Fd waker_;
  LoopHook* hook_ = nullptr;

  base::Mailbox<std::function<void()>> posts_;
  std::vector<std::function<void()>> posted_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::thread::id> thread_;  // nobody: not running

  static constexpr int kLooksPerTurnMax = 64;
  std::array<epoll_event, 256> events_;
  std::size_t event_next_ = 0;  // the part of events_ that is yet to be dispatched
  std::size_t event_end_ = 0;
  bool another_turn_ = false;
  bool deadlines_put_off_ = false;  // in the last turn
  Timers timers_;

  std::vector<std::unique_ptr<EventConnection>> connections_;
  std::atomic<std::size_t> connection_count_ = 0;
  std::vector<EventConnection*> to_read_, to_flush_, to_bury_;
  std::vector<EventConnection*> listed_;  // the list that is being worked off
  std::vector<std::unique_ptr<SendQueue>> spare_queues_;
  std::size_t spare_bytes_ = 0;
  std::vector<char> read_buffer_;
};

}  // namespace veche::net

// The deadlines of one loop: a heap ordered by time. A Timer lives inside what it belongs to and takes 24
// bytes; only an armed one has 16 more in the heap.
//
// Most deadlines are moved and never reached (an idle timeout starts again with every byte), so moving one to
// a later time writes its new deadline and leaves the heap alone: the entry is a lower bound, and is put
// right when it comes to the top. That makes re-arming a store; a timer wheel would gain nothing but ticks.
//
// Pure: the time is passed in. One thread.
#pragma once

#include "base/check.h"
#include "base/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace veche::net {

/// `wait` as poll and epoll_wait take it, rounded up: or the last millisecond before a deadline would be
/// spent spinning. What is past is 0.
int poll_ms(std::chrono::nanoseconds wait);

class Timer;

/// Whom a timer tells.
class TimerOwner {
 public:
  virtual ~TimerOwner() = default;
  /// `timer` is no longer armed. May arm and cancel any timer, and destroy them.
  virtual void expired(Timer& timer) = 0;
};

/// One deadline. Must not be destroyed or moved while armed.
class Timer {
 public:
  explicit Timer(TimerOwner& owner) : owner_(owner) {}
  ~Timer() { base::check(!armed(), "an armed timer is not destroyed"); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  bool armed() const { return place_ != kNowhere; }

 private:
  friend class Timers;
  static constexpr std::uint32_t kNowhere = 0xffff'ffff;

  TimerOwner& owner_;
  base::MonoTime deadline_;         // the real one
  std::uint32_t place_ = kNowhere;  // in the heap
};

class Timers {
 public:
  /// Arms `timer`, or moves its deadline.
  void arm(Timer& timer, base::MonoTime deadline);
  /// Does nothing to a timer that is not armed.
  void cancel(Timer& timer);

  /// When the next one is due; nothing if none is armed.
  std::optional<base::MonoTime> next();
  /// Tells the owners of all timers that are due, earliest first. One that an owner arms anew with a deadline
  /// that has passed may wait for the next call, so that a delay of zero cannot hold the loop for ever.
  void expire(base::MonoTime now);

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }

 private:
  struct Entry {
    base::MonoTime not_before;  // at most the timer's deadline
    Timer* timer;
  };

  void settle_top();
  void remove(std::size_t place);
  void sift_up(std::size_t place, Entry entry);
  void sift_down(std::size_t place, Entry entry);
  void put(std::size_t place, Entry entry);

  std::vector<Entry> heap_;
};

}  // namespace veche::net

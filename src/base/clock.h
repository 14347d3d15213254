// Time comes from outside: nothing below `server` asks the system what time it is, so tests turn the hands.
#pragma once

#include <chrono>

namespace veche::base {

/// Wall-clock time, UTC, in microseconds: what a message is stamped with.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
/// Time that never steps back: what deadlines are measured by.
using MonoTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// Both clocks. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual MonoTime mono() const = 0;
};

class SystemClock final : public Clock {
 public:
  WallTime wall() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  MonoTime mono() const override { return std::chrono::steady_clock::now(); }
};

/// A clock that stands still until a test moves it. One thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start = WallTime{std::chrono::seconds{1'750'000'000}}) : wall_(start) {}

  WallTime wall() const override { return wall_; }
  MonoTime mono() const override { return mono_; }

  void advance(std::chrono::microseconds by) {
    wall_ += by;
    mono_ += by;
  }
  /// What an administrator or NTP does: the wall clock jumps, monotonic time does not.
  void step_wall(std::chrono::microseconds by) { wall_ += by; }

 private:
  WallTime wall_;
  MonoTime mono_{std::chrono::hours{1}};
};

}  // namespace veche::base

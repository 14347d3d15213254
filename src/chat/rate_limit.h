// A token bucket: so many at once, then so many a second. Pure: time is passed in.
#pragma once

#include <algorithm>
#include <chrono>

namespace veche::chat {

/// `Time` is a std::chrono time_point. Refills at one token per `interval` up to `burst`.
template <class Time>
class RateLimit {
 public:
  using Duration = typename Time::duration;

  /// `interval` zero: no limit.
  RateLimit(unsigned burst, Duration interval) : interval_(interval), span_(interval * burst) {}

  /// Takes one token if there is one.
  bool take(Time now) {
    if (interval_ == Duration::zero()) return true;
    // Emptier than empty means that the clock was set back: that is nobody's fault.
    full_at_ = std::min(full_at_, now + span_);
    if (wait(now) > Duration::zero()) return false;
    full_at_ = std::max(full_at_, now) + interval_;
    return true;
  }

  /// How long until `take` would succeed.
  Duration wait(Time now) const {
    if (interval_ == Duration::zero()) return Duration::zero();
    const Time earliest = full_at_ - (span_ - interval_);
    return std::max(Duration::zero(), earliest - now);
  }

  /// Whether the bucket is as good as new.
  bool full(Time now) const { return full_at_ <= now; }
  /// When it will be, if nothing more is taken.
  Time full_at() const { return full_at_; }

 private:
  Duration interval_;
  Duration span_;
  Time full_at_{};  // all that a token bucket needs to know (GCRA)
};

}  // namespace veche::chat

// A token bucket: so many at once, then so many a second. Pure: time and rate are passed in, so a bucket is
// one time, and a rate that the operator changes holds for every bucket at once.
#pragma once

#include <algorithm>
#include <chrono>

namespace veche::chat {

/// `Time` is a std::chrono time_point. Refills at one token per `interval` up to `burst`.
template <class Time>
struct Rate {
  using Duration = typename Time::duration;

  unsigned burst = 0;
  Duration interval{0};  ///< zero: no limit

  Duration span() const { return interval * burst; }
};

template <class Time>
class RateLimit {
 public:
  using Duration = typename Time::duration;

  /// Takes one token if there is one.
  bool take(const Rate<Time>& rate, Time now) {
    if (rate.interval == Duration::zero()) return true;
    // Emptier than empty means that the clock was set back: that is nobody's fault.
    full_at_ = std::min(full_at_, now + rate.span());
    if (wait(rate, now) > Duration::zero()) return false;
    full_at_ = std::max(full_at_, now) + rate.interval;
    return true;
  }

  /// Takes `more` on credit, behind a `take`: the next has to `wait` for them too. (`take` alone would
  /// forgive what is owed beyond the burst.)
  void owe(const Rate<Time>& rate, unsigned more) { full_at_ += rate.interval * more; }

  /// How long until `take` would succeed.
  Duration wait(const Rate<Time>& rate, Time now) const {
    if (rate.interval == Duration::zero()) return Duration::zero();
    const Time earliest = full_at_ - (rate.span() - rate.interval);
    return std::max(Duration::zero(), earliest - now);
  }

  /// Whether the bucket is as good as new.
  bool full(Time now) const { return full_at_ <= now; }
  /// When it will be, if nothing more is taken.
  Time full_at() const { return full_at_; }

 private:
  Time full_at_{};  // all that a token bucket needs to know (GCRA)
};

}  // namespace veche::chat

// A bound on how fast something is done: --rate. Pure; one thread.
#pragma once

#include "base/clock.h"

#include <algorithm>
#include <chrono>

namespace veche::scan {

class Pacer {
 public:
  /// `rate` a second; 0: no bound.
  explicit Pacer(double rate)
      : apart_(rate > 0 ? std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / rate))
                        : std::chrono::nanoseconds{}) {}

  bool is_bound() const { return apart_.count() > 0; }
  bool allows(base::MonoTime now) const { return now >= next_; }
  /// One was done. What was not done in the last few milliseconds, while the caller slept, is made up for.
  void done(base::MonoTime now) {
    if (is_bound()) next_ = std::max(next_, now - kCatchUp) + apart_;
  }
  /// When the next may be done.
  base::MonoTime next() const { return next_; }

 private:
  static constexpr std::chrono::milliseconds kCatchUp{5};

  std::chrono::nanoseconds apart_;
  base::MonoTime next_;
};

}  // namespace veche::scan

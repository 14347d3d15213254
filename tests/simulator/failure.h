// How an invariant breaks in a simulated run, and the trace that shows how it came to that.
#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <string>
#include <utility>

namespace veche::simulator {

/// Thrown through whatever is on the stack: the run is over, and its seed replays it.
struct Failure {
  std::string what;
};

/// Ends the run unless `holds`.
template <class... Args>
void require(bool holds, fmt::format_string<Args...> format, Args&&... args) {
  if (!holds) throw Failure{fmt::format(format, std::forward<Args>(args)...)};
}

/// What happens in a run, a line each, written out at once so that the death of the process loses none. Off
/// for all runs but a replay: words cost more than what they tell of.
class Trace {
 public:
  explicit Trace(bool on) : on_(on) {}
  void at_step(std::size_t step) { step_ = step; }
  bool is_on() const { return on_; }

  template <class... Args>
  void operator()(fmt::format_string<Args...> format, Args&&... args) const {
    if (!on_) return;
    fmt::print("{:4} {}\n", step_, fmt::format(format, std::forward<Args>(args)...));
    std::fflush(stdout);
  }

 private:
  const bool on_;
  std::size_t step_ = 0;
};

}  // namespace veche::simulator

// How fast a client may give commands, in either dialect. Pure.
#pragma once

#include "base/clock.h"
#include "chat/rate_limit.h"

#include <algorithm>
#include <chrono>

namespace veche::session {

/// What it takes to come in, with a client that negotiates much, may come at once.
inline constexpr unsigned kEntryBurst = 20;

/// `per_second` (0: no limit) behind a burst; `entered`: he is somebody.
inline chat::Rate<base::MonoTime> command_rate(unsigned per_second, unsigned burst, bool entered) {
  if (per_second == 0) return {};
  const unsigned at_once = std::max(entered ? 1u : kEntryBurst, burst);
  return {at_once, base::MonoTime::duration(std::chrono::seconds{1}) / per_second};
}

}  // namespace veche::session

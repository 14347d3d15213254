// Somebody who speaks at a pace, and how long it takes until each of his room has it. On the caller's thread.
#pragma once

#include "base/result.h"
#include "load/crowd.h"
#include "load/dialect.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace veche::load {

struct PaceOptions {
  double rate = 20;  ///< messages a second
  std::size_t message_bytes = 100;
  std::chrono::seconds patience{60};  ///< with the last message
};

struct Delivery {
  std::chrono::steady_clock::time_point due;  ///< when its message was to be sent
  std::chrono::steady_clock::time_point came;
};

/// The first sender of `crowd`, which has gathered, speaks while `goes_on(messages so far)`, and `delivered`
/// is told each delivery to one of his room. Ends with the last of them; how many messages there were. A
/// message is stamped with when it was due: one that is sent late is late for those who wait for it.
base::Result<std::uint64_t> speak_at_pace(const Dialect& dialect, Crowd& crowd, const PaceOptions& options,
                                          const std::function<bool(std::uint64_t)>& goes_on,
                                          const std::function<void(const Delivery&)>& delivered);

}  // namespace veche::load

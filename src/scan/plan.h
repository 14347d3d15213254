// What is to be scanned, and what the person has fixed of how. Plain values; any thread.
#pragma once

#include "scan/probe_schedule.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace veche::scan {

struct Plan {
  std::vector<std::uint16_t> ports;  ///< ascending, at least one
  std::uint16_t first_port = 0;      ///< of the first host only ports from here on (--resume)
  unsigned threads = 1;              ///< at least 1
  std::size_t sockets = 1024;        ///< at once, over all threads; what descriptors allow
  Tuning tuning;                     ///< its window is over all threads
  double rate = 0;                   ///< probes a second over all threads; 0: no bound
  bool is_sequential = false;        ///< one port at a time, in order
  bool wants_banners = false;
};

/// The threads that a scan has unless it is told otherwise: one per core, up to 4.
unsigned usual_threads();
/// How many sockets `plan` may have where the process may have so many descriptors.
std::size_t sockets_for(const Plan& plan, std::size_t descriptors);

/// Banners that one thread waits for at once.
inline constexpr std::size_t kBannersMax = 256;
/// How long an open port is given to say something, and how much of it is kept.
inline constexpr std::chrono::seconds kBannerTime{2};
inline constexpr std::size_t kBannerBytes = 256;

}  // namespace veche::scan

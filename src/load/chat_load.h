// The load generator of `veche bench chat`: rooms full of listeners, some who speak, and what that costs the
// server. The same for veche and for those it is compared with (load/dialect.h).
#pragma once

#include "base/result.h"
#include "load/crowd.h"
#include "load/rush.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace veche::load {

enum class LoadMode : std::uint8_t {
  saturate,  ///< each sender keeps `window` messages in flight: one is, until all of its room have it
  paced,     ///< the first sender speaks `rate` times a second; how long each delivery takes
  idle,      ///< everybody is there and says nothing: memory
  logins,    ///< clients connect, log in and go, `window` of them at a time
  rush,      ///< all members join one room at once, and quit at once; meanwhile another room is paced
};

struct ChatLoadOptions {
  LoadMode mode = LoadMode::saturate;
  std::string protocol = "line";
  CrowdOptions crowd;
  std::size_t window = 8;
  double rate = 20;  ///< a second
  std::chrono::milliseconds duration{5000};
  std::size_t message_bytes = 100;
  int pid = 0;  ///< of the server, whose processor time and memory are looked up; 0: they are not
};

struct ChatLoadResult {
  std::uint64_t messages = 0;
  std::uint64_t deliveries = 0;
  double seconds = 0;
  double cpu_us_per_delivery = 0;
  double switches_per_message = 0;
  double latency_ms_median = 0, latency_ms_p99 = 0, latency_ms_p999 = 0, latency_ms_max = 0;
  double idle_bytes_per_client = 0;
  double logins_per_s = 0;
  double cpu_us_per_login = 0;
  RushResult rush = {};
};

/// The words for the modes, in their order.
std::span<const std::string_view> mode_names();

/// Blocks until the load is over.
base::Result<ChatLoadResult> run_chat_load(const ChatLoadOptions& options);

}  // namespace veche::load

// What is told of a scan while it runs and at its end. Plain values, of one thread.
#pragma once

#include "base/result.h"
#include "scan/port_state.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace veche::scan {

/// A decided port.
struct PortReport {
  std::uint16_t port = 0;
  Verdict verdict;
  std::string_view service;  ///< "ssh"; empty: none is known
  std::string banner;        ///< bytes as they came; only of an open port, when banners are wanted
};

/// Who is scanned.
struct HostTarget {
  std::string name;     ///< as the person wrote it, when that was a name; else empty
  std::string address;  ///< "192.0.2.7", "2001:db8::7"
};

/// How it went with one host.
struct HostSummary {
  std::size_t ports = 0;  ///< wanted
  std::size_t open = 0;
  std::size_t closed = 0;
  std::size_t filtered = 0;
  std::uint64_t probes = 0;   ///< connections that were tried
  std::uint64_t retries = 0;  ///< of these, those that were not a port's first
  std::size_t window = 0;     ///< probes in flight that the scan had come to, over all threads
  std::optional<std::chrono::nanoseconds> round_trip;  ///< smoothed; nothing: nobody answered
  std::chrono::nanoseconds duration{};
  /// Why the rest of its ports is not decided: it cannot be reached from here, say.
  std::optional<base::Error> error;
  bool is_interrupted = false;  ///< by the person; then the rest of its ports is not decided either

  std::size_t decided() const { return open + closed + filtered; }
};

/// The whole scan at a moment, for the progress bar.
struct Progress {
  std::uint64_t decided = 0;  ///< of `ports`
  std::uint64_t ports = 0;    ///< over all hosts
  std::size_t open = 0;
  std::size_t hosts_done = 0;
  std::size_t hosts = 0;
  std::chrono::nanoseconds elapsed{};
};

}  // namespace veche::scan

// How long an answer takes, and from that how long to wait for one (RFC 6298, with bounds of our own: a TCP
// stack answers a SYN from the kernel, so a floor of a second as for data would only make silence expensive).
// Pure; one thread.
#pragma once

#include <chrono>
#include <optional>

namespace veche::scan {

inline constexpr std::chrono::nanoseconds kTimeoutMin = std::chrono::milliseconds{60};
inline constexpr std::chrono::nanoseconds kTimeoutMax = std::chrono::seconds{1};
/// Before anything is known: over a satellite and back takes 600 ms.
inline constexpr std::chrono::nanoseconds kTimeoutUnknown = std::chrono::milliseconds{900};

class RoundTrip {
 public:
  /// An answer came so long after its probe.
  void sample(std::chrono::nanoseconds took);

  bool is_known() const { return is_known_; }
  /// Smoothed. Zero until something is known, as is the least one.
  std::chrono::nanoseconds smoothed() const { return smoothed_; }
  std::chrono::nanoseconds least() const { return least_; }

  /// How long to wait for an answer before it counts as silence; with twice the patience for a retry, but
  /// that much only of what goes by what was seen.
  std::chrono::nanoseconds timeout(int patience = 1) const;
  /// For how long a probe, or its answer, is on its way: what is older burdens the path no longer, whether or
  /// not it is still waited for.
  std::chrono::nanoseconds flight() const;

 private:
  bool is_known_ = false;
  std::chrono::nanoseconds smoothed_{};
  std::chrono::nanoseconds variation_{};
  std::chrono::nanoseconds least_{};
};

}  // namespace veche::scan

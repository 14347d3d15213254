#include "scan/round_trip.h"

#include <algorithm>

namespace veche::scan {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// What jitter there may be beyond what was seen: the far end's scheduler, a radio link, our own other work.
constexpr nanoseconds kJitterMin = milliseconds{40};
// Before anything is known: as long as most paths take.
constexpr nanoseconds kFlightUnknown = milliseconds{25};
constexpr nanoseconds kFlightMarginMin = milliseconds{1};

}  // namespace

void RoundTrip::sample(nanoseconds took) {
  took = std::max(took, nanoseconds{1});
  if (!is_known_) {
    is_known_ = true;
    smoothed_ = least_ = took;
    variation_ = took / 2;
    return;
  }
  const nanoseconds error = took > smoothed_ ? took - smoothed_ : smoothed_ - took;
  variation_ = (3 * variation_ + error) / 4;
  smoothed_ = (7 * smoothed_ + took) / 8;
  least_ = std::min(least_, took);
}

nanoseconds RoundTrip::timeout(int patience) const {
  if (!is_known_) return kTimeoutUnknown;
  const nanoseconds margin = std::max({4 * variation_, kJitterMin, smoothed_ / 2});
  return std::clamp(patience * (smoothed_ + margin), kTimeoutMin, patience * kTimeoutMax);
}

nanoseconds RoundTrip::flight() const {
  if (!is_known_) return kFlightUnknown;
  return std::min(smoothed_ + std::max({4 * variation_, kFlightMarginMin, smoothed_ / 4}), timeout());
}

}  // namespace veche::scan

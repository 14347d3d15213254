#include "load/latencies.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace veche::load {

// The first kSteps buckets are a nanosecond each; behind them, a power of two has kSteps buckets.
std::size_t Latencies::bucket_of(std::uint64_t ns) {
  const auto bits = static_cast<unsigned>(std::bit_width(ns));
  if (bits <= kStepBits) return ns;
  const unsigned shift = bits - kStepBits - 1;
  return kSteps * shift + (ns >> shift);
}

std::uint64_t Latencies::upper_end(std::size_t bucket) {
  if (bucket < kSteps) return bucket;
  const std::size_t shift = bucket / kSteps - 1;
  return ((bucket - kSteps * shift + 1) << shift) - 1;
}

void Latencies::add(std::chrono::nanoseconds took) {
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0));
  ++counts_[std::min(bucket_of(ns), counts_.size() - 1)];
  ++count_;
}

double Latencies::quantile_ms(double part) const {
  if (count_ == 0) return 0;
  const double wanted = std::ceil(std::clamp(part, 0.0, 1.0) * static_cast<double>(count_));
  const auto rank = std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1);
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  for (; bucket + 1 < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= rank) break;
  }
  return static_cast<double>(upper_end(bucket)) / 1e6;
}

}  // namespace veche::load

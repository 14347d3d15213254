#include "echo/round_trips.h"

#include <algorithm>

namespace veche::echo {

void RoundTrips::add(Time time) {
  min_ = count_ == 0 ? time : std::min(min_, time);
  if (count_++ % stride_ != 0) return;
  kept_.push_back(time);
  if (kept_.size() < kKeptMax) return;
  for (std::size_t i = 0; i < kept_.size() / 2; ++i) kept_[i] = kept_[2 * i];
  kept_.resize(kept_.size() / 2);
  stride_ *= 2;
}

RoundTrips::Time RoundTrips::percentile(unsigned percent) const {
  if (kept_.empty()) return Time{0};
  std::vector<Time> sorted = kept_;
  const std::size_t rank = std::max<std::size_t>((sorted.size() * percent + 99) / 100, 1);
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

}  // namespace veche::echo

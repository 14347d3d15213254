// How long the replies took, of as many messages as there are, in at most 8 MiB. Pure; one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace veche::echo {

class RoundTrips {
 public:
  using Time = std::chrono::nanoseconds;
  /// More are not kept: from then on every second one is, then every fourth.
  static constexpr std::size_t kKeptMax = 1'000'000;

  void add(Time time);
  /// Of all that were added; 0 if there is none.
  std::uint64_t count() const { return count_; }
  Time min() const { return min_; }
  /// The nearest rank: the smallest that at least `percent` (1 to 100) of them do not exceed. 0 if there is
  /// none.
  Time percentile(unsigned percent) const;

 private:
  std::vector<Time> kept_;
  std::uint64_t stride_ = 1;  // every stride_-th is kept
  std::uint64_t count_ = 0;
  Time min_{0};
};

}  // namespace veche::echo

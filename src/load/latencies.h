// How long many things took, in a fixed 19 KB however many they were: adding one must not cost what is
// measured. Counts by time, in steps that grow with the time: what is read back is at most 1.6 % too high,
// never too low. One thread's.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace veche::load {

class Latencies {
 public:
  void add(std::chrono::nanoseconds took);
  std::uint64_t count() const { return count_; }
  /// The time that `part` (0..1) of them did not exceed, in milliseconds; 0 if there are none.
  double quantile_ms(double part) const;

 private:
  // Each power of two in 64 steps; 36 of them reach beyond an hour.
  static constexpr unsigned kStepBits = 6;
  static constexpr std::size_t kSteps = std::size_t{1} << kStepBits;
  static constexpr std::size_t kPowers = 36;

  static std::size_t bucket_of(std::uint64_t ns);
  static std::uint64_t upper_end(std::size_t bucket);

  std::array<std::uint64_t, kSteps*(kPowers + 1)> counts_{};
  std::uint64_t count_ = 0;
};

}  // namespace veche::load

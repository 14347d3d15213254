#include "scan/probe_window.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace veche::scan {
namespace {

using base::MonoTime;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr double kGrowth = 0.05;          // a round trip
constexpr double kGrowthNearLoss = 0.01;  // where the last cut was needed
constexpr double kNearLoss = 0.85;        // of the size at that cut
constexpr double kLossIgnored = 0.05;     // a share that growth makes up for
constexpr double kLossByChance = 0.15;    // more is never chance, and the cut is as deep
constexpr double kCutMax = 0.5;
constexpr double kLeast = 2;
// In a round, before it means anything.
constexpr std::size_t kAnswersMin = 8;
constexpr std::size_t kSilentMin = 8;

// By how much a round trip may be longer than the shortest before that is a queue of our own making.
nanoseconds queue_allowed(const RoundTrip& round_trip) {
  return std::clamp<nanoseconds>(round_trip.least() / 4, milliseconds{4}, milliseconds{25});
}

}  // namespace

ProbeWindow::ProbeWindow(std::size_t most, bool fixed)
    : is_fixed_(fixed),
      most_(static_cast<double>(std::max<std::size_t>(most, 1))),
      size_(fixed ? most_ : std::min(most_, static_cast<double>(kFirst))),
      was_too_much_(2 * most_) {}

bool ProbeWindow::answered(MonoTime sent, MonoTime now, const RoundTrip& round_trip) {
  ++round_.answers;
  round_.answered += sent > cut_at_;
  round_.least = std::min<nanoseconds>(round_.least, now - sent);
  bool is_cut = false;
  if (round_.answers >= kAnswersMin && now >= round_.since + round_trip.smoothed())
    is_cut = end_round(now, round_trip);
  if (!is_held_ && !is_suspicious_) grow();
  return is_cut;
}

bool ProbeWindow::end_round(MonoTime now, const RoundTrip& round_trip) {
  const nanoseconds allowed = round_trip.least() + queue_allowed(round_trip);
  const bool was_held = std::exchange(is_held_, round_.least > allowed);
  if (is_held_ && was_held) {  // one round alone may be this machine's own hiccup
    is_slow_start_ = false;
    if (!is_fixed_ && size_ > kFirst) size_ *= 1 - kGrowth;
  }
  const double silence = static_cast<double>(round_.silent) /
                         static_cast<double>(std::max<std::size_t>(round_.silent + round_.answered, 1));
  const double loss = silence * loss_of_silence_;
  const bool was_suspicious =
      std::exchange(is_suspicious_, round_.silent >= kSilentMin && loss > kLossIgnored);
  if (is_suspicious_ && !was_suspicious) {
    round_.since = now;
    round_.least = nanoseconds::max();
    round_.answers = 0;
    return false;  // what is silent and answered stays counted
  }
  round_ = {.since = now};
  if (!is_suspicious_) return false;
  is_suspicious_ = false;
  cut(loss > kLossByChance ? loss : loss / 3, now);
  return true;
}

void ProbeWindow::silent_so_far() {
  if (size_ < kBlindMax) grow();
}

void ProbeWindow::grow() {
  if (is_fixed_) return;
  if (is_slow_start_) {
    size_ += 1;
  } else {
    size_ += size_ < kNearLoss * was_too_much_ ? kGrowth : kGrowthNearLoss;
  }
  size_ = std::min(size_, most_);
}

void ProbeWindow::canary_answered(MonoTime sent, MonoTime now, const RoundTrip& round_trip) {
  if (is_fixed_ || sent <= cut_at_) return;
  if (now - sent > round_trip.least() + queue_allowed(round_trip)) {
    is_slow_start_ = false;
  } else {
    size_ = std::min(most_, size_ * (is_slow_start_ ? 2 : 1 + kGrowth));
  }
}

void ProbeWindow::canary_lost(MonoTime sent, MonoTime now) {
  if (sent > cut_at_) cut(kCutMax, now);
}

void ProbeWindow::cut(double share, MonoTime now) {
  is_slow_start_ = false;
  cut_at_ = now;
  if (is_fixed_) return;
  was_too_much_ = size_;
  size_ = std::max(size_ * (1 - std::min(share, kCutMax)), kLeast);
}

void ProbeWindow::limit(std::size_t most) {
  most_ = std::min(most_, static_cast<double>(std::max<std::size_t>(most, 1)));
  size_ = std::min(size_, most_);
}

}  // namespace veche::scan

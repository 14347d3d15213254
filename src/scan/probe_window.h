// How many probes may be on their way at once, so that the path, and the far end, is full and not over-full.
//
// It grows with answers: at first by one for each, which doubles it every round trip, then by a few percent a
// round trip. It shrinks while even the quickest round trips are longer than they need be: then a queue
// is building up somewhere. And it is cut by loss.
//
// Silence alone is not loss: most hosts are behind firewalls that say nothing. Loss is a probe that was
// silent and whose retry was answered. But that is known only a timeout and a round trip later, when a full
// queue has thrown away many more. So both count: the silence of a round trip at once, and what share of
// silence has turned out to be loss so far. Their product is the loss of the round, and so deep is the cut,
// once another round has told how much it is: what was sent before a cut says nothing about the window after
// it. Loss that has nothing to do with us (a bad radio link) is a small share, and growth outweighs it.
//
// A host that says next to nothing is measured by canaries, probes of a port that is known to answer: one
// that is answered doubles the window (later: a few percent), one that is lost halves it.
//
// Pure; one thread.
#pragma once

#include "base/clock.h"
#include "scan/round_trip.h"

#include <chrono>
#include <cstddef>

namespace veche::scan {

class ProbeWindow {
 public:
  static constexpr std::size_t kFirst = 64;
  /// As far as it grows while nobody has answered anything.
  static constexpr std::size_t kBlindMax = 1024;

  /// Never more than `most`. A `fixed` one neither grows nor shrinks.
  ProbeWindow(std::size_t most, bool fixed);

  std::size_t size() const { return static_cast<std::size_t>(size_); }
  /// There may be loss right now.
  bool is_suspicious() const { return is_suspicious_; }
  /// Whether what was sent at `sent` met a path that was too full: the window was cut since.
  bool was_too_full(base::MonoTime sent) const { return sent <= cut_at_; }
  bool is_full_grown() const { return size_ >= most_; }

  /// A probe that was sent at `sent` has been answered; `round_trip` knows of it already.
  /// Gives whether that was the moment to cut the window for what has been silent: it is made up for then.
  bool answered(base::MonoTime sent, base::MonoTime now, const RoundTrip& round_trip);
  /// A first probe has been on its way for long enough to be answered, by a host that answers others.
  void silent(base::MonoTime sent) { round_.silent += sent > cut_at_; }
  /// Nobody ever answered, and another probe is out of the way.
  void silent_so_far();
  /// What share of silence is loss. Until something is known: all.
  void learn_loss(double share_of_silence) { loss_of_silence_ = share_of_silence; }

  void canary_answered(base::MonoTime sent, base::MonoTime now, const RoundTrip& round_trip);
  void canary_lost(base::MonoTime sent, base::MonoTime now);

  /// This machine cannot have more of them at once.
  void limit(std::size_t most);

 private:
  /// What came to be known in about one round trip.
  struct Round {
    base::MonoTime since;
    std::chrono::nanoseconds least = std::chrono::nanoseconds::max();
    std::size_t answers = 0;   // all
    std::size_t answered = 0;  // of those that were sent since the last cut
    std::size_t silent = 0;
  };

  void grow();
  bool end_round(base::MonoTime now, const RoundTrip& round_trip);
  void cut(double share, base::MonoTime now);

  bool is_fixed_;
  double most_;
  double size_;
  bool is_slow_start_ = true;   // the field's name for growing fast
  bool is_held_ = false;        // a queue builds up: the last round says so
  bool is_suspicious_ = false;  // there may be loss: another round trip will tell how much
  double was_too_much_;         // the size that the last cut was taken from
  base::MonoTime cut_at_;       // the last cut
  double loss_of_silence_ = 1;
  Round round_;
};

}  // namespace veche::scan

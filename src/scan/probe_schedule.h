// What one host is asked, and when: which port next, how many at once, how long to wait for an answer, and
// when silence is final. It knows no socket, clock or port number: a *place* is one of the n ports, in the
// order in which they are to be tried, and the time is passed in. So every decision can be tested, and a
// whole scan played over a simulated path (probe_schedule_test.cpp).
//
//   next() -> a probe to send            answered() <- something came back for it
//                                        take_expired() -> nothing did, and it is no longer waited for
//
// What makes it exact: a silent port is asked again, and if any port at all answers only when asked again,
// then probes do get lost here, and every silent port is asked more often: once more than that took (nmap's
// allowedTryno), and until it is unlikely, by the share that was lost, that any port that would answer was
// lost each time. So one silence is never enough, and the worse the path the more it takes, up to kTriesMax.
// An answer that is later than the timeout is not lost on us either: retries wait twice as long, and what
// they learn of the round trip moves the timeout. Tries into a path that turned out to be too full do not
// count.
//
// What makes it fast: what is waited for does not count as on its way for ever. After a flight time (about a
// round trip) a silent probe has left the path, and takes up nothing but one of our sockets. So firewalls
// that drop everything are scanned at the speed at which answers would have come, if the sockets last.
//
// A host that says next to nothing gives no measure of the path. Then a port that is known to answer is asked
// again now and then: the canary. Its silence is loss, whatever the others' is. And where no answers set the
// pace, probes are spread over the flight time: a window sent at once is more than a queue may hold.
//
// Pure; one thread.
#pragma once

#include "base/clock.h"
#include "scan/probe_window.h"
#include "scan/round_trip.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace veche::scan {

/// What a person has fixed; the rest adapts itself.
struct Tuning {
  std::optional<std::chrono::nanoseconds> timeout{};
  std::optional<unsigned> retries{};    ///< of a silent port
  std::optional<std::size_t> window{};  ///< probes at once
};

/// A probe in flight; small, and used again.
using ProbeId = std::uint32_t;
using Place = std::uint32_t;

struct Probe {
  ProbeId id = 0;
  Place place = 0;
  bool is_canary = false;  ///< of a port that is decided: its answer is no news
};

class ProbeSchedule {
 public:
  static constexpr unsigned kTriesMax = 8;

  /// For `places` ports, with at most `in_flight_max` waited for at once.
  ProbeSchedule(std::size_t places, std::size_t in_flight_max, const Tuning& tuning);

  /// Everything that had come by `seen` has been told with answered(): what is silent since long before that
  /// has left the path. To be called before next(), and take_expired() with the same time; not with the
  /// present one, or answers that wait to be read, while this thread had to wait for its processor, are taken
  /// for silence.
  void settle(base::MonoTime seen);
  /// What to send now; nothing if enough is on its way, or nothing is left. It counts as sent at `now`.
  std::optional<Probe> next(base::MonoTime now);
  /// It was not sent after all: this machine could not. Its place comes again.
  void not_sent(ProbeId id);
  /// An answer came; the place of a probe that is no canary is decided.
  void answered(ProbeId id, base::MonoTime now);
  /// It came to nothing at once: this machine's own firewall, say. As if it had been silent for long enough.
  void failed(ProbeId id, base::MonoTime now);
  /// One that has been waited for long enough: forget it. Nothing: none yet. Its place is asked again, or is
  /// silent in the end.
  std::optional<ProbeId> take_expired(base::MonoTime seen);

  /// This machine cannot wait for more than so many.
  void limit(std::size_t in_flight_max);

  /// When next() or take_expired() may give something that they do not give now; nothing: only after an
  /// answer, or never. If it cannot be sent anyway, only of take_expired().
  std::optional<base::MonoTime> wake(base::MonoTime now, bool can_send = true) const;

  /// Every place is answered or silent for good.
  bool is_finished() const { return undecided_ == silent_.size() && in_flight_ == 0 && again_.empty(); }
  /// Those that never answered, once it is finished.
  const std::vector<Place>& silent() const { return silent_; }

  /// The answer to a probe may be there when it is sent: the host is near, and says something.
  bool may_be_answered_at_once() const {
    return !says_little() && round_trip_.smoothed() < std::chrono::milliseconds{1};
  }
  std::size_t in_flight() const { return in_flight_; }
  std::size_t window() const { return window_.size(); }
  const RoundTrip& round_trip() const { return round_trip_; }
  std::uint64_t probes() const { return probes_; }
  std::uint64_t retries() const { return retries_; }

 private:
  static constexpr ProbeId kNone = 0xffff'ffff;

  struct InFlight {
    Place place = 0;
    std::uint8_t attempt = 0;  // 0: the first
    bool is_canary = false;
    bool is_on_its_way = false;  // counts against the window
    ProbeId before = kNone;
    ProbeId after = kNone;
    base::MonoTime sent{};
    base::MonoTime silent_since{};      // of a retry: when the attempt before it was sent
    std::chrono::nanoseconds waited{};  // and how long that was waited for
  };
  struct Tries {
    std::uint8_t made = 0;
    std::uint8_t excused = 0;  // of these: the path was too full, and they say nothing
  };
  struct Again {
    Place place;
    base::MonoTime silent_since;
    std::chrono::nanoseconds waited;
  };
  // Those in flight in the order in which they were sent, so that the oldest is the first to expire. First
  // attempts and canaries stand in one line, retries, which wait longer, in another.
  struct Line {
    ProbeId first = kNone;
    ProbeId last = kNone;
    ProbeId young = kNone;  // the first that is younger than a flight time; all behind it are
  };

  bool is_canary_due(base::MonoTime now) const;
  Probe send(InFlight probe);
  void forget(ProbeId id);
  void leave_path(Line& line, base::MonoTime seen);
  void clear_path();
  void learn_of_loss(unsigned tries);
  void allow_tries(unsigned tries);
  /// Of those that are asked, most are silent, and not because they are lost.
  bool says_little() const { return answer_share_ < 0.5 && is_silence_real(); }
  bool is_paced() const { return !round_trip_.is_known() || says_little(); }
  bool is_silence_real() const { return loss_of_silence_ < 0.1; }
  Line& line_of(const InFlight& probe) { return probe.attempt > 0 ? retried_ : first_tried_; }
  std::chrono::nanoseconds timeout_of(const Line& line) const {
    return fixed_timeout_.value_or(round_trip_.timeout(&line == &retried_ ? 2 : 1));
  }

  const std::optional<std::chrono::nanoseconds> fixed_timeout_;
  const bool are_tries_fixed_;
  unsigned tries_;  // of a silent port, the first included
  std::size_t in_flight_max_;
  RoundTrip round_trip_;
  ProbeWindow window_;

  Place untried_ = 0;  // the next one that was never tried
  const Place places_;
  std::vector<Tries> tries_of_;  // by place
  std::deque<Again> again_;      // to be asked again
  std::vector<Place> silent_;    // silent as often as is allowed by now
  std::size_t undecided_;

  std::vector<InFlight> probes_in_flight_;
  std::vector<ProbeId> free_;
  Line first_tried_, retried_;
  std::size_t in_flight_ = 0;
  std::size_t on_their_way_ = 0;

  base::MonoTime next_paced_;    // while little or nothing is heard
  std::optional<Place> canary_;  // answers
  bool is_canary_out_ = false;
  base::MonoTime heard_at_;        // the last answer
  double answer_share_ = 1;        // of first tries, lately
  std::size_t silent_so_far_ = 0;  // probes, before the first answer
  std::uint64_t heard_ = 0;        // answers, canaries' too
  std::uint64_t lost_ = 0;         // probes that are known to be lost
  double loss_of_silence_ = 1;     // of retries: what share was answered

  std::uint64_t probes_ = 0;
  std::uint64_t retries_ = 0;
};

}  // namespace veche::scan

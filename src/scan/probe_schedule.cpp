#include "scan/probe_schedule.h"

#include <algorithm>
#include <utility>

namespace veche::scan {
namespace {

using base::MonoTime;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Of one more answer or silence in a share.
constexpr double kFirstWeight = 1.0 / 64;
constexpr double kRetryWeight = 1.0 / 16;
// From the last answer to a canary: while the window grows, and then.
constexpr nanoseconds kCanaryPauseMin = milliseconds{10};
constexpr int kFullGrownPauses = 10;
// Probes that nobody has answered, before the first answer.
constexpr std::size_t kSilentForReal = 500;

// Paced sending catches up with so much time, in which the caller was busy or asleep.
constexpr nanoseconds kBurst = milliseconds{2};

// Of ports that answer, so many at most are to be missed in a scan.
constexpr double kMissedMax = 0.001;

void move_share(double& share, bool answered, double weight) {
  share += weight * ((answered ? 1 : 0) - share);
}

}  // namespace

ProbeSchedule::ProbeSchedule(std::size_t places, std::size_t in_flight_max, const Tuning& tuning)
    : fixed_timeout_(tuning.timeout),
      are_tries_fixed_(tuning.retries.has_value()),
      tries_(tuning.retries.value_or(1) + 1),
      in_flight_max_(std::max<std::size_t>(in_flight_max, 1)),
      window_(std::min(in_flight_max_, tuning.window.value_or(in_flight_max_)), tuning.window.has_value()),
      places_(static_cast<Place>(places)),
      tries_of_(places),
      undecided_(places) {}

void ProbeSchedule::settle(MonoTime seen) {
  leave_path(first_tried_, seen);
  leave_path(retried_, seen);
}

std::optional<Probe> ProbeSchedule::next(MonoTime now) {
  if (in_flight_ >= in_flight_max_ || on_their_way_ >= window_.size()) return std::nullopt;
  if (is_paced()) {
    if (now < next_paced_) return std::nullopt;
    const nanoseconds apart = round_trip_.flight() / static_cast<std::int64_t>(window_.size());
    next_paced_ = std::max(next_paced_, now - kBurst) + apart;
  }
  if (is_canary_due(now)) return send({.place = *canary_, .is_canary = true, .sent = now});
  // What is asked again comes first: its answers tell of loss while the window that lost it is still there.
  // But not into a path that is too full already.
  if (!again_.empty() && (!window_.is_suspicious() || untried_ == places_)) {
    const Again again = again_.front();
    again_.pop_front();
    return send({.place = again.place,
                 .attempt = tries_of_[again.place].made++,
                 .sent = now,
                 .silent_since = again.silent_since,
                 .waited = again.waited});
  }
  if (untried_ == places_) return std::nullopt;
  const Place place = untried_++;
  return send({.place = place, .attempt = tries_of_[place].made++, .sent = now});
}

bool ProbeSchedule::is_canary_due(MonoTime now) const {
  const bool is_work_left = untried_ < places_ || !again_.empty();
  if (!is_work_left || !canary_ || is_canary_out_ || !says_little()) return false;
  const nanoseconds pause = std::max(round_trip_.flight(), kCanaryPauseMin);
  return now >= heard_at_ + (window_.is_full_grown() ? kFullGrownPauses : 1) * pause;
}

Probe ProbeSchedule::send(InFlight probe) {
  ProbeId id;
  if (free_.empty()) {
    id = static_cast<ProbeId>(probes_in_flight_.size());
    probes_in_flight_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  Line& line = line_of(probe);
  probe.is_on_its_way = true;
  probe.before = line.last;
  probes_in_flight_[id] = probe;
  (line.last == kNone ? line.first : probes_in_flight_[line.last].after) = id;
  line.last = id;
  if (line.young == kNone) line.young = id;
  ++in_flight_;
  ++on_their_way_;
  ++probes_;
  if (probe.attempt > 0) ++retries_;
  if (probe.is_canary) is_canary_out_ = true;
  return {id, probe.place, probe.is_canary};
}

/// What has been on its way for a flight time has left the path, if it was silent because the port is. Where
/// others answer it may as well be stuck in a queue, or thrown out of one: then it keeps its place.
void ProbeSchedule::leave_path(Line& line, MonoTime seen) {
  const MonoTime sent_before = seen - round_trip_.flight();
  const bool is_known = round_trip_.is_known();
  while (line.young != kNone && probes_in_flight_[line.young].sent < sent_before) {
    InFlight& probe = probes_in_flight_[line.young];
    line.young = probe.after;
    if (!is_known || is_silence_real()) {
      probe.is_on_its_way = false;
      --on_their_way_;
    }
    if (probe.is_canary) continue;
    if (probe.attempt == 0) move_share(answer_share_, false, kFirstWeight);
    if (!is_known) {
      ++silent_so_far_;
      window_.silent_so_far();
    } else if (!is_silence_real()) {
      window_.silent(probe.sent);
    }
  }
}

/// Those that were silent for too long are taken to be lost, and the window was cut for that.
void ProbeSchedule::clear_path() {
  for (const Line* line : {&first_tried_, &retried_}) {
    for (ProbeId id = line->first; id != line->young; id = probes_in_flight_[id].after) {
      if (std::exchange(probes_in_flight_[id].is_on_its_way, false)) --on_their_way_;
    }
  }
}

void ProbeSchedule::forget(ProbeId id) {
  const InFlight& probe = probes_in_flight_[id];
  Line& line = line_of(probe);
  (probe.before == kNone ? line.first : probes_in_flight_[probe.before].after) = probe.after;
  (probe.after == kNone ? line.last : probes_in_flight_[probe.after].before) = probe.before;
  if (line.young == id) line.young = probe.after;
  if (probe.is_on_its_way) --on_their_way_;
  if (probe.is_canary) is_canary_out_ = false;
  --in_flight_;
  free_.push_back(id);
}

void ProbeSchedule::not_sent(ProbeId id) {
  const InFlight probe = probes_in_flight_[id];
  forget(id);
  --probes_;
  if (probe.is_canary) return;
  if (probe.attempt > 0) --retries_;
  --tries_of_[probe.place].made;
  again_.push_front({probe.place, probe.silent_since, probe.waited});
}

void ProbeSchedule::answered(ProbeId id, MonoTime now) {
  const InFlight probe = probes_in_flight_[id];
  const nanoseconds took = now - probe.sent;
  forget(id);
  // Nothing came of so many probes, and they were few at a time: this is no full queue.
  if (!round_trip_.is_known() && silent_so_far_ >= kSilentForReal) loss_of_silence_ = 0;
  round_trip_.sample(took);
  heard_at_ = now;
  ++heard_;
  if (probe.is_canary) return window_.canary_answered(probe.sent, now, round_trip_);
  --undecided_;
  canary_ = probe.place;
  if (probe.attempt == 0) {
    move_share(answer_share_, true, kFirstWeight);
    if (window_.answered(probe.sent, now, round_trip_)) clear_path();
    return;
  }
  learn_of_loss(probe.attempt - tries_of_[probe.place].excused + 2u);
  // It answers when asked again. Was the first lost, or are answers only slower than we had waited for?
  if (took >= probe.waited) return;
  move_share(loss_of_silence_, true, kRetryWeight);
  window_.learn_loss(loss_of_silence_);
}

std::optional<ProbeId> ProbeSchedule::take_expired(MonoTime seen) {
  for (Line* line : {&first_tried_, &retried_}) {
    const ProbeId id = line->first;
    if (id == kNone || seen < probes_in_flight_[id].sent + timeout_of(*line)) continue;
    leave_path(*line, seen);
    failed(id, seen);
    return id;
  }
  return std::nullopt;
}

void ProbeSchedule::failed(ProbeId id, MonoTime now) {
  const InFlight probe = probes_in_flight_[id];
  forget(id);
  if (probe.is_canary) {
    heard_at_ = now;  // not again at once
    window_.canary_lost(probe.sent, now);
    return learn_of_loss(3);
  }
  Tries& tries = tries_of_[probe.place];
  if (window_.was_too_full(probe.sent) && tries.excused < kTriesMax) {
    ++tries.excused;
  } else if (probe.attempt > 0) {
    move_share(loss_of_silence_, false, kRetryWeight);
    window_.learn_loss(loss_of_silence_);
  }
  if (tries.made - tries.excused < static_cast<int>(tries_)) {
    again_.push_back({probe.place, probe.sent, now - probe.sent});
  } else {
    silent_.push_back(probe.place);
  }
}

/// Another probe was lost; a port that answers may need so many tries at least.
void ProbeSchedule::learn_of_loss(unsigned tries) {
  ++lost_;
  const double share = static_cast<double>(lost_) / static_cast<double>(lost_ + heard_);
  double missed = static_cast<double>(lost_ + heard_) * share;  // ports that answer, had each been tried once
  unsigned enough = 1;
  while (missed > kMissedMax && enough < kTriesMax) {
    missed *= share;
    ++enough;
  }
  allow_tries(std::max(tries, enough));
}

/// Silent ports may be asked so often, the first time included: what was taken for final is not.
void ProbeSchedule::allow_tries(unsigned tries) {
  tries = std::min(tries, kTriesMax);
  if (are_tries_fixed_ || tries <= tries_) return;
  tries_ = tries;
  for (const Place place : silent_) again_.push_back({place, MonoTime{}, nanoseconds{}});
  silent_.clear();
}

void ProbeSchedule::limit(std::size_t in_flight_max) {
  in_flight_max_ = std::max<std::size_t>(std::min(in_flight_max_, in_flight_max), 1);
  window_.limit(in_flight_max_);
}

std::optional<MonoTime> ProbeSchedule::wake(MonoTime now, bool can_send) const {
  std::optional<MonoTime> at;
  const auto not_after = [&at](MonoTime time) { at = std::min(at.value_or(time), time); };
  for (const Line* line : {&first_tried_, &retried_}) {
    if (line->first != kNone) not_after(probes_in_flight_[line->first].sent + timeout_of(*line));
    if (can_send && line->young != kNone) {
      not_after(probes_in_flight_[line->young].sent + round_trip_.flight() + nanoseconds{1});
    }
  }
  const bool is_room = in_flight_ < in_flight_max_ && on_their_way_ < window_.size();
  if (can_send && is_room && is_paced() && (untried_ < places_ || !again_.empty())) not_after(next_paced_);
  if (at) at = std::max(*at, now);
  return at;
}

}  // namespace veche::scan

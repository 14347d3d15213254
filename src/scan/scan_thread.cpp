#include "scan/scan_thread.h"

#include "net/waiting.h"
#include "scan/order.h"

#include <unistd.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace veche::scan {
namespace {

using base::MonoTime;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::uint64_t kWake = ~std::uint64_t{0};
constexpr std::uint64_t kBanner = kWake - 1;
constexpr int kEventsMax = 512;
// Probes of one host before the others have their turn, and answers are looked at.
constexpr int kTurn = 64;
// Hosts that one thread asks at once; each walks over them all.
constexpr std::size_t kLanesMax = 1024;
constexpr std::size_t kLanePortsMax = 4u << 20;  // of all of them together
constexpr int kNewLanes = 16;                    // at most, a turn
// When this machine has no room for another probe.
constexpr nanoseconds kRoomPause = milliseconds{5};
constexpr nanoseconds kRoomPatience = std::chrono::seconds{5};

Tuning tuning_of(const Plan& plan, unsigned shares) {
  Tuning tuning = plan.tuning;
  if (plan.is_sequential) {
    tuning.window = 1;
  } else if (tuning.window) {
    tuning.window = std::max<std::size_t>(*tuning.window / shares, 1);
  }
  return tuning;
}

}  // namespace

/// One host, as far as it is this thread's.
struct ScanThread::Lane {
  Lane(HostShare share, const Plan& plan, std::size_t sockets, MonoTime now)
      : host(std::move(share.host)),
        order(plan.is_sequential ? straight_order(host->first(), host->ports())
                                 : shuffled_order(host->first(), host->ports(), share.number, share.shares,
                                                  plan.ports.size())),
        schedule(order.size(), sockets, tuning_of(plan, share.shares)),
        had_room(now) {}

  std::size_t index_of(Place place) const { return order[place]; }

  const std::shared_ptr<HostScan> host;
  const std::vector<std::uint16_t> order;  // by place: which of the wanted ports
  ProbeSchedule schedule;
  std::vector<SlotNumber> slots;  // by probe: which asks it
  std::size_t banners = 0;        // that are waited for
  MonoTime paused_until;          // this machine has no room
  MonoTime had_room;              // when it last had
};

ScanThread::ScanThread(unsigned number, const Plan& plan, HostQueue& queue, const std::atomic<bool>& stop,
                       std::function<void()> finished)
    : number_(number),
      plan_(plan),
      queue_(queue),
      stop_(stop),
      finished_(std::move(finished)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      pacer_(plan.rate / plan.threads),
      sockets_max_(std::max<std::size_t>(plan.sockets / plan.threads, 1)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWake;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event);
  event.data.u64 = kBanner;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, banners_.fd(), &event);
}

ScanThread::~ScanThread() = default;

void ScanThread::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void ScanThread::run() {
  while (!stop_.load(std::memory_order_relaxed)) {
    MonoTime now = net::mono_now();
    for (int i = 0; i < kNewLanes && has_room_for_host() && take_host(now); ++i) {
    }
    if (lanes_.empty() && queue_.is_exhausted(number_)) break;
    bool is_busy = false;
    for (const auto& lane : lanes_) {
      expire(*lane);
      is_busy |= send(*lane, now);
    }
    wait(is_busy, now);
    now = net::mono_now();
    banners_.run(now);
    std::erase_if(lanes_, [&](const auto& lane) { return finish(*lane, now); });
  }
  banners_.clear();
  lanes_.clear();
}

// --- hosts

/// Another host is begun when those that are there leave sockets over.
bool ScanThread::has_room_for_host() const {
  const std::size_t lanes_max = std::clamp<std::size_t>(kLanePortsMax / plan_.ports.size(), 4, kLanesMax);
  if (lanes_.empty()) return true;
  if (plan_.is_sequential || lanes_.size() >= lanes_max || queue_.is_exhausted(number_)) return false;
  std::size_t wanted = 0;
  for (const auto& lane : lanes_) wanted += std::max(lane->schedule.in_flight(), lane->schedule.window());
  return wanted + ProbeWindow::kFirst <= sockets_max_;
}

bool ScanThread::take_host(MonoTime now) {
  auto share = queue_.take(number_, now);
  if (!share) return false;
  lanes_.push_back(std::make_unique<Lane>(std::move(*share), plan_, sockets_max_, now));
  return true;
}

/// Whether the lane has nothing more to ask; then it is over.
bool ScanThread::finish(Lane& lane, MonoTime now) {
  if (lane.banners > 0) return false;
  if (lane.host->has_failed()) {
    abandon(lane);
  } else if (!lane.schedule.is_finished()) {
    return false;
  } else {
    for (const Place place : lane.schedule.silent()) {
      const std::size_t index = lane.index_of(place);
      const bool is_prohibited = lane.host->verdict(index).reason == Reason::prohibited;
      lane.host->decide(index, is_prohibited ? kProhibited : kSilent);
    }
  }
  ShareStats stats;
  stats.probes = lane.schedule.probes();
  stats.retries = lane.schedule.retries();
  stats.window = lane.schedule.window();
  if (lane.schedule.round_trip().is_known()) stats.round_trip = lane.schedule.round_trip().smoothed();
  if (lane.host->finish_share(stats, now)) finished_();
  return true;
}

void ScanThread::abandon(Lane& lane) {
  for (SlotNumber slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].lane != &lane) continue;
    take_back(slots_[slot].fd.get());
    release(slot);
  }
}

// --- probes

void ScanThread::expire(Lane& lane) {
  lane.schedule.settle(seen_);
  while (const auto id = lane.schedule.take_expired(seen_)) {
    const SlotNumber slot = lane.slots[*id];
    take_back(slots_[slot].fd.get());
    release(slot);
  }
}

/// Whether there may be more to send at once.
bool ScanThread::send(Lane& lane, MonoTime now) {
  if (now < lane.paused_until || lane.host->has_failed() || banners_.size() >= kBannersMax) return false;
  for (int i = 0; i < kTurn; ++i) {
    if (!pacer_.allows(now)) return false;
    const auto probe = lane.schedule.next(now);
    if (!probe || !launch(lane, *probe, now)) return false;
    pacer_.done(now);
  }
  return true;
}

/// Asks, and hears what comes at once; then `now` is when that was. False: nothing more can be asked now.
bool ScanThread::launch(Lane& lane, const Probe& probe, MonoTime& now) {
  const net::Address address = address_of(lane, probe);
  const SlotNumber number = idle_slot(address);
  if (number == kNoSlot) {
    no_room(lane, probe, errno, now);
    return false;
  }
  Slot& slot = slots_[number];
  slot.lane = &lane;
  slot.probe = probe;
  if (lane.slots.size() <= probe.id) lane.slots.resize(probe.id + 1);
  lane.slots[probe.id] = number;
  const Answer answer = ask(slot.fd.get(), address, lane.schedule.may_be_answered_at_once());
  now = net::mono_now();
  // An open port may still have to be asked a second time, for which there has to be room, too.
  if (answer != Answer::no_room && answer != Answer::open) lane.had_room = now;
  switch (answer) {
    case Answer::none:
      if (slot.is_watched || watch(number)) return true;
      no_room(lane, probe, errno, now);
      take_back(slot.fd.get());
      release(number);
      return false;
    case Answer::no_room:
      no_room(lane, probe, errno, now);
      release(number);
      return false;
    case Answer::no_way:
      lane.host->fail({lane.host->address().ip(), base::errno_text(errno), ""});
      release(number);
      lane.schedule.not_sent(probe.id);
      return false;
    default:
      hear(number, answer, now);
      return true;
  }
}

net::Address ScanThread::address_of(const Lane& lane, const Probe& probe) const {
  return lane.host->address().with_port(plan_.ports[lane.index_of(probe.place)]);
}

/// The probe is not sent: this machine cannot ask more at once. Fewer will do, but not for ever none. No
/// error: the other hosts have all the sockets just now.
void ScanThread::no_room(Lane& lane, const Probe& probe, int error, MonoTime now) {
  lane.schedule.not_sent(probe.id);
  lane.paused_until = now + kRoomPause;
  if (error == 0) {
    lane.had_room = now;
  } else if (lane.schedule.in_flight() > 0) {
    lane.schedule.limit(lane.schedule.in_flight());
    lane.had_room = now;
  } else if (now > lane.had_room + kRoomPatience) {
    lane.host->fail({lane.host->address().ip(), base::errno_text(error), ""});
  }
}

void ScanThread::hear(SlotNumber number, Answer answer, MonoTime now) {
  const Slot& slot = slots_[number];
  Lane& lane = *slot.lane;
  const Probe probe = slot.probe;
  switch (answer) {
    case Answer::none:
    case Answer::no_room:
    case Answer::no_way:
      return;
    case Answer::open:
      return hear_open(number, now);
    case Answer::closed:
      release(number);
      return decide(lane, probe, kClosed, now);
    case Answer::unreachable:
      release(number);
      return decide(lane, probe, kUnreachable, now);
    case Answer::prohibited:
      release(number);
      return decide(lane, probe, kProhibited, now);
    case Answer::not_allowed:
      release(number);
      if (!probe.is_canary) lane.host->suspect(lane.index_of(probe.place), Reason::prohibited);
      lane.schedule.failed(probe.id, now);
      return;
  }
}

void ScanThread::decide(Lane& lane, const Probe& probe, Verdict verdict, MonoTime now) {
  if (!probe.is_canary) lane.host->decide(lane.index_of(probe.place), verdict);
  lane.had_room = now;
  lane.schedule.answered(probe.id, now);
}

void ScanThread::hear_open(SlotNumber number, MonoTime now) {
  Slot& slot = slots_[number];
  Lane& lane = *slot.lane;
  const Probe probe = slot.probe;
  const bool wants_banner = plan_.wants_banners && !probe.is_canary;
  net::Fd connected;
  if (may_be_our_own(slot.fd.get())) {
    // The slot's descriptor goes to the second look: there may be no other.
    take_back(slot.fd.get());
    slot.fd.reset();
    release(number);
    const Answer answer =
        ask_from_a_port_of_our_own(address_of(lane, probe), wants_banner ? &connected : nullptr);
    if (answer == Answer::closed) return decide(lane, probe, kClosed, now);
    if (answer == Answer::no_room) return no_room(lane, probe, errno, now);
    if (answer != Answer::open) return lane.schedule.failed(probe.id, now);
  } else if (wants_banner) {
    // The connection goes on without the slot, which gets another socket when it is needed.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, slot.fd.get(), nullptr);
    connected = std::move(slot.fd);
    release(number);
  } else {
    take_back(slot.fd.get());
    release(number);
  }
  if (wants_banner) return read_banner(lane, probe, std::move(connected), now);
  decide(lane, probe, kOpen, now);
}

void ScanThread::read_banner(Lane& lane, const Probe& probe, net::Fd connected, MonoTime now) {
  const std::size_t index = lane.index_of(probe.place);
  lane.schedule.answered(probe.id, now);
  ++lane.banners;
  banners_.add(std::move(connected), now, [&lane, index](std::string banner) {
    --lane.banners;
    if (!banner.empty()) lane.host->keep_banner(index, std::move(banner));
    lane.host->decide(index, kOpen);
  });
}

// --- sockets

/// A slot with a socket that can ask `address`; kNoSlot, with errno, if there can be none now; 0: all are in
/// use.
ScanThread::SlotNumber ScanThread::idle_slot(const net::Address& address) {
  if (idle_.empty()) {
    if (slots_.size() >= sockets_max_) {
      errno = 0;
      return kNoSlot;
    }
    idle_.push_back(static_cast<SlotNumber>(slots_.size()));
    slots_.emplace_back();
  }
  const SlotNumber number = idle_.back();
  Slot& slot = slots_[number];
  if (!slot.fd || slot.family != address.family()) {
    slot.fd = open_probe_socket(address);
    slot.family = address.family();
    slot.is_watched = false;
    if (!slot.fd) {
      const int error = errno;
      slot.fd.reset();
      if (number + 1 == slots_.size()) {
        slots_.pop_back();
        idle_.pop_back();
        sockets_max_ = std::max<std::size_t>(slots_.size(), 1);
      }
      errno = error;
      return kNoSlot;
    }
  }
  idle_.pop_back();
  return number;
}

/// From now on events tell of the slot's socket, of what it has to tell already too. False: errno says why.
bool ScanThread::watch(SlotNumber number) {
  epoll_event event{};
  event.events = EPOLLOUT | EPOLLET;
  event.data.u64 = number;
  Slot& slot = slots_[number];
  slot.is_watched = ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, slot.fd.get(), &event) == 0;
  return slot.is_watched;
}

void ScanThread::release(SlotNumber slot) {
  slots_[slot].lane = nullptr;
  idle_.push_back(slot);
}

// --- waiting

MonoTime ScanThread::next_wake(MonoTime now) const {
  // With nothing to do for a second there is at least the queue to look at.
  MonoTime wake = now + std::chrono::seconds{1};
  if (!queue_.is_exhausted(number_)) wake = now + milliseconds{20};
  if (const auto banner = banners_.deadline()) wake = std::min(wake, *banner);
  const bool are_banners_full = banners_.size() >= kBannersMax;
  for (const auto& lane : lanes_) {
    if (lane->banners == 0 && (lane->host->has_failed() || lane->schedule.is_finished())) return now;
    const bool can_send = now >= lane->paused_until && pacer_.allows(now) && !are_banners_full;
    if (!can_send && !are_banners_full) {
      wake = std::min(wake, now < lane->paused_until ? lane->paused_until : pacer_.next());
    }
    if (const auto at = lane->schedule.wake(now, can_send)) wake = std::min(wake, *at);
  }
  return wake;
}

/// Sleeps until something comes or is due, if nothing is to be done at once; looks at what has come.
void ScanThread::wait(bool is_busy, MonoTime now) {
  const nanoseconds longest =
      is_busy ? nanoseconds{0} : std::max(next_wake(now) - net::mono_now(), nanoseconds{0});
  const timespec timeout{static_cast<time_t>(longest.count() / 1'000'000'000),
                         static_cast<long>(longest.count() % 1'000'000'000)};
  const MonoTime asked = net::mono_now();
  std::array<epoll_event, kEventsMax> events;
  const int count = ::epoll_pwait2(epoll_.get(), events.data(), kEventsMax, &timeout, nullptr);
  if (count < kEventsMax) seen_ = asked;  // else there may be more
  now = net::mono_now();
  for (int i = 0; i < count; ++i) {
    const std::uint64_t what = events[static_cast<std::size_t>(i)].data.u64;
    if (what == kWake || what == kBanner) continue;  // stop_ and the banners are looked at anyway
    const auto number = static_cast<SlotNumber>(what);
    const Slot& slot = slots_[number];
    if (slot.lane == nullptr) continue;  // late news of what is decided
    Answer answer = look(slot.fd.get(), address_of(*slot.lane, slot.probe));
    if (answer == Answer::none && (events[static_cast<std::size_t>(i)].events & EPOLLERR) != 0) {
      answer = look_at_error(slot.fd.get());
    }
    hear(number, answer, now);
  }
}

}  // namespace veche::scan

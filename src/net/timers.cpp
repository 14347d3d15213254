#include "net/timers.h"

#include <algorithm>
#include <limits>

namespace veche::net {

int poll_ms(std::chrono::nanoseconds wait) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, std::numeric_limits<int>::max()));
}

void Timers::arm(Timer& timer, base::MonoTime deadline) {
  timer.deadline_ = deadline;
  if (!timer.armed()) {
    heap_.emplace_back();
    sift_up(heap_.size() - 1, {deadline, &timer});
  } else if (deadline < heap_[timer.place_].not_before) {
    sift_up(timer.place_, {deadline, &timer});
  }
}

void Timers::cancel(Timer& timer) {
  if (timer.armed()) remove(timer.place_);
}

std::optional<base::MonoTime> Timers::next() {
  settle_top();
  if (heap_.empty()) return std::nullopt;
  return heap_.front().not_before;
}

void Timers::expire(base::MonoTime now) {
  for (std::size_t left = heap_.size(); left > 0; --left) {
    settle_top();
    if (heap_.empty() || heap_.front().not_before > now) return;
    Timer& timer = *heap_.front().timer;
    remove(0);
    timer.owner_.expired(timer);
  }
}

// Until the entry on top tells its timer's real deadline.
void Timers::settle_top() {
  while (!heap_.empty() && heap_.front().not_before < heap_.front().timer->deadline_) {
    Timer* timer = heap_.front().timer;
    sift_down(0, {timer->deadline_, timer});
  }
}

void Timers::remove(std::size_t place) {
  heap_[place].timer->place_ = Timer::kNowhere;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (place == heap_.size()) return;
  if (place > 0 && last.not_before < heap_[(place - 1) / 2].not_before) {
    sift_up(place, last);
  } else {
    sift_down(place, last);
  }
}

void Timers::sift_up(std::size_t place, Entry entry) {
  while (place > 0) {
    const std::size_t parent = (place - 1) / 2;
    if (heap_[parent].not_before <= entry.not_before) break;
    put(place, heap_[parent]);
    place = parent;
  }
  put(place, entry);
}

void Timers::sift_down(std::size_t place, Entry entry) {
  for (;;) {
    std::size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].not_before < heap_[child].not_before) ++child;
    if (entry.not_before <= heap_[child].not_before) break;
    put(place, heap_[child]);
    place = child;
  }
  put(place, entry);
}

void Timers::put(std::size_t place, Entry entry) {
  heap_[place] = entry;
  entry.timer->place_ = static_cast<std::uint32_t>(place);
}

}  // namespace veche::net

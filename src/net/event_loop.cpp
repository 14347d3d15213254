#include "net/event_loop.h"

#include "base/check.h"
#include "net/event_connection.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace veche::net {
namespace {

/// Memory that a loop keeps in empty send queues, so that the next turn allocates none.
constexpr std::size_t kSpareBytesMax = 64 * 1024;

}  // namespace

base::Result<std::unique_ptr<EventLoop>> EventLoop::create(const base::Clock& clock, base::Log& log,
                                                           const LoopOptions& options) {
  Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return base::fail("event loop", base::errno_text(errno));
  Fd waker(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!waker) return base::fail("event loop", base::errno_text(errno));
  // Every write to an eventfd is an edge of its own, so the waker is never read: its count is 64 bits wide.
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, waker.get(), &event) != 0)
    return base::fail("event loop", base::errno_text(errno));
  return std::unique_ptr<EventLoop>(new EventLoop(clock, log, options, std::move(epoll), std::move(waker)));
}

EventLoop::EventLoop(const base::Clock& clock, base::Log& log, const LoopOptions& options, Fd epoll, Fd waker)
    : clock_(clock),
      log_(log),
      options_(options),
      epoll_(std::move(epoll)),
      waker_(std::move(waker)),
      posts_([this] { wake(); }),
      read_buffer_(base::limits::kReadBufferBytes) {}

EventLoop::~EventLoop() {
  check_thread();
  abandon_all();
}

void EventLoop::run() {
  claim_thread();
  while (!stopped_.load(std::memory_order_relaxed)) turn(wait_ms());
  abandon_all();
  thread_.store({}, std::memory_order_relaxed);
}

void EventLoop::run_once(std::chrono::milliseconds max_wait) {
  claim_thread();
  const int wait = wait_ms();
  const int cap = poll_ms(max_wait);
  turn(wait < 0 ? cap : std::min(wait, cap));
}

void EventLoop::stop() {
  stopped_.store(true, std::memory_order_relaxed);
  wake();
}

void EventLoop::wake() {
  const std::uint64_t one = 1;
  const ssize_t written = ::write(waker_.get(), &one, sizeof one);
  base::check(written == sizeof one, "an eventfd takes every write");
}

void EventLoop::claim_thread() {
  check_thread();
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

void EventLoop::check_thread() const {
  const std::thread::id thread = thread_.load(std::memory_order_relaxed);
  base::check(thread == std::this_thread::get_id() || thread == std::thread::id{},
              "a loop is used on its own thread");
}

void EventLoop::set_hook(LoopHook* hook) {
  check_thread();
  hook_ = hook;
}

// One turn. ---------------------------------------------------------------------------------------

/// How long the loop may sleep: 0 not at all, -1 for ever.
int EventLoop::wait_ms() {
  if (another_turn_ || !to_read_.empty() || !to_flush_.empty() || !to_bury_.empty()) return 0;
  // First say "asleep", then look once more (both are in prepare_to_sleep): a producer that comes between the
  // look and epoll_wait finds us asleep and writes to the waker, whose edge ends the wait.
  if (hook_ && !hook_->may_sleep()) return 0;
  if (!posts_.prepare_to_sleep()) return 0;
  const auto deadline = timers_.next();
  return deadline ? poll_ms(*deadline - clock_.mono()) : -1;
}

void EventLoop::turn(int wait_ms) {
  another_turn_ = false;
  int count = look(wait_ms);
  if (hook_) {
    // The hook does what is to be done for all at once, which may take a while: whatever is ready has its
    // look before, or the last of ten thousand who speak together would wait for forty such turns.
    for (int looks = 1; count == static_cast<int>(events_.size()) && looks < kLooksPerTurnMax; ++looks) {
      read_listed();
      count = look(0);
    }
  }
  // What has come may be what a deadline waits for. A signal (SIGCONT, behind a stop of any length) ends the
  // wait before anything is looked at, and a full table leaves some unseen: then deadlines wait a turn.
  const bool all_seen = count >= 0 && static_cast<std::size_t>(count) < events_.size();
  const bool put_off = !all_seen && !deadlines_put_off_;
  deadlines_put_off_ = put_off;
  if (put_off) another_turn_ = true;
  read_listed();
  run_posted();
  if (!put_off && !timers_.empty()) timers_.expire(clock_.mono());
  if (hook_) hook_->turn();
  flush_listed();
  bury_listed();
}

/// Gives how many were ready; negative: a signal came.
int EventLoop::look(int wait_ms) {
  const int count = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), wait_ms);
  base::check(count >= 0 || errno == EINTR, "epoll_wait fails only when a signal comes");
  dispatch(count);
  return count;
}

void EventLoop::dispatch(int count) {
  event_end_ = static_cast<std::size_t>(std::max(count, 0));
  for (event_next_ = 0; event_next_ < event_end_;) {
    const epoll_event event = events_[event_next_++];
    // Of thousands of connections hardly one is in the processor's cache: the one after the next is fetched
    // now (measured with 5,000: 5 % less processor time for a message).
    if (event_next_ + 1 < event_end_) __builtin_prefetch(events_[event_next_ + 1].data.ptr);
    // Null: the waker, whose whole message is that we are awake; or a source that is no longer watched.
    if (event.data.ptr) static_cast<Source*>(event.data.ptr)->ready(event.events);
  }
}

void EventLoop::run_posted() {
  posts_.drain(posted_);
  for (std::function<void()>& function : posted_) {
    function();
    function = nullptr;  // what it holds goes now, not with the last of the batch
  }
  posted_.clear();
}

bool EventLoop::watch(int fd, std::uint32_t events, Source& source) {
  check_thread();
  epoll_event event{.events = events, .data = {.ptr = &source}};
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void EventLoop::unwatch(int fd, const Source& source) {
  check_thread();
  // close() alone would leave the watch alive if a child process happens to hold a copy of the descriptor.
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  for (std::size_t i = event_next_; i < event_end_; ++i)
    if (events_[i].data.ptr == &source) events_[i].data.ptr = nullptr;
}

// Connections. ------------------------------------------------------------------------------------

void EventLoop::adopt(Fd fd, const Address& peer, std::unique_ptr<Handler> handler) {
  expect();
  adopt_expected(std::move(fd), peer, std::move(handler));
}

void EventLoop::adopt_expected(Fd fd, const Address& peer, std::unique_ptr<Handler> handler) {
  check_thread();
  if (!handler) {
    connection_count_.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  const int number = fd.get();
  auto owned = std::make_unique<EventConnection>(*this, std::move(fd), peer, std::move(handler));
  EventConnection& connection = *owned;
  connection.place_ = static_cast<std::uint32_t>(connections_.size());
  connections_.push_back(std::move(owned));

  // All the edges at once, EPOLLOUT too: nothing has to be changed when a backlog comes or goes.
  const bool watched = watch(number, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET, connection);
  const int error = errno;
  connection.start();
  if (watched) return;
  log_.error("cannot watch the connection of {}: {}", peer.text(), base::errno_text(error));
  connection.abort(CloseReason::reset);
}

void EventLoop::read_listed() {
  std::swap(to_read_, listed_);
  for (EventConnection* connection : listed_) {
    connection->in_read_list_ = false;
    connection->read();
  }
  listed_.clear();
}

void EventLoop::flush_listed() {
  // What a handler sends when it hears `writable` goes to the next turn: it must not keep the others waiting.
  std::swap(to_flush_, listed_);
  for (EventConnection* connection : listed_) {
    connection->in_flush_list_ = false;
    connection->flush();
  }
  listed_.clear();
}

void EventLoop::bury_listed() {
  if (to_bury_.empty()) return;
  std::swap(to_bury_, listed_);
  for (EventConnection* connection : listed_) {
    if (connection->listed()) {  // a list still points to it: that must run first
      bury_later(*connection);
      continue;
    }
    connection->bury();
    destroy(*connection);
  }
  listed_.clear();
  another_turn_ = true;  // the owner's hook has not yet seen what `closed` brought
}

void EventLoop::destroy(EventConnection& connection) {
  const std::uint32_t place = connection.place_;
  connections_.back()->place_ = place;
  std::swap(connections_[place], connections_.back());
  connections_.pop_back();
  connection_count_.fetch_sub(1, std::memory_order_relaxed);
}

void EventLoop::abandon_all() {
  while (!connections_.empty()) {
    for (const auto& connection : connections_) connection->abort(CloseReason::aborted);
    read_listed();
    flush_listed();
    bury_listed();
  }
}

std::unique_ptr<SendQueue> EventLoop::take_send_queue() {
  if (spare_queues_.empty()) return std::make_unique<SendQueue>();
  std::unique_ptr<SendQueue> queue = std::move(spare_queues_.back());
  spare_queues_.pop_back();
  spare_bytes_ -= queue->memory();
  return queue;
}

void EventLoop::give_back(std::unique_ptr<SendQueue> queue) {
  queue->clear();
  if (spare_bytes_ + queue->memory() > kSpareBytesMax) return;
  spare_bytes_ += queue->memory();
  spare_queues_.push_back(std::move(queue));
}

}  // namespace veche::net

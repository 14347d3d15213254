#include "net/thread_connection.h"

#include "base/check.h"
#include "base/limits.h"
#include "base/secret.h"
#include "net/connection_steps.h"
#include "net/socket.h"
#include "net/timers.h"

#include <poll.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace veche::net {
namespace {

/// Read into the thread's stack, so an idle client has no buffer.
constexpr std::size_t kReadBytes = 16 * 1024;
static_assert(base::limits::kLineBytesMax < kReadBytes, "a whole line fits into one read");
/// As much in the queue gains nothing from waiting for the end of the turn.
constexpr std::size_t kSendNowBytes = 128 * 1024;
/// What an empty queue may keep of its memory, for the next message.
constexpr std::size_t kQueueBytesKept = 4 * 1024;

}  // namespace

Fd make_waker() { return Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

ThreadConnection::ThreadConnection(Fd socket, Fd waker, const Address& peer, const base::Clock& clock,
                                   const LoopOptions& options)
    : waker_(std::move(waker)), peer_(peer), clock_(clock), options_(options), fd_(std::move(socket)) {}

ThreadConnection::~ThreadConnection() {
  if (!handler_) return;
  close(CloseReason::aborted);
  bury();
}

void ThreadConnection::claim_thread() {
  check_thread();
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

void ThreadConnection::check_thread() const {
  const std::thread::id thread = thread_.load(std::memory_order_relaxed);
  base::check(thread == std::this_thread::get_id() || thread == std::thread::id{},
              "a connection is used on its own thread");
}

void ThreadConnection::wake() {
  const std::uint64_t one = 1;
  const ssize_t written = ::write(waker_.get(), &one, sizeof one);
  base::check(written == sizeof one, "an eventfd takes every write");
}

void ThreadConnection::stop() {
  stopped_.store(true, std::memory_order_relaxed);
  wake();
}

// The thread's life. ------------------------------------------------------------------------------

void ThreadConnection::open(std::unique_ptr<Handler> handler, LoopHook* hook) {
  claim_thread();
  handler_ = std::move(handler);
  hook_ = hook;
  handler_->opened(*this);
}

void ThreadConnection::run() {
  check_thread();
  while (handler_) {
    if (stopped_.load(std::memory_order_relaxed)) close(CloseReason::aborted);
    turn(wait_ms());
  }
}

bool ThreadConnection::run_once(std::chrono::milliseconds max_wait) {
  check_thread();
  const int wait = wait_ms();
  const int cap = poll_ms(max_wait);
  turn(wait < 0 ? cap : std::min(wait, cap));
  return handler_ != nullptr;
}

/// How long the thread may sleep: 0 not at all, -1 for ever.
int ThreadConnection::wait_ms() {
  if (std::exchange(just_opened_, false)) return 0;
  if (state_ == State::closed || (state_ == State::flushing && queue_.empty())) return 0;
  if (state_ == State::open && tell_before_sending_) return 0;
  // First it says "asleep", then looks once more into the mailbox: who comes after that writes to the waker.
  if (hook_ && !hook_->may_sleep()) return 0;
  if (!wish_ && !deadline_) return -1;
  const base::MonoTime first = std::min(wish_.value_or(base::MonoTime::max()),  //
                                        deadline_.value_or(base::MonoTime::max()));
  return poll_ms(first - clock_.mono());
}

void ThreadConnection::turn(int wait_ms) {
  // A signal (SIGCONT, behind a stop of any length) ends the wait before anything was looked at, and what has
  // come may be what a deadline waits for: then deadlines wait a turn.
  if (state_ == State::closed || wait(wait_ms)) expire();
  if (hook_) hook_->turn();
  flush();
  if (state_ == State::closed) bury();
}

/// False: a signal came, and nothing was looked at.
bool ThreadConnection::wait(int wait_ms) {
  const int input = wants_input() ? POLLIN : 0;
  const int output = queue_.empty() ? 0 : POLLOUT;
  std::array<pollfd, 2> watched{
      {{fd_.get(), static_cast<short>(input | output), 0}, {waker_.get(), POLLIN, 0}}};
  const int count = ::poll(watched.data(), watched.size(), wait_ms);
  if (count <= 0) return count == 0;
  if (watched[1].revents != 0) {
    std::uint64_t wakes = 0;
    const ssize_t taken = ::read(waker_.get(), &wakes, sizeof wakes);
    base::check(taken == sizeof wakes, "an eventfd that is readable is read");
  }
  const int ready = watched[0].revents;
  if (ready & POLLOUT) blocked_ = false;
  if (wants_input()) {
    if (ready & ~POLLOUT) read();
  } else if (ready & (POLLERR | POLLHUP)) {
    close(reason_of(take_error(fd_.get())));  // nothing is being read that would tell us
  }
  return true;
}

// Reading. ----------------------------------------------------------------------------------------

void ThreadConnection::read() {
  std::array<char, kReadBytes> buffer;
  for (int reads = 0; reads < base::limits::kReadsPerTurnMax && wants_input(); ++reads) {
    const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) {
      const auto length = static_cast<std::size_t>(got);
      if (state_ == State::open) handler_->received({buffer.data(), length});
      if (options_.wipe_input) base::wipe(buffer.data(), length);
      if (length < buffer.size()) return;  // there was no more
    } else if (got == 0) {
      fin_received_ = true;
      if (state_ == State::open) return handler_->peer_finished();
      if (state_ == State::draining) close(CloseReason::finished);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      return close(reason_of(errno));
    }
  }
}

void ThreadConnection::pause_reading() {
  check_thread();
  paused_ = true;
}

void ThreadConnection::resume_reading() {
  check_thread();
  paused_ = false;
}

// Sending. ----------------------------------------------------------------------------------------

void ThreadConnection::send(std::string_view bytes) {
  check_thread();
  if (state_ != State::open || bytes.empty()) return;
  queue_.append(bytes);
  queue_grew();
}

void ThreadConnection::send_last(std::string_view bytes) {
  check_thread();
  if (state_ == State::open && queue_.empty() && !blocked_ && !bytes.empty()) {
    const Offered offered = offer(fd_.get(), bytes);
    if (offered.error != 0) return close(reason_of(offered.error));
    bytes.remove_prefix(offered.taken);
  }
  send(bytes);
}

void ThreadConnection::send_shared(const SharedBytes& bytes, std::size_t offset, std::size_t length) {
  check_thread();
  if (state_ != State::open || length == 0) return;
  queue_.append(bytes, offset, length);
  queue_grew();
}

void ThreadConnection::queue_grew() {
  const std::size_t bound = options_.send_queue_bytes;
  const bool over = bound != 0 && queue_.bytes() > bound;
  if (!over && (queue_.bytes() < kSendNowBytes || blocked_)) return;
  write_out();  // before judging, one try: the peer may have read since
  if (bound != 0 && queue_.bytes() > bound) close(CloseReason::slow_reader);
}

void ThreadConnection::write_out() {
  const Sent sent = send_queued(fd_.get(), queue_);
  if (sent.error != 0) return close(reason_of(sent.error));
  blocked_ = sent.blocked;
  if (queue_.empty()) {
    if (queue_.memory() > kQueueBytesKept) queue_ = SendQueue();
    if (state_ != State::draining) deadline_.reset();
    return;
  }
  was_blocked_ = true;
  // From the last byte that the peer took: slow but steady is not stalled.
  const auto patience = state_ == State::open ? options_.write_stall : options_.goodbye;
  if (sent.progress || !deadline_) deadline_ = clock_.mono() + patience;
}

void ThreadConnection::tell_before_sending() {
  check_thread();
  tell_before_sending_ = true;
}

void ThreadConnection::flush() {
  if (state_ == State::open && std::exchange(tell_before_sending_, false)) handler_->before_sending();
  if (state_ != State::closed && !queue_.empty() && !blocked_) write_out();
  if (state_ == State::closed || !queue_.empty()) return;
  if (state_ == State::flushing) return say_goodbye();
  if (std::exchange(was_blocked_, false)) handler_->writable();
}

// Deadlines, and the end. -------------------------------------------------------------------------

void ThreadConnection::set_timer(std::chrono::milliseconds delay) {
  check_thread();
  if (state_ == State::open) wish_ = clock_.mono() + delay;
}

void ThreadConnection::cancel_timer() {
  check_thread();
  wish_.reset();
}

void ThreadConnection::expire() {
  if (!wish_ && !deadline_) return;
  const base::MonoTime now = clock_.mono();
  if (deadline_ && *deadline_ <= now)
    close(state_ == State::draining ? CloseReason::finished : CloseReason::write_stalled);
  if (wish_ && *wish_ <= now) {
    wish_.reset();  // first: the handler may wish again
    handler_->timer();
  }
}

void ThreadConnection::finish() {
  check_thread();
  if (state_ != State::open) return;
  state_ = State::flushing;
  wish_.reset();
  if (deadline_) deadline_ = clock_.mono() + options_.goodbye;
}

void ThreadConnection::say_goodbye() {
  if (::shutdown(fd_.get(), SHUT_WR) != 0) return close(reason_of(errno));
  if (fin_received_) return close(CloseReason::finished);
  state_ = State::draining;
  deadline_ = clock_.mono() + options_.linger;
}

void ThreadConnection::abort(CloseReason reason) {
  check_thread();
  close(reason);
}

/// The end, from anywhere; a second one changes nothing. The handler hears of it at the end of the turn.
void ThreadConnection::close(CloseReason reason) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  reason_ = reason;
  wish_.reset();
  deadline_.reset();
  queue_.clear();
}

void ThreadConnection::bury() {
  std::array<char, kReadBytes> unread;
  prepare_close(fd_.get(), reason_, fin_received_, unread);
  fd_.reset();
  handler_->closed(reason_);
  handler_.reset();
}

}  // namespace veche::net

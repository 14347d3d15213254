#include "net/event_connection.h"

#include "base/secret.h"
#include "net/connection_steps.h"
#include "net/socket.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace veche::net {
namespace {

/// As much in one queue gains nothing from waiting for the end of the turn, and leaves the processor's cache.
constexpr std::size_t kSendNowBytes = 128 * 1024;

}  // namespace

EventConnection::EventConnection(EventLoop& loop, Fd fd, const Address& peer,
                                 std::unique_ptr<Handler> handler)
    : loop_(loop), handler_(std::move(handler)), peer_(peer), fd_(std::move(fd)) {}

void EventConnection::start() { handler_->opened(*this); }

void EventConnection::ready(std::uint32_t events) {
  if (state_ == State::closed) return;
  if ((events & EPOLLOUT) && blocked_) {
    blocked_ = false;
    list_for_flushing();
  }
  if (fin_received_) {  // there is nothing left to read that would tell us of a reset
    if (events & EPOLLERR) close(reason_of(take_error(fd_.get())));
    return;
  }
  if (!(events & ~std::uint32_t{EPOLLOUT})) return;
  readable_ = true;
  // Behind these may be something that has had its edge already: the FIN or the error, or what follows urgent
  // data (a read stops short there). Without reading on nobody would tell us of it again.
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) read_to_end_ = true;
  if (!in_read_list_) read();  // or else its turn comes in a moment
}

// Reading. ----------------------------------------------------------------------------------------

// Edge-triggered: what is not read now is not announced again. So it is read until the socket is drained,
// which a short read proves without another call for EAGAIN: what comes after it is a new edge. Whoever sends
// faster than that waits in the loop's list after so many reads, and the others have their turn.
void EventConnection::read() {
  const std::span<char> buffer = loop_.read_buffer();
  for (int reads = 0; reads < base::limits::kReadsPerTurnMax; ++reads) {
    if (!readable_ || !wants_input()) return;
    const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) {
      const auto length = static_cast<std::size_t>(got);
      if (length < buffer.size() && !read_to_end_) readable_ = false;
      if (state_ == State::open) handler_->received({buffer.data(), length});
      if (loop_.options().wipe_input) base::wipe(buffer.data(), length);
    } else if (got == 0) {
      readable_ = false;
      return input_ended();
    } else if (errno == EAGAIN) {
      readable_ = read_to_end_ = false;
    } else if (errno != EINTR) {
      return close(reason_of(errno));
    }
  }
  list_for_reading();
}

void EventConnection::input_ended() {
  fin_received_ = true;
  if (state_ == State::open) return handler_->peer_finished();
  if (state_ == State::draining) close(CloseReason::finished);
}

void EventConnection::pause_reading() {
  loop_.check_thread();
  paused_ = true;
}

void EventConnection::resume_reading() {
  loop_.check_thread();
  paused_ = false;
  // The edge may have come during the pause, and there is no second one. Not read here: the caller may be
  // inside `received`, whose bytes are in the loop's only buffer.
  list_for_reading();
}

// Sending. ----------------------------------------------------------------------------------------

SendQueue& EventConnection::queue() {
  if (!queue_) queue_ = loop_.take_send_queue();
  return *queue_;
}

void EventConnection::send(std::string_view bytes) {
  loop_.check_thread();
  if (state_ != State::open || bytes.empty()) return;
  queue().append(bytes);
  queue_grew();
}

void EventConnection::send_shared(const SharedBytes& bytes, std::size_t offset, std::size_t length) {
  loop_.check_thread();
  if (state_ != State::open || length == 0) return;
  queue().append(bytes, offset, length);
  queue_grew();
}

void EventConnection::send_last(std::string_view bytes) { send(bytes.substr(send_at_once(bytes))); }

void EventConnection::send_shared_last(const SharedBytes& bytes, std::size_t offset, std::size_t length) {
  const std::size_t taken = send_at_once(std::string_view(*bytes).substr(offset, length));
  send_shared(bytes, offset + taken, length - taken);
}

/// How many of the bytes the socket took; the caller queues the rest, and the end of the turn finds out why.
std::size_t EventConnection::send_at_once(std::string_view bytes) {
  loop_.check_thread();
  if (state_ != State::open || queue_ || blocked_ || bytes.empty()) return 0;
  const Offered offered = offer(fd_.get(), bytes);
  if (offered.error != 0) close(reason_of(offered.error));
  return offered.taken;
}

void EventConnection::queue_grew() {
  const std::size_t bound = loop_.options().send_queue_bytes;
  const bool over = bound != 0 && backlog() > bound;
  if (over || (backlog() >= kSendNowBytes && !blocked_)) {
    blocked_ = false;  // before judging, one try: the peer may have read since
    write_out();
    if (bound != 0 && backlog() > bound) close(CloseReason::slow_reader);
  }
  list_for_flushing();
}

/// Hands the queue to the socket. Calls no handler.
void EventConnection::write_out() {
  Sent sent;
  if (queue_ && !blocked_) {
    sent = send_queued(fd_.get(), *queue_);
    if (sent.error != 0) return close(reason_of(sent.error));
    blocked_ = sent.blocked;
    if (queue_->empty()) loop_.give_back(std::move(queue_));
  }
  after_write(sent.progress);
}

void EventConnection::after_write(bool progress) {
  if (queue_) {
    was_blocked_ = true;
    const auto patience = state_ == State::open ? loop_.options().write_stall : loop_.options().goodbye;
    // From the last byte that the peer took: slow but steady is not stalled.
    if (progress || !deadline_) arm_deadline(patience);
  } else if (state_ != State::draining) {
    cancel_deadline();
  }
}

void EventConnection::tell_before_sending() {
  loop_.check_thread();
  tell_before_sending_ = true;
  list_for_flushing();
}

void EventConnection::flush() {
  if (tell_before_sending_ && state_ == State::open) {
    tell_before_sending_ = false;
    handler_->before_sending();
  }
  if (state_ == State::closed) return;
  if (!blocked_) write_out();
  if (state_ == State::closed || queue_) return;
  if (state_ == State::flushing) return say_goodbye();
  if (!was_blocked_) return;
  was_blocked_ = false;
  handler_->writable();
}

// Deadlines and lists. ----------------------------------------------------------------------------

void EventConnection::set_timer(std::chrono::milliseconds delay) {
  loop_.check_thread();
  if (state_ == State::open) loop_.timers().arm(wish_, loop_.clock().mono() + delay);
}

void EventConnection::cancel_timer() {
  loop_.check_thread();
  loop_.timers().cancel(wish_);
}

void EventConnection::arm_deadline(std::chrono::milliseconds delay) {
  if (!deadline_) deadline_ = std::make_unique<Timer>(*this);
  loop_.timers().arm(*deadline_, loop_.clock().mono() + delay);
}

void EventConnection::cancel_deadline() {
  if (!deadline_) return;
  loop_.timers().cancel(*deadline_);
  deadline_.reset();
}

void EventConnection::expired(Timer& timer) {
  if (&timer == &wish_) return handler_->timer();
  close(state_ == State::draining ? CloseReason::finished : CloseReason::write_stalled);
}

void EventConnection::list_for_reading() {
  if (in_read_list_ || !readable_ || !wants_input()) return;
  in_read_list_ = true;
  loop_.read_later(*this);
}

void EventConnection::list_for_flushing() {
  if (in_flush_list_ || state_ == State::closed) return;
  in_flush_list_ = true;
  loop_.flush_later(*this);
}

}  // namespace veche::net

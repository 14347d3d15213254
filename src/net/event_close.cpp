// How an event loop's connection ends: the goodbye and its patience, and what each way of going means to TCP.
#include "net/event_connection.h"
#include "net/socket.h"

#include <sys/socket.h>

#include <cerrno>
#include <span>
#include <utility>

namespace veche::net {
namespace {

constexpr int kDiscardReadsMax = 4;

}  // namespace

CloseReason EventConnection::reason_of(int error) {
  switch (error) {
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
      return CloseReason::peer_dead;
    default:
      return CloseReason::reset;  // ECONNRESET, EPIPE, and whatever else broke it
  }
}

void EventConnection::finish() {
  loop_.check_thread();
  if (state_ != State::open) return;
  state_ = State::flushing;
  loop_.timers().cancel(wish_);
  if (deadline_.armed()) loop_.timers().arm(deadline_, loop_.clock().mono() + loop_.options().goodbye);
  list_for_flushing();
  list_for_reading();  // a pause ends here
}

void EventConnection::say_goodbye() {
  if (::shutdown(fd_.get(), SHUT_WR) != 0) return close(reason_of(errno));
  if (fin_received_) return close(CloseReason::finished);
  state_ = State::draining;
  loop_.timers().arm(deadline_, loop_.clock().mono() + loop_.options().linger);
}

void EventConnection::abort(CloseReason reason) {
  loop_.check_thread();
  close(reason);
}

/// The end, from anywhere; a second one changes nothing. The handler hears of it at the end of the turn.
void EventConnection::close(CloseReason reason) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  reason_ = reason;
  loop_.timers().cancel(wish_);
  loop_.timers().cancel(deadline_);
  if (queue_) loop_.give_back(std::move(queue_));
  loop_.bury_later(*this);
}

void EventConnection::bury() {
  const bool stuck = reason_ == CloseReason::slow_reader || reason_ == CloseReason::write_stalled;
  if (stuck) {
    reset_on_close(fd_.get());  // or the kernel would offer its own megabytes to such a peer for minutes
  } else if (!fin_received_) {
    discard_input();
  }
  loop_.unwatch(fd_.get(), *this);
  fd_.reset();
  handler_->closed(reason_);
  handler_.reset();
}

/// Closing over unread input makes TCP send a reset, which can overtake what we sent last.
void EventConnection::discard_input() {
  const std::span<char> buffer = loop_.read_buffer();
  for (int reads = 0; reads < kDiscardReadsMax; ++reads)
    if (::recv(fd_.get(), buffer.data(), buffer.size(), 0) < static_cast<ssize_t>(buffer.size())) return;
}

}  // namespace veche::net

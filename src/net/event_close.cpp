// How an event loop's connection ends: the goodbye and its patience, and what each way of going means to TCP.
#include "net/connection_steps.h"
#include "net/event_connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace veche::net {

void EventConnection::finish() {
  loop_.check_thread();
  if (state_ != State::open) return;
  state_ = State::flushing;
  loop_.timers().cancel(wish_);
  if (deadline_) arm_deadline(loop_.options().goodbye);
  list_for_flushing();
  list_for_reading();  // a pause ends here
}

void EventConnection::say_goodbye() {
  if (::shutdown(fd_.get(), SHUT_WR) != 0) return close(reason_of(errno));
  if (fin_received_) return close(CloseReason::finished);
  state_ = State::draining;
  arm_deadline(loop_.options().linger);
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
  cancel_deadline();
  if (queue_) loop_.give_back(std::move(queue_));
  loop_.bury_later(*this);
}

void EventConnection::bury() {
  prepare_close(fd_.get(), reason_, fin_received_, loop_.read_buffer());
  loop_.unwatch(fd_.get(), *this);
  fd_.reset();
  handler_->closed(reason_);
  handler_.reset();
}

}  // namespace veche::net

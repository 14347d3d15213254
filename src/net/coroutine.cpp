#include "net/coroutine.h"

namespace veche::net {

void Stream::opened(Connection& connection) {
  connection_ = &connection;
  task_ = serve_(*this);
  go_on(Wait::done);
}

/// Runs the coroutine to its next wait, or to its end.
void Stream::go_on(Wait end) {
  end_ = end;
  waits_for_ = For::nothing;
  if (std::exchange(timer_set_, false)) connection_->cancel_timer();
  task_.resume();
  if (task_.done()) return connection_->finish();
  // Reading goes with waiting for bytes, and changes only when that does.
  const bool pause = waits_for_ != For::bytes;
  if (pause == std::exchange(paused_, pause)) return;
  pause ? connection_->pause_reading() : connection_->resume_reading();
}

void Stream::wait(For what, std::chrono::milliseconds deadline) {
  waits_for_ = what;
  if (deadline.count() == 0 && what != For::time) return;
  connection_->set_timer(deadline);
  timer_set_ = true;
}

Got Stream::got() {
  if (fin_ && bytes_.empty()) return {{}, Wait::finished};
  return {std::exchange(bytes_, {}), std::exchange(end_, Wait::done)};
}

void Stream::received(std::string_view bytes) {
  if (waits_for_ != For::bytes) return;  // it has ended, and its goodbye is being sent
  bytes_ = bytes;
  go_on(Wait::done);
}

void Stream::peer_finished() {
  fin_ = true;
  if (waits_for_ == For::bytes) go_on(Wait::finished);
}

void Stream::writable() {
  if (waits_for_ == For::room) go_on(Wait::done);
}

void Stream::timer() {
  timer_set_ = false;
  if (waits_for_ != For::nothing) go_on(Wait::timed_out);
}

void Stream::closed(CloseReason reason) {
  reason_ = reason;
  task_ = Task();
}

}  // namespace veche::net

// Waiting for a few descriptors until a deadline: for a program that waits in one place at a time, a client.
// Servers have the event loop. Any thread.
#pragma once

#include "base/clock.h"

#include <poll.h>

#include <span>

namespace veche::net {

/// How long an operation may take, and what ends it sooner.
struct Patience {
  base::MonoTime until = base::MonoTime::max();
  int stop_fd = -1;  ///< readable once the person wants an end (SignalFd); nothing is taken from it
};

/// The system's time, by which these deadlines are measured.
base::MonoTime mono_now();

/// Blocks until one of `fds` has something in its `revents`, or until `until` (then all of them are 0).
/// Negative descriptors are passed over. Signals that come do not end it.
void poll_until(std::span<pollfd> fds, base::MonoTime until);

}  // namespace veche::net

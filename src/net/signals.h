// What a server sets up once for its whole process: signals as bytes to read, no SIGPIPE, descriptors enough.
#pragma once

#include "base/result.h"
#include "net/fd.h"

#include <cstddef>
#include <initializer_list>
#include <optional>

namespace veche::net {

/// Signals as something to poll, next to everything else that a thread waits for. A signal handler could do
/// almost nothing safely; a blocked signal that is read from a descriptor is an event like any other.
class SignalFd {
 public:
  /// Blocks `signals` in the calling thread and in those that it starts from now on: main calls it before any
  /// other thread runs, or the kernel hands the signal to a thread that still takes it.
  static base::Result<SignalFd> open(std::initializer_list<int> signals);

  /// Readable when a signal is there; for poll and epoll.
  int fd() const { return fd_.get(); }
  /// The number of a signal that came, taken; nothing if none is there. Does not block.
  std::optional<int> take();

 private:
  explicit SignalFd(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

/// Writing to a socket or pipe whose other end has gone (SIGPIPE), or to a file past a size limit (SIGXFSZ),
/// is then an error of that write, and no longer the process's death.
void ignore_write_signals();

/// Whoever starts us may leave descriptors 0 to 2 closed; then the next file that is opened would be standard
/// output, and have text written into it. Opens /dev/null for those that are missing; first of all in main.
void keep_standard_descriptors();

/// Raises the soft limit of open descriptors to the hard one; the limit that holds now.
std::size_t raise_descriptor_limit();

}  // namespace veche::net

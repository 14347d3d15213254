// What the system says another process has used. Any thread.
#pragma once

namespace veche::load {

struct Usage {
  double cpu_ns = 0;          ///< processor time of all of its threads, kernel included
  double switches = 0;        ///< context switches of them
  double resident_bytes = 0;  ///< now
};

/// Of process `pid`, from /proc. All zero if there is none, or it is 0. Threads that have ended do not count:
/// compare moments between which none does.
Usage usage_of(int pid);

}  // namespace veche::load

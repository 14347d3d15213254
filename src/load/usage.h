// What the system says another process has used. Any thread.
#pragma once

#include <chrono>
#include <functional>

namespace veche::load {

struct Usage {
  double cpu_ns = 0;          ///< processor time of all of its threads, ended ones too, kernel included
  double switches = 0;        ///< context switches; of threads that have ended, none
  double resident_bytes = 0;  ///< now
};

/// Of process `pid`, from /proc. All zero if there is none, or it is 0.
Usage usage_of(int pid);

/// Of process `pid` and its children (`veche echo serve --model fork`). The time of those that it has reaped
/// is in it too, to the 10 ms. The memory is heaps and stacks (Pss_Anon), where what a fork has not touched
/// since counts once; neither mapped files nor the kernel's own. Looks through all of /proc: milliseconds, or
/// half a second for thousands of children.
Usage usage_of_family(int pid);

/// What `resident_bytes()` gives once it has stayed the same for so long, or after 13 seconds more: a server
/// may have some tidying to do. `pause` waits a little between two looks; false ends it at once.
double resident_at_rest(const std::function<double()>& resident_bytes, const std::function<bool()>& pause,
                        std::chrono::seconds same = std::chrono::seconds{2});

}  // namespace veche::load

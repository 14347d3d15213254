// The machine that something was measured on, as the kernel tells it; and where its processes may run. Any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace veche::load {

struct Machine {
  std::string processor;  ///< its name; may be empty
  std::string kernel;     ///< "Linux 6.1.0"
  unsigned cores = 0;     ///< that this process may use
  std::uint64_t memory_bytes = 0;
};

Machine this_machine();

/// The numbers of the cores that this process may use.
std::vector<int> usable_cores();
/// From now on this thread, and what it starts, runs on `core` alone. Async-signal-safe; false: it may not.
bool pin_to(int core);

}  // namespace veche::load

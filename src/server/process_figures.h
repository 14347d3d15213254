// What the system says of this process.
#pragma once

#include <cstddef>
#include <cstdint>

namespace veche::server {

struct ProcessFigures {
  std::uint64_t resident_bytes = 0;
  std::size_t descriptors = 0;
  std::size_t descriptors_max = 0;
};

/// Any thread. What cannot be found out is 0.
ProcessFigures process_figures();

}  // namespace veche::server

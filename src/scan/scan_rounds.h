// How fast the scanner is on this machine, and whether it is right: scans of all ports of a loopback address,
// with listeners of its own among them.
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace veche::scan {

struct ScanRoundsOptions {
  unsigned rounds = 5;
  unsigned threads = 1;
  std::size_t listeners = 20;
};

struct ScanRound {
  std::chrono::nanoseconds wall{};
  std::chrono::nanoseconds cpu{};  ///< of the whole process, user and system
  std::size_t ports = 0;
  std::size_t missed = 0;    ///< listeners that were not found open
  std::size_t invented = 0;  ///< ports found open at which nobody listens
  std::size_t filtered = 0;  ///< there are none
};

/// Blocks until all rounds are over.
base::Result<std::vector<ScanRound>> run_scan_rounds(const ScanRoundsOptions& options);

/// A line for each round and the medians; in JSON, one object.
std::string rounds_text(const std::vector<ScanRound>& rounds);
std::string rounds_json(const std::vector<ScanRound>& rounds);

}  // namespace veche::scan

// How a scan went, in a line for the person, on standard error. Pure; any thread.
#pragma once

#include "base/i18n.h"
#include "scan/report.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace veche::scan {

/// Over several hosts.
struct Totals {
  std::size_t hosts = 0;
  std::size_t hosts_with_open = 0;
  std::size_t hosts_failed = 0;  ///< with an error
  std::uint64_t ports = 0;
  std::uint64_t open = 0;
  std::uint64_t closed = 0;
  std::uint64_t filtered = 0;
  std::uint64_t retries = 0;

  void add(const HostSummary& summary);
};

/// "3 open, 65,532 closed, 0 filtered in 0.21 s; 0 retries, window 512, round trip 0.05 ms", without an LF.
/// Behind the counts stands how many ports are not decided, if there are any; before them, why: the host's
/// error, or that nobody answered.
std::string summary_text(const HostSummary& summary, const base::Translator& t);

/// "256 hosts, 12 with open ports; 37 open, ... in 4.20 s; 12 retries, 3 hosts could not be scanned".
/// `duration` is that of the whole scan, whose hosts may have run side by side.
std::string summary_text(const Totals& totals, std::chrono::nanoseconds duration, const base::Translator& t);

}  // namespace veche::scan

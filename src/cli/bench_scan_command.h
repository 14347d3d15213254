// `veche bench scan`.
#pragma once

#include "cli/command_line.h"

namespace veche::cli {

/// Scans loopback, and prints how fast that was. Gives the exit code: 1 also if a port was missed or
/// invented.
int run_bench_scan(const ScanBenchOptions& options);

}  // namespace veche::cli

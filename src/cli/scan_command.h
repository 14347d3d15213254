// `veche scan`: the port scanner.
#pragma once

#include "base/i18n.h"
#include "cli/command_line.h"

namespace veche::cli {

/// Scans until everything is decided, or SIGINT. Without a host a person is asked. Gives the exit code: 0 if
/// something is open, 1 if nothing is, 2 for wrong usage, 3 if the scan failed or was interrupted.
int run_scan(const ScanOptions& options, const base::Translator& t);

}  // namespace veche::cli

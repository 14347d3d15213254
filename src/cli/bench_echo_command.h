// `veche bench echo`: loads an echo server, or starts the models of ours one after the other and compares
// them.
#pragma once

#include "cli/command_line.h"

namespace veche::cli {

/// The exit code: 0 measured, 1 it could not be, or was interrupted, 2 wrong usage.
int run_bench_echo(const EchoBenchOptions& options);

}  // namespace veche::cli

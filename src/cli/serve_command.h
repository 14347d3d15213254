// `veche serve`.
#pragma once

#include "base/result.h"
#include "cli/command_line.h"
#include "control/config.h"

namespace veche::cli {

/// Puts the command line's `--listen`, `--model` and `--loops` over `config`.
base::Result<> apply(const ServeOptions& options, control::Config& config);

/// Runs the server; blocks until it ends, and gives the exit code.
int run_serve(const ServeOptions& options);

}  // namespace veche::cli

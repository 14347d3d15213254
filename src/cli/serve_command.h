// `veche serve`.
#pragma once

#include "base/result.h"
#include "cli/command_line.h"
#include "control/config.h"

namespace veche::cli {

/// Puts the command line's `--listen`, `--tls-cert`, `--model` and the like over `config`.
base::Result<> apply(const ServeOptions& options, control::Config& config);

/// What `serve` with these options runs with, read again at each call: the file, with the command line's
/// options over it. A relative --config is relative to the working directory of now. Fails without --config
/// and --tls-cert: there is nothing to read again. Any thread.
control::ConfigSource config_source(ServeOptions options);

/// Runs the server; blocks until it ends, and gives the exit code.
int run_serve(const ServeOptions& options);

}  // namespace veche::cli

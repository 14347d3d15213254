// `veche serve`: the chat server as one call.
#pragma once

#include "control/config.h"

namespace veche::server {

/// Runs the server until SIGTERM, SIGINT or an operator's `shutdown`; blocks the calling thread, which
/// becomes the operator's. `console`: whether standard input takes the operator's commands and arrivals are
/// printed. Returns the exit code: 0 after a clean end, 1 if it could not start; errors go to standard error.
int serve(const control::Config& config, bool console);

}  // namespace veche::server

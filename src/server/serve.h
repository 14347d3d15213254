// `veche serve`, from a checked configuration to the exit code.
#pragma once

#include "control/config.h"

#include <filesystem>

namespace veche::server {

/// Serves until SIGINT, SIGTERM or an operator ends it. `source` reads the configuration again, for a reload.
/// `config_file` is where it came from, absolute, or empty. `console`: commands are taken from standard
/// input. The exit code: 0 after a clean end, 1 if it could not
/// start (said on standard error).
int serve(const control::Config& config, control::ConfigSource source,
          const std::filesystem::path& config_file, bool console);

}  // namespace veche::server

// `veche echo serve`.
#pragma once

#include "base/i18n.h"
#include "cli/command_line.h"

namespace veche::cli {

/// Serves until it is told to end. An exit code.
int run_echo_serve(const EchoServeOptions& options, const base::Translator& t);

}  // namespace veche::cli

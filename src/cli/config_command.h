// `veche config check|show|init`.
#pragma once

#include "base/i18n.h"
#include "cli/command_line.h"

namespace veche::cli {

/// Gives the exit code: 2 if the file is wrong, 1 if it could not be written.
int run_config(const ConfigOptions& options, const base::Translator& t);

}  // namespace veche::cli

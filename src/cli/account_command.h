// `veche account add|passwd|remove|list`.
#pragma once

#include "base/i18n.h"
#include "cli/command_line.h"

namespace veche::cli {

/// On the running server of the data directory, or on its files if none runs. Gives the exit code.
int run_account(const AccountOptions& options, const base::Translator& t);

}  // namespace veche::cli

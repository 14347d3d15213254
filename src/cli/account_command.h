// `veche account add|passwd|remove|list|hash`.
#pragma once

#include "base/i18n.h"
#include "cli/command_line.h"

namespace veche::cli {

/// On the running server of the data directory, or on its files if none runs. Gives the exit code.
int run_account(const AccountOptions& options, const base::Translator& t);

/// Asks for a password as `add` does, and prints its hash of the configuration's cost: what an [[operator]]
/// may have for its password. Gives the exit code.
int run_account_hash(const HashOptions& options, const base::Translator& t);

}  // namespace veche::cli

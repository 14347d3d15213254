// Which AccountAdmin it is: whoever holds the data directory's lock is the one to change accounts.
#pragma once

#include "base/result.h"
#include "control/account_admin.h"
#include "control/config.h"

#include <memory>

namespace veche::control {

/// The accounts in `config`'s data directory: over its files when no server runs, else over the server's
/// control socket. `create`: whether a data directory that is not there yet is made. Blocks while files are
/// opened.
base::Result<std::unique_ptr<AccountAdmin>> open_accounts(const Config& config, bool create);

}  // namespace veche::control

// `veche ctl`.
#pragma once

#include "base/i18n.h"
#include "cli/command_line.h"

namespace veche::cli {

/// Has the running server do an operator's command (control/ctl_client.h). Blocks until it has ended; gives
/// the exit code. From here on SIGPIPE is ignored in the process.
int run_ctl(const CtlOptions& options, const base::Translator& t);

}  // namespace veche::cli

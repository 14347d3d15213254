// `veche echo`: the client.
#pragma once

#include "base/i18n.h"
#include "cli/command_line.h"

namespace veche::cli {

/// Talks to the echo service until it is over. Without a host a person is asked. Gives the exit code.
int run_echo(const EchoOptions& options, const base::Translator& t);

}  // namespace veche::cli

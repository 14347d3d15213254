// `veche bench`: loads a server and prints what was measured.
#pragma once

#include "cli/command_line.h"

namespace veche::cli {

/// The exit code: 0 measured, 1 the server could not be loaded, 2 wrong usage.
int run_bench_chat(const ChatBenchOptions& options);

}  // namespace veche::cli

// `veche ctl`: one command to a running server, and its answer as it comes (ctl_protocol.h).
#pragma once

#include "base/i18n.h"
#include "control/control_connection.h"
#include "control/ctl_protocol.h"

#include <chrono>
#include <cstdio>
#include <filesystem>

namespace veche::control {

struct CtlCall {
  std::filesystem::path socket;  ///< at most 107 bytes (sockaddr_un)
  CtlRequest request;
  /// Until the answer begins. It then takes as long as it takes: `logs --follow` does not end.
  std::chrono::milliseconds patience = ControlConnection::kPatience;
};

/// Not owned. From `in` one line is taken where the server asks for a confirmation, no byte more.
struct CtlStreams {
  int in = 0;
  std::FILE* out = stdout;
  std::FILE* err = stderr;
};

/// Blocks until the command has ended. Text goes to `out` with every frame, errors as "veche: WHAT: WHY
/// (HINT)" and questions to `err`. Gives the exit code: the server's, or 1 if the server cannot be reached
/// or goes away, 2 if the command cannot be sent at all. Nobody reading `out` any more (`| head`) is no
/// failure: 0; the caller sees to it that SIGPIPE does not end the process. One thread.
int run_ctl(const CtlCall& call, const CtlStreams& streams, const base::Translator& t);

}  // namespace veche::control

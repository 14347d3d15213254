// Everybody joins one room at once, and quits at once: what that takes, and what somebody in another room
// notices. Blocks; the other room's clients have a thread of their own, before which the rush's own work
// gives way.
#pragma once

#include "base/result.h"
#include "load/crowd.h"
#include "load/dialect.h"
#include "load/pace.h"

#include <cstdint>

namespace veche::load {

struct RushOptions {
  CrowdOptions crowd;  ///< `members` of it rush; rooms and senders are not looked at
  PaceOptions pace;    ///< at which the other room hears messages
  int pid = 0;         ///< of the server; 0: its processor time is not looked up
};

struct RushPhase {
  double seconds = 0;       ///< until everybody has heard everything of it
  std::uint64_t bytes = 0;  ///< that came for the rush
  double cpu_seconds = 0;   ///< of the server
  double worst_ms = 0;      ///< that a message in the other room took
};

struct RushResult {
  RushPhase join, quit;
};

/// Only with a dialect that logs in first: who has no room yet hears nothing of the others.
base::Result<RushResult> run_rush(const Dialect& dialect, const RushOptions& options);

}  // namespace veche::load

// A TCP connection to whichever address of a host answers first (connect_schedule.h says in which order they
// are tried). Blocks; for a client. Any thread.
#pragma once

#include "base/i18n.h"
#include "base/result.h"
#include "net/address.h"
#include "net/fd.h"
#include "net/waiting.h"

#include <chrono>
#include <string>
#include <vector>

namespace veche::net {

struct Connected {
  Fd fd;  ///< non-blocking, with set_connection_options
  Address address;
};

/// How it went with one address: an errno, ETIMEDOUT also if the patience ended; 0 if there was no time left
/// to try it.
struct ConnectAttempt {
  Address address;
  int error = 0;
};

struct ConnectFailure {
  std::vector<ConnectAttempt> attempts;  ///< in the order in which they were tried
  bool is_stopped = false;               ///< by the stop_fd; then the attempts say nothing
};

/// The first that connects wins, the others are closed. `addresses` is not empty.
tl::expected<Connected, ConnectFailure> connect_to_any(const std::vector<Address>& addresses,
                                                       const Patience& patience);

/// The words for a failure that was not a stop: each address with its reason. `target` is what the person
/// calls it, `timeout` the patience it had.
base::Error error_of(const ConnectFailure& failure, const std::string& target,
                     std::chrono::milliseconds timeout, const base::Translator& t);

}  // namespace veche::net

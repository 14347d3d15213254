// The load generator of `veche bench echo`: many clients on one thread, each of which sends a message, waits
// until it is all back, compares it, and sends the next. The same against any echo server.
//
// It has to be as light as the server that it measures: one epoll_wait for all who are ready, one recv, one
// clock and one send for each. A client's message is a piece of one long random text, and begins elsewhere in
// it than the last one and than its neighbour's: an answer that is late, doubled or somebody else's is told
// from the right one.
#pragma once

#include "base/result.h"
#include "load/echo_figures.h"
#include "net/address.h"

#include <chrono>
#include <cstddef>

namespace veche::load {

inline constexpr std::size_t kEchoMessageBytesMax = std::size_t{16} << 20;
inline constexpr std::size_t kEchoClientsMax = 1'000'000;

struct EchoLoadOptions {
  net::Address target;
  std::size_t clients = 50;
  std::size_t message_bytes = 64;
  std::chrono::milliseconds duration{5000};
  int pid = 0;  ///< of the server, whose processor time and memory, and its children's, are looked up; 0: not
  int stop = -1;  ///< a descriptor: once it is readable the load ends, with an error
  /// How long a connection, and at the end the last answers, may take.
  std::chrono::seconds patience{10};
  /// Who has not been answered for so long, while nobody else is either, waits for somebody to leave.
  std::chrono::seconds quiet{2};
};

/// Blocks until the load is over. That some are not served, or lost, is in the figures; an error is that none
/// is, other bytes than were sent, or that it was stopped.
base::Result<EchoFigures> run_echo_load(const EchoLoadOptions& options);

}  // namespace veche::load

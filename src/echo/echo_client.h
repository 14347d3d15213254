// The client of an echo service (RFC 862): says something, and looks whether the same comes back. With a
// person it is a conversation, with files a pipe, and with --count something like ping.
#pragma once

#include "base/i18n.h"
#include "echo/client_terminal.h"
#include "echo/retrying_link.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace veche::echo {

struct ClientOptions {
  LinkOptions link;
  /// Messages of our own, instead of the input's lines.
  bool pings = false;
  std::uint64_t count = 0;                   ///< of pings; 0: until stop_fd is readable
  std::size_t size = 64;                     ///< of a ping, in bytes, 1 to kPingBytesMax
  std::chrono::milliseconds interval{1000};  ///< from one ping to the next
};
inline constexpr std::size_t kPingBytesMax = 64u * 1024 * 1024;

/// Blocks until it is over; `stop_fd` (a SignalFd's) ends it once it is readable. Whatever goes wrong is told
/// at the terminal. Gives the exit code: 0 if everything that was said came back, else 1. SIGPIPE is ignored
/// by the caller. Lives on one thread.
int run_client(const ClientOptions& options, ClientTerminal& terminal, int stop_fd,
               const base::Translator& t);

}  // namespace veche::echo

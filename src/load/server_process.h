// A server that is started to be measured, and ended with whoever measures it. One thread, in a process that
// has no other: it forks.
#pragma once

#include "base/result.h"
#include "net/fd.h"

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veche::load {

class ServerProcess {
 public:
  struct Options {
    std::vector<std::string> command;   ///< the program's path, and its arguments
    std::optional<int> core;            ///< the only one that it may use
    int stop = -1;                      ///< a descriptor: once it is readable nobody waits any longer
    std::chrono::seconds patience{15};  ///< for its first line
  };

  /// Starts it, in English, in a process group of its own (Ctrl-C is ours to pass on), and waits for the
  /// first line that it prints. The error is its own last word if it ends before.
  static base::Result<ServerProcess> start(const Options& options);

  ServerProcess(ServerProcess&&) = default;
  ServerProcess& operator=(ServerProcess&&) = delete;
  /// Kills it if it still runs.
  ~ServerProcess();

  pid_t pid() const { return pid_; }
  const std::string& first_line() const { return first_line_; }

  /// SIGTERM, and waits until it has ended. An error if it takes longer than `patience` (it is killed then),
  /// or if it ends otherwise than with 0.
  base::Result<> end(std::chrono::seconds patience = std::chrono::seconds{30});

 private:
  ServerProcess(pid_t pid, net::Fd process) : pid_(pid), process_(std::move(process)) {}
  base::Result<> await_first_line(const Options& options);
  int reap();
  std::string last_words() const;

  pid_t pid_;
  net::Fd process_;  // its pidfd; none once it is reaped
  net::Fd output_;   // stays open, for what else it may have to say
  net::Fd errors_;   // a file in memory, which no amount fills
  std::string first_line_;
};

}  // namespace veche::load

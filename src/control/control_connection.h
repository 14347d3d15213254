// A client's connection to the control socket of a running server, DATA/veche.sock: lines out, lines in. What
// the lines say is account_protocol.h's and ctl_protocol.h's. Its calls block, in poll(), and nothing else of
// theirs does. One thread.
#pragma once

#include "base/result.h"
#include "net/fd.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace veche::control {

class ControlConnection {
 public:
  static constexpr std::chrono::seconds kPatience{10};

  /// What an error says of a socket at which nobody listens.
  struct Absence {
    std::string why;
    std::string hint;
  };

  /// Connects to `socket`, whose path has at most 107 bytes (sockaddr_un). `patience` is for this and for all
  /// that is sent and received later, together. Fails when nobody listens there, when only others may connect
  /// and when the server takes no connection in time.
  static base::Result<ControlConnection> open(const std::filesystem::path& socket,
                                              std::chrono::milliseconds patience, const Absence& absence);

  /// Sends a line, its LF included. That the server has hung up is no error here: what it said before can
  /// still be received.
  base::Result<> send(std::string_view line);
  /// The next line, without its LF. Fails at a line of more than `bytes_max` bytes, and when the server hangs
  /// up or is silent for too long.
  base::Result<std::string> receive(std::size_t bytes_max);

  /// From now on nothing is too slow.
  void wait_without_limit() { deadline_.reset(); }
  /// Whether a line, or more than one, has come and can be received at once.
  bool has_line() const { return received_.find('\n') != std::string::npos; }
  /// For polling beside other descriptors.
  int fd() const { return fd_.get(); }

 private:
  using Clock = std::chrono::steady_clock;

  ControlConnection(const std::filesystem::path& socket, std::chrono::milliseconds patience)
      : socket_(socket), patience_(patience), deadline_(Clock::now() + patience) {}

  base::Result<> connect(const Absence& absence);
  base::Result<> read_more();
  bool wait_for(short events) const;
  tl::unexpected<base::Error> too_slow(std::string hint) const;

  std::filesystem::path socket_;
  std::chrono::milliseconds patience_;
  std::optional<Clock::time_point> deadline_;
  net::Fd fd_;
  std::string received_;  // from the first byte that is not yet given out
  bool gave_line_ = false;
};

}  // namespace veche::control

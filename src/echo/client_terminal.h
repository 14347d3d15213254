// Where the echo client's words come from and go to: a person at a terminal, or files and pipes. Lives on one
// thread.
#pragma once

#include "base/i18n.h"
#include "base/result.h"
#include "net/resolver.h"

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace veche::echo {

/// None of them is owned.
struct ClientStreams {
  int in = 0;
  std::FILE* out = stdout;
  std::FILE* err = stderr;
};

class ClientTerminal {
 public:
  explicit ClientTerminal(const ClientStreams& streams);

  /// Whether a person is there to be asked: input and output are a terminal.
  bool is_interactive() const { return is_interactive_; }
  int input() const { return streams_.in; }

  /// Writes to the output, at once. False if it takes no more: `has_failed` then says whether that is an
  /// error, which has been told, or only that nobody reads it any longer (EPIPE: `| head`).
  bool print(std::string_view text);
  /// The same, for words that end without an LF: what is told next begins a line of its own.
  bool prompt(std::string_view text);
  bool has_failed() const { return has_failed_; }
  /// "veche: WHAT: WHY (HINT)" to the error stream.
  void complain(const base::Error& error);
  /// "veche: TEXT".
  void complain(std::string_view text);

  /// Takes what the input has, which poll() called readable: at most 64 KiB, empty at its end. Of that of a
  /// terminal, or after a question, use feed() and take_line().
  std::string read_some();
  /// Reads what is there for take_line().
  void feed();
  /// A line without its LF; the last one may have none.
  std::optional<std::string> take_line();
  /// The input has ended, and every line is taken.
  bool has_ended() const { return is_at_end_ && typed_.empty(); }

 private:
  const ClientStreams streams_;
  const bool is_interactive_;
  bool is_in_line_ = false;  // behind a prompt
  bool is_at_end_ = false;
  bool has_failed_ = false;
  std::string typed_;
};

/// "Host [127.0.0.1]: " and "Port [7007]: ", until the answers are good; an empty one is the default, a port
/// behind the host needs no second question. Nothing if the input ended or `stop_fd` became readable.
std::optional<net::HostPort> ask_target(ClientTerminal& terminal, std::string_view default_host,
                                        std::uint16_t default_port, int stop_fd, const base::Translator& t);

}  // namespace veche::echo

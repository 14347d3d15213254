#include "echo/client_terminal.h"

#include "base/limits.h"
#include "base/text.h"
#include "net/waiting.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace veche::echo {
namespace {

/// Puts a question and waits for the line. Nothing if there will be none.
std::optional<std::string> ask(ClientTerminal& terminal, std::string_view question, int stop_fd) {
  terminal.prompt(question);
  for (;;) {
    if (auto line = terminal.take_line()) return std::string(base::trim(*line));
    if (terminal.has_ended()) break;
    pollfd fds[] = {{terminal.input(), POLLIN, 0}, {stop_fd, POLLIN, 0}};
    net::poll_until(fds, base::MonoTime::max());
    if (fds[1].revents != 0) break;
    terminal.feed();
  }
  terminal.print("\n");  // the person's own did not come
  return std::nullopt;
}

}  // namespace

ClientTerminal::ClientTerminal(const ClientStreams& streams)
    : streams_(streams), is_interactive_(::isatty(streams.in) == 1 && ::isatty(::fileno(streams.out)) == 1) {}

bool ClientTerminal::print(std::string_view text) {
  is_in_line_ = false;
  if (std::fwrite(text.data(), 1, text.size(), streams_.out) == text.size() &&
      std::fflush(streams_.out) == 0) {
    return true;
  }
  if (errno == EPIPE) return false;
  has_failed_ = true;
  complain({"standard output", base::errno_text(errno), ""});
  return false;
}

bool ClientTerminal::prompt(std::string_view text) {
  const bool is_printed = print(text);
  is_in_line_ = true;
  return is_printed;
}

void ClientTerminal::complain(const base::Error& error) { complain(error.text()); }

void ClientTerminal::complain(std::string_view text) {
  if (std::exchange(is_in_line_, false)) print("\n");
  std::fprintf(streams_.err, "veche: %s\n", base::harmless(text).c_str());
  std::fflush(streams_.err);
}

std::string ClientTerminal::read_some() {
  std::string bytes(base::limits::kReadBufferBytes, '\0');
  const ssize_t got = ::read(streams_.in, bytes.data(), bytes.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return {};
  if (got < 0) {
    has_failed_ = true;
    complain({"standard input", base::errno_text(errno), ""});
  }
  if (got <= 0) is_at_end_ = true;
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

void ClientTerminal::feed() { typed_ += read_some(); }

std::optional<std::string> ClientTerminal::take_line() {
  const std::size_t end = typed_.find('\n');
  if (end == typed_.npos && (!is_at_end_ || typed_.empty())) return std::nullopt;
  std::string line = typed_.substr(0, end);
  typed_.erase(0, end == typed_.npos ? end : end + 1);
  is_in_line_ = false;  // Enter has moved the cursor
  return line;
}

std::optional<net::HostPort> ask_target(ClientTerminal& terminal, std::string_view default_host,
                                        std::uint16_t default_port, int stop_fd, const base::Translator& t) {
  net::HostPort target{std::string(default_host), std::nullopt};
  for (;;) {
    const auto host = ask(terminal, t("Host [{}]: ", default_host), stop_fd);
    if (!host) return std::nullopt;
    if (host->empty()) break;
    if (auto given = net::parse_host_port(*host, t)) {
      target = *std::move(given);
      break;
    } else {
      terminal.complain(given.error());
    }
  }
  while (!target.port) {
    const auto port = ask(terminal, t("Port [{}]: ", default_port), stop_fd);
    if (!port) return std::nullopt;
    if (port->empty()) {
      target.port = default_port;
    } else if (const auto given = net::parse_port(*port, t)) {
      target.port = *given;
    } else {
      terminal.complain(given.error());
    }
  }
  return target;
}

}  // namespace veche::echo

#include "control/ctl_client.h"

#include "base/text.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace veche::control {
namespace {

using base::Error;
using base::fail;
using base::Result;

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

constexpr std::size_t kTypedBytesMax = 4096;  // more is no word that a server asks for

/// Whole lines for a terminal: the words of chat users are in them, and no escape sequence may come through.
std::string harmless(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    out += base::printable(lines.substr(0, end));
    if (end == std::string_view::npos) break;
    out += '\n';
    lines.remove_prefix(end + 1);
  }
  return out;
}

/// Gives back `exit_code`.
int complain(std::FILE* err, const Error& error, int exit_code) {
  std::fprintf(err, "veche: %s\n", base::harmless(error.text()).c_str());  // a socket's path may be any bytes
  std::fflush(err);
  return exit_code;
}

/// What is sent; fails if it cannot be said in the protocol.
Result<std::string> line_of(const CtlRequest& request, const base::Translator& t) {
  for (const std::string& word : request.words) {
    // Replaced as text is, it would be the name of somebody else.
    if (!base::is_utf8(word)) return fail("ctl", t("the command is not valid UTF-8"));
  }
  std::string line = encode(request);
  if (line.size() > kCtlRequestBytesMax) return fail("ctl", t("the command is too long"));
  return line;
}

/// A command on its way: from the first frame to the last.
class Conversation {
 public:
  Conversation(ControlConnection& connection, const CtlCall& call, const CtlStreams& streams)
      : connection_(connection),
        asks_(call.request.asks),
        streams_(streams),
        out_is_terminal_(::isatty(::fileno(streams.out)) == 1) {}

  int run() {
    for (bool first = true;; first = false) {
      if (!first && !is_heard()) return kDone;
      const auto line = connection_.receive(kCtlFrameBytesMax);
      if (!line) return complain(streams_.err, line.error(), kFailed);
      connection_.wait_without_limit();
      const auto frame = parse_ctl_frame(*line);
      if (!frame) return complain(streams_.err, frame.error(), kFailed);
      if (const auto exit_code = std::visit(*this, *frame)) return *exit_code;
    }
  }

  // A frame's effect; the exit code, if it is the last.
  std::optional<int> operator()(const CtlText& text) {
    const std::string shown = out_is_terminal_ ? harmless(text.lines) : text.lines;
    if (std::fwrite(shown.data(), 1, shown.size(), streams_.out) == shown.size() &&
        std::fflush(streams_.out) == 0) {
      return std::nullopt;
    }
    if (errno == EPIPE) return kDone;
    return complain(streams_.err, {"standard output", base::errno_text(errno), ""}, kFailed);
  }

  std::optional<int> operator()(const Error& error) {
    complain(streams_.err, error, kFailed);  // what it comes to is told by the end
    return std::nullopt;
  }

  std::optional<int> operator()(const CtlConfirm& confirm) {
    std::string typed;
    if (asks_) {
      const bool is_whole = confirm.question.ends_with('\n');
      std::fprintf(streams_.err, "%s%s> ", harmless(confirm.question).c_str(), is_whole ? "" : "\n");
      std::fflush(streams_.err);
      auto line = read_typed();
      if (!line) return std::nullopt;
      typed = *std::move(line);
    }
    if (auto sent = connection_.send(encode_typed(base::trim(typed))); !sent) {
      return complain(streams_.err, sent.error(), kFailed);
    }
    return std::nullopt;
  }

  std::optional<int> operator()(const CtlEnd& end) { return end.exit_code; }

 private:
  /// Waits until the server says more. False if nobody reads the output any more: `logs --follow | head` ends
  /// when head does, not only with the next line of a log that may be quiet for hours.
  bool is_heard() {
    if (connection_.has_line()) return true;
    pollfd waiting[] = {{connection_.fd(), POLLIN, 0}, {::fileno(streams_.out), 0, 0}};
    while (::poll(waiting, 2, -1) < 0 && errno == EINTR) {
    }
    return waiting[0].revents != 0 || (waiting[1].revents & POLLERR) == 0;
  }

  /// A line of the input without its LF, empty if there is no more. Nothing if the server hung up first.
  std::optional<std::string> read_typed() {
    std::string typed;
    for (;;) {
      pollfd waiting[] = {{streams_.in, POLLIN, 0}, {connection_.fd(), POLLRDHUP, 0}};
      while (::poll(waiting, 2, -1) < 0 && errno == EINTR) {
      }
      if (waiting[0].revents == 0) {
        std::fputc('\n', streams_.err);  // behind the prompt
        return std::nullopt;
      }
      char c = 0;
      const ssize_t got = ::read(streams_.in, &c, 1);
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got <= 0) {
        std::fputc('\n', streams_.err);  // the person's own did not come
        return std::string();
      }
      if (c == '\n') return typed;
      if (typed.size() < kTypedBytesMax) typed += c;
    }
  }

  ControlConnection& connection_;
  const bool asks_;
  const CtlStreams& streams_;
  const bool out_is_terminal_;
};

}  // namespace

int run_ctl(const CtlCall& call, const CtlStreams& streams, const base::Translator& t) {
  const auto line = line_of(call.request, t);
  if (!line) return complain(streams.err, line.error(), kUsage);
  auto connection =
      ControlConnection::open(call.socket, call.patience,
                              {t("nobody answers there"), t("is the server running? veche serve starts it")});
  if (!connection) return complain(streams.err, connection.error(), kFailed);
  if (auto sent = connection->send(*line); !sent) {
    return complain(streams.err, sent.error(), kFailed);
  }
  return Conversation(*connection, call, streams).run();
}

}  // namespace veche::control

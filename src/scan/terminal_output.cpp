#include "scan/terminal_output.h"

#include "base/text.h"

#include <unistd.h>

#include <sys/ioctl.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace veche::scan {
namespace {

constexpr std::chrono::milliseconds kRedrawInterval{100};
constexpr int kColumnsDefault = 80;

bool is_terminal(std::FILE* stream) { return ::isatty(::fileno(stream)) == 1; }

/// Whether the terminal can erase a line.
bool can_erase() {
  const char* const term = std::getenv("TERM");
  return term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

/// Whether the terminal shows UTF-8, as the environment says.
bool is_utf8_locale() {
  // The first that is set decides (POSIX, 8.2).
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string charset = value;
    for (char& c : charset) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return charset.find("utf-8") != charset.npos || charset.find("utf8") != charset.npos;
  }
  return false;
}

int columns_of_terminal(std::FILE* terminal) {
  winsize size{};
  const bool is_known = ::ioctl(::fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kColumnsDefault;
}

void put(std::FILE* stream, std::string_view bytes) {
  std::fwrite(bytes.data(), 1, bytes.size(), stream);
  std::fflush(stream);
}

}  // namespace

TerminalOutput::TerminalOutput(const OutputStreams& streams, bool wants_bar, const base::Translator& t)
    : streams_(streams),
      t_(t),
      out_is_terminal_(is_terminal(streams.out)),
      has_bar_(wants_bar && is_terminal(streams.err) && can_erase()),
      has_blocks_(is_utf8_locale()) {}

TerminalOutput::~TerminalOutput() { erase(); }

bool TerminalOutput::print(std::string_view lines) {
  if (has_stopped_) return false;
  const bool was_shown = out_is_terminal_ && erase();
  const bool is_taken = std::fwrite(lines.data(), 1, lines.size(), streams_.out) == lines.size();
  const bool is_done = is_taken ? !out_is_terminal_ || flush() : stop();
  redraw(was_shown);
  return is_done;
}

void TerminalOutput::say(std::string_view text) {
  flush();  // both streams may be one file
  const bool was_shown = erase();
  put(streams_.err, base::harmless(text) + '\n');
  redraw(was_shown);
}

void TerminalOutput::note(std::string_view text) { say("veche: " + std::string(text)); }

void TerminalOutput::complain(const base::Error& error) { note(error.text()); }

bool TerminalOutput::refresh(const Progress& progress, base::MonoTime now) {
  progress_ = progress;
  rate_.add(progress);
  if (now < due_) return !has_stopped_;
  due_ = now + kRedrawInterval;
  is_redrawn_ = false;
  if (has_bar_) draw();
  return flush();
}

bool TerminalOutput::finish() {
  erase();
  return flush();
}

void TerminalOutput::draw() {
  // The last column stays free: some terminals wrap as soon as it is taken.
  const BarLook look{columns_of_terminal(streams_.err) - 1, has_blocks_};
  put(streams_.err, '\r' + render_bar(progress_, rate_.ports_per_s(), look, t_) + "\x1b[K");
  is_shown_ = true;
}

bool TerminalOutput::erase() {
  if (is_shown_) put(streams_.err, "\r\x1b[K");
  return std::exchange(is_shown_, false);
}

void TerminalOutput::redraw(bool was_shown) {
  if (was_shown && !std::exchange(is_redrawn_, true)) draw();
}

bool TerminalOutput::flush() {
  if (has_stopped_) return false;
  return std::fflush(streams_.out) == 0 || stop();
}

bool TerminalOutput::stop() {
  const int error = errno;
  has_stopped_ = true;
  if (error != EPIPE) {
    has_failed_ = true;
    complain({"standard output", base::errno_text(error), ""});
  }
  return false;
}

}  // namespace veche::scan

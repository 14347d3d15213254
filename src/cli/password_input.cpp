#include "cli/password_input.h"

#include "base/limits.h"
#include "base/secret.h"
#include "control/account_rules.h"
#include "net/fd.h"

#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <sys/signalfd.h>

#include <cerrno>
#include <cstdio>
#include <optional>

namespace veche::cli {
namespace {

using base::fail;
using base::Result;

// A line may be longer than a password, so that "too long" can be said.
constexpr std::size_t kLineBytesMax = base::limits::kPasswordBytesMax + 64;

/// One line of standard input. Byte by byte: what follows the line belongs to others.
Result<std::string> read_line() {
  std::string line;
  line.reserve(kLineBytesMax);  // no copies of the secret left behind by growing
  while (line.size() < kLineBytesMax) {
    char c = 0;
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail("password", base::errno_text(errno));
    if (got == 0 || c == '\n') break;
    line += c;
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

/// While it lives the terminal shows nothing of what is typed, and signals that would end or stop the program
/// wait. They are delivered when the echo is back: a terminal is never left mute.
class Unechoed {
 public:
  Unechoed() {
    sigemptyset(&waiting_);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) sigaddset(&waiting_, number);
    ::sigprocmask(SIG_BLOCK, &waiting_, &before_signals_);
    signals_ = net::Fd(::signalfd(-1, &waiting_, SFD_NONBLOCK | SFD_CLOEXEC));
    ::tcgetattr(STDIN_FILENO, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~Unechoed() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::fputc('\n', stderr);  // the person's own was not shown
    ::sigprocmask(SIG_SETMASK, &before_signals_, nullptr);
  }
  Unechoed(const Unechoed&) = delete;
  Unechoed& operator=(const Unechoed&) = delete;

  /// True: a line was typed. False: a signal came first.
  bool wait_for_line() const {
    pollfd waiting[] = {{STDIN_FILENO, POLLIN, 0}, {signals_.get(), POLLIN, 0}};
    while (::poll(waiting, 2, -1) < 0 && errno == EINTR) {
    }
    return waiting[1].revents == 0;
  }

 private:
  sigset_t waiting_{};
  sigset_t before_signals_{};
  termios before_{};
  net::Fd signals_;
};

Result<std::string> ask(const std::string& prompt) {
  for (;;) {
    std::fputs(prompt.c_str(), stderr);
    const Unechoed unechoed;
    if (unechoed.wait_for_line()) return read_line();
    // The signal strikes as `unechoed` goes. After a stop and a continue, the question is put again.
  }
}

}  // namespace

Result<std::string> read_new_password(const base::Translator& t) {
  const bool person = ::isatty(STDIN_FILENO) == 1;
  auto password = person ? ask(t("Password: ")) : read_line();
  if (!password) return password;
  if (auto fine = control::check_new_password(*password); !fine) {
    base::wipe(*password);
    return tl::unexpected(fine.error());
  }
  if (!person) return password;
  auto again = ask(t("The same again: "));
  if (!again) return again;
  const bool same = *again == *password;
  base::wipe(*again);
  if (same) return password;
  base::wipe(*password);
  return fail("password", "the two are not the same", "try again");
}

}  // namespace veche::cli

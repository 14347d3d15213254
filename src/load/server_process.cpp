#include "load/server_process.h"

#include "base/text.h"
#include "load/machine.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace veche::load {
namespace {

using base::fail;
using base::Result;

constexpr std::size_t kFirstLineBytesMax = 4096;
constexpr int kNotExecuted = 127;

tl::unexpected<base::Error> system_error(const char* what) { return fail(what, base::errno_text(errno)); }

/// Our environment with the language set: what the server prints is read.
std::vector<char*> english_environment() {
  static char english[] = "LC_ALL=C.UTF-8";
  std::vector<char*> all{english};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::strncmp(*variable, "LC_ALL=", 7) != 0) all.push_back(*variable);
  }
  all.push_back(nullptr);
  return all;
}

struct Child {
  char* const* arguments;
  char* const* environment;
  int output, errors;
  std::optional<int> core;
  pid_t parent;
};

/// Between fork and exec: system calls only.
[[noreturn]] void become(const Child& child) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != child.parent) ::_exit(kNotExecuted);  // it died before it was asked to tell
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_DFL);
  if (child.core) pin_to(*child.core);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(child.output, STDOUT_FILENO);
  ::dup2(child.errors, STDERR_FILENO);
  ::execve(child.arguments[0], child.arguments, child.environment);
  ::_exit(kNotExecuted);
}

}  // namespace

Result<ServerProcess> ServerProcess::start(const Options& options) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe");
  net::Fd read_end(ends[0]), write_end(ends[1]);
  net::Fd errors(::memfd_create("errors", MFD_CLOEXEC));
  if (!errors) return system_error("memfd");

  std::vector<std::string> words = options.command;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::vector<char*> environment = english_environment();
  const Child child{arguments.data(), environment.data(), write_end.get(),
                    errors.get(),     options.core,       ::getpid()};
  const pid_t pid = ::fork();
  if (pid < 0) return system_error("fork");
  if (pid == 0) become(child);

  ServerProcess server(pid, net::Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))));
  server.output_ = std::move(read_end);
  server.errors_ = std::move(errors);
  write_end.reset();
  if (auto done = server.await_first_line(options); !done) return tl::unexpected(done.error());
  return server;
}

Result<> ServerProcess::await_first_line(const Options& options) {
  const auto end = std::chrono::steady_clock::now() + options.patience;
  std::array<char, 512> buffer;
  while (first_line_.find('\n') == std::string::npos) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    std::array<pollfd, 2> wait{{{output_.get(), POLLIN, 0}, {options.stop, POLLIN, 0}}};
    const int ready = left > 0 ? ::poll(wait.data(), wait.size(), static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return fail("the server", "said nothing in time");
    if (wait[1].revents != 0) return fail("the load", "was interrupted");
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got <= 0) {
      const int code = reap();
      const std::string words = last_words();
      return fail("the server", fmt::format("ended at once with {}", code), words);
    }
    first_line_.append(buffer.data(), static_cast<std::size_t>(got));
    if (first_line_.size() > kFirstLineBytesMax) return fail("the server", "its first line does not end");
  }
  first_line_.erase(first_line_.find('\n'));
  return {};
}

ServerProcess::~ServerProcess() {
  if (!process_) return;
  ::kill(pid_, SIGKILL);
  reap();
}

int ServerProcess::reap() {
  process_.reset();
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);  // as a shell says it
}

std::string ServerProcess::last_words() const {
  std::array<char, 512> buffer;
  const off_t size = ::lseek(errors_.get(), 0, SEEK_END);
  const off_t from = size > 512 ? size - 512 : 0;
  const ssize_t got = ::pread(errors_.get(), buffer.data(), buffer.size(), from);
  std::string_view text(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const auto line = text.rfind('\n');
  return std::string(line == text.npos ? text : text.substr(line + 1));
}

Result<> ServerProcess::end(std::chrono::seconds patience) {
  ::kill(pid_, SIGTERM);
  const auto until = std::chrono::steady_clock::now() + patience;
  pollfd ended{process_.get(), POLLIN, 0};
  int ready = 0;
  do {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    ready = ::poll(&ended, 1, static_cast<int>(left > 0 ? left : 0));
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) {
    ::kill(pid_, SIGKILL);
    reap();
    return fail("the server", fmt::format("did not end in {} s, and was killed", patience.count()));
  }
  const int code = reap();
  if (code == 0) return {};
  return fail("the server", fmt::format("ended with {}", code), last_words());
}

}  // namespace veche::load

#include "net/fork_model.h"

#include "base/check.h"
#include "net/connection_steps.h"
#include "net/thread_connection.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <utility>

extern "C" {  // which glibc 2.36 forgot to say
#include <sys/pidfd.h>
}

namespace veche::net {
namespace {

constexpr std::chrono::seconds kPatience{2};  // for children that were asked to end

/// What a child writes into the pipe, in one write: so those of two children never mix (PIPE_BUF).
struct Report {
  pid_t pid = 0;
  std::uint32_t length = 0;
  std::array<char, Guestbook::kFarewellBytesMax> text{};
};
static_assert(sizeof(Report) <= PIPE_BUF);

/// The guestbook of a child.
class PipeBook final : public Guestbook {
 public:
  explicit PipeBook(int pipe) : pipe_(pipe) {}

  void went(const Address&, std::string_view what) override {
    Report report{.pid = ::getpid()};
    report.length = static_cast<std::uint32_t>(std::min(what.size(), report.text.size()));
    std::copy_n(what.begin(), report.length, report.text.begin());
    while (::write(pipe_, &report, sizeof report) < 0 && errno == EINTR) {
    }
  }
  void came(const Address&) override {}
  void refused(const Address&, std::string_view) override {}

 private:
  const int pipe_;
};

/// The child's connection, for its handler of SIGTERM; stop() does nothing that such a handler must not do.
ThreadConnection* the_connection = nullptr;

extern "C" void on_terminate(int) {
  const int error = errno;
  the_connection->stop();
  errno = error;
}

/// And the standard three.
void close_all_but(int low, int high) {
  const auto close_from = [](int first, unsigned last) {
    if (static_cast<unsigned>(first) <= last) ::close_range(static_cast<unsigned>(first), last, 0);
  };
  close_from(STDERR_FILENO + 1, static_cast<unsigned>(low) - 1);
  close_from(low + 1, static_cast<unsigned>(high) - 1);
  close_from(high + 1, ~0u);
}

}  // namespace

class ForkModel::Child final : public Source {
 public:
  Child(ForkModel& model, pid_t pid, const Address& peer, Fd pidfd)
      : model_(model), pid_(pid), peer_(peer), pidfd_(std::move(pidfd)) {
    model_.parts_.front.watch(pidfd_.get(), EPOLLIN, *this);
  }
  ~Child() override { model_.parts_.front.unwatch(pidfd_.get(), *this); }

  void ready(std::uint32_t) override { model_.reap(*this); }
  void expired(Timer&) override {}

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }
  /// Its farewell has come, from itself or from us.
  void went(std::string_view what) {
    if (!std::exchange(gone_, true)) model_.parts_.book.went(peer_, what);
  }

 private:
  ForkModel& model_;
  const pid_t pid_;
  const Address peer_;
  const Fd pidfd_;
  bool gone_ = false;
};

class ForkModel::Reports final : public Source {
 public:
  Reports(ForkModel& model, Fd reading, Fd writing)
      : model_(model), reading_(std::move(reading)), writing_(std::move(writing)) {
    model_.parts_.front.watch(reading_.get(), EPOLLIN, *this);
  }
  ~Reports() override { model_.parts_.front.unwatch(reading_.get(), *this); }

  void ready(std::uint32_t) override { read(); }
  void expired(Timer&) override {}

  void read() {
    Report report;
    while (::read(reading_.get(), &report, sizeof report) == sizeof report) {
      const auto child = model_.children_.find(report.pid);
      if (child == model_.children_.end()) continue;
      child->second->went({report.text.data(), std::min<std::size_t>(report.length, report.text.size())});
    }
  }
  int writing_end() const { return writing_.get(); }

 private:
  ForkModel& model_;
  const Fd reading_;
  const Fd writing_;  // of every child
};

ForkModel::ForkModel(ModelParts parts) : parts_(std::move(parts)) {}
ForkModel::~ForkModel() { stop(); }

base::Result<std::unique_ptr<Model>> ForkModel::start(ModelParts parts) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::fail("pipe", base::errno_text(errno));
  Fd reading(ends[0]);
  Fd writing(ends[1]);
  ::fcntl(reading.get(), F_SETFL, O_NONBLOCK);
  std::unique_ptr<ForkModel> model(new ForkModel(std::move(parts)));
  model->reports_ = std::make_unique<Reports>(*model, std::move(reading), std::move(writing));
  return model;
}

void ForkModel::serve(Fd socket, const Address& peer) {
  const auto refuse_him = [&](int error) {
    refuse(socket.get(), kNoRoom);
    parts_.book.went(peer, "refused: no process for him: " + base::errno_text(error));
  };
  // A descriptor for the pidfd is there before the child is, which might have answered him already.
  Fd place(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
  if (!place) return refuse_him(errno);
  const pid_t pid = ::fork();
  if (pid < 0) return refuse_him(errno);
  if (pid == 0) run_child(std::move(socket), peer);
  place.reset();
  Fd pidfd(::pidfd_open(pid, 0));
  if (!pidfd) {  // without it nobody would know of the child's end
    const int error = errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return refuse_him(error);
  }
  children_.emplace(pid, std::make_unique<Child>(*this, pid, peer, std::move(pidfd)));
}

void ForkModel::run_child(Fd socket, const Address& peer) {
  ::prctl(PR_SET_NAME, "veche-client");
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  // Of all that the parent had open the child keeps its client and the pipe.
  const int pipe = reports_->writing_end();
  close_all_but(std::min(socket.get(), pipe), std::max(socket.get(), pipe));
  ThreadConnection connection(std::move(socket), make_waker(), peer, parts_.clock, parts_.connection);
  the_connection = &connection;
  struct sigaction action {};
  action.sa_handler = on_terminate;
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGINT, SIG_IGN);  // Ctrl-C reaches everybody at the terminal; the parent sees to the rest
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);

  PipeBook book(pipe);
  connection.open(parts_.make(book));
  connection.run();
  ::_exit(0);  // the parent's buffers and objects are the parent's
}

void ForkModel::reap(Child& child) {
  reports_->read();  // what it wrote before its end
  siginfo_t end{};
  if (::waitid(P_PIDFD, static_cast<id_t>(child.pidfd()), &end, WEXITED | WNOHANG) != 0 || end.si_pid == 0)
    return;
  const bool killed = end.si_code != CLD_EXITED;
  child.went((killed ? "its process was ended by signal " : "its process ended with status ") +
             std::to_string(end.si_status));
  children_.erase(child.pid());
}

void ForkModel::stop() {
  for (const auto& [pid, child] : children_) ::pidfd_send_signal(child->pidfd(), SIGTERM, nullptr, 0);
  const base::MonoTime give_up = parts_.clock.mono() + kPatience;
  while (!children_.empty()) {
    Child& child = *children_.begin()->second;
    pollfd end{child.pidfd(), POLLIN, 0};
    if (::poll(&end, 1, poll_ms(give_up - parts_.clock.mono())) == 0) {
      ::pidfd_send_signal(child.pidfd(), SIGKILL, nullptr, 0);
      ::poll(&end, 1, -1);
    }
    reap(child);
  }
}

}  // namespace veche::net

#include "net/signals.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <sys/resource.h>

#include <cerrno>
#include <cstdio>

namespace veche::net {
namespace {

/// Puts the thread's signal mask back.
class MaskGuard {
 public:
  MaskGuard() { ::pthread_sigmask(SIG_SETMASK, nullptr, &old_); }
  ~MaskGuard() { ::pthread_sigmask(SIG_SETMASK, &old_, nullptr); }

 private:
  sigset_t old_{};
};

TEST(SignalFd, SignalIsReadAndDoesNotKill) {
  const MaskGuard guard;
  SignalFd signals = SignalFd::open({SIGUSR1, SIGUSR2}).value();
  EXPECT_EQ(signals.take(), std::nullopt);
  ::pthread_kill(::pthread_self(), SIGUSR1);
  pollfd readable{signals.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&readable, 1, 30'000), 1);
  EXPECT_EQ(signals.take(), SIGUSR1);
  EXPECT_EQ(signals.take(), std::nullopt);
}

TEST(SignalFd, EachSignalIsTaken) {
  const MaskGuard guard;
  SignalFd signals = SignalFd::open({SIGUSR1, SIGUSR2}).value();
  ::pthread_kill(::pthread_self(), SIGUSR2);
  ::pthread_kill(::pthread_self(), SIGUSR1);
  const auto first = signals.take(), second = signals.take();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first + *second, SIGUSR1 + SIGUSR2);
}

TEST(Signals, SigpipeIsNotDeadly) {
  struct sigaction old {};
  ::sigaction(SIGPIPE, nullptr, &old);
  ignore_write_signals();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  ::close(ends[1]);
  ::sigaction(SIGPIPE, &old, nullptr);
}

TEST(Signals, AFileSizeLimitIsNotDeadly) {
  struct sigaction old_pipe {
  }, old_size{};
  ::sigaction(SIGPIPE, nullptr, &old_pipe);
  ::sigaction(SIGXFSZ, nullptr, &old_size);
  rlimit old_limit{};
  ::getrlimit(RLIMIT_FSIZE, &old_limit);
  ignore_write_signals();
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  const rlimit none{0, old_limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &none);
  EXPECT_EQ(::write(::fileno(file), "x", 1), -1);
  EXPECT_EQ(errno, EFBIG);
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  std::fclose(file);
  ::sigaction(SIGPIPE, &old_pipe, nullptr);
  ::sigaction(SIGXFSZ, &old_size, nullptr);
}

TEST(DescriptorLimit, IsRaisedToTheHardOne) {
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  const rlimit low{100, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_descriptor_limit(), old.rlim_max);
  rlimit now{};
  ::getrlimit(RLIMIT_NOFILE, &now);
  EXPECT_EQ(now.rlim_cur, old.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &old);
}

}  // namespace
}  // namespace veche::net

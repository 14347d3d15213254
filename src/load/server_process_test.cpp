#include "load/server_process.h"

#include "load/machine.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace veche::load {
namespace {

ServerProcess::Options shell(const std::string& script) {
  ServerProcess::Options options;
  options.command = {"/bin/sh", "-c", script};
  return options;
}

TEST(ServerProcess, IsThereWithItsFirstLineAndEndsWhenAsked) {
  auto server = ServerProcess::start(
      shell("trap 'exit 0' TERM; echo here $LC_ALL; echo more; while :; do sleep 0.01; done"));
  ASSERT_TRUE(server) << server.error().text();
  EXPECT_EQ(server->first_line(), "here C.UTF-8");
  const auto done = server->end();
  EXPECT_TRUE(done) << done.error().text();
  EXPECT_TRUE(::kill(server->pid(), 0) != 0 && errno == ESRCH);
}

TEST(ServerProcess, LastWordsAreTheErrorOfOneThatDoesNotStart) {
  const auto server = ServerProcess::start(shell("echo one >&2; echo no room >&2; exit 3"));
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().text(), "the server: ended at once with 3 (no room)");
}

TEST(ServerProcess, AProgramThatIsNotThereIsAnError) {
  ServerProcess::Options options;
  options.command = {"/nowhere/veche"};
  ASSERT_FALSE(ServerProcess::start(options));
}

TEST(ServerProcess, OneThatEndsBadlyIsAnError) {
  auto server = ServerProcess::start(
      shell("trap 'echo lost a child >&2; exit 4' TERM; echo; while :; do sleep 0.01; done"));
  ASSERT_TRUE(server);
  const auto done = server->end();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().text(), "the server: ended with 4 (lost a child)");
}

TEST(ServerProcess, OneThatDoesNotEndIsKilled) {
  auto server = ServerProcess::start(shell("trap '' TERM; echo; while :; do sleep 0.01; done"));
  ASSERT_TRUE(server);
  const auto done = server->end(std::chrono::seconds{0});
  ASSERT_FALSE(done);
  EXPECT_NE(::kill(server->pid(), 0), 0);
}

TEST(ServerProcess, ThatIsNotEndedIsKilledWithItsOwner) {
  pid_t pid = 0;
  {
    auto server = ServerProcess::start(shell("echo; exec cat </dev/zero >/dev/null"));
    ASSERT_TRUE(server);
    pid = server->pid();
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(ServerProcess, WaitingForItEndsWhenStopped) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::close(ends[1]);  // readable: its end
  auto options = shell("exec cat </dev/zero >/dev/null");
  options.stop = ends[0];
  const auto server = ServerProcess::start(options);
  ::close(ends[0]);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().text(), "the load: was interrupted");
}

TEST(ServerProcess, RunsOnItsCoreAlone) {
  auto options = shell("nproc; trap 'exit 0' TERM; while :; do sleep 0.01; done");
  options.core = usable_cores().back();
  auto server = ServerProcess::start(options);
  ASSERT_TRUE(server);
  EXPECT_EQ(server->first_line(), "1");
}

TEST(Machine, HasCoresMemoryAndAKernel) {
  const Machine machine = this_machine();
  EXPECT_GE(machine.cores, 1u);
  EXPECT_GT(machine.memory_bytes, 1u << 20);
  EXPECT_TRUE(machine.kernel.starts_with("Linux "));
}

}  // namespace
}  // namespace veche::load

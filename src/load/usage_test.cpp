#include "load/usage.h"

#include "net/fd.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/wait.h>

#include <array>
#include <thread>
#include <vector>

namespace veche::load {
namespace {

constexpr double kMiB = 1 << 20;

double thread_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

void spin(double ns) {
  for (const double end = thread_ns() + ns; thread_ns() < end;) {
  }
}

TEST(Usage, NoProcessHasUsedNothing) {
  EXPECT_EQ(usage_of(0).cpu_ns, 0);
  EXPECT_EQ(usage_of_family(0).resident_bytes, 0);
}

TEST(Usage, AThreadThatHasEndedStillCounts) {
  const Usage before = usage_of(::getpid());
  std::thread([] { spin(20e6); }).join();
  EXPECT_GE(usage_of(::getpid()).cpu_ns - before.cpu_ns, 20e6);
  EXPECT_GT(before.resident_bytes, kMiB);
}

// The thread sanitizer keeps several bytes for each of ours.
#ifndef __has_feature  // g++ 12
#define __has_feature(x) 0
#endif
#if __has_feature(thread_sanitizer)
constexpr double kMiBMax = 64;
#else
constexpr double kMiBMax = 16;
#endif

TEST(Usage, AFamilyIsAParentAndItsChildren) {
  std::array<int, 2> ready{}, end{};
  ASSERT_EQ(::pipe(ready.data()) + ::pipe(end.data()), 0);
  const Usage before = usage_of_family(::getpid());
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<char> own(8 << 20, 'x');
    spin(20e6);
    char byte = own[123];
    const bool told = ::write(ready[1], &byte, 1) == 1;
    ::close(end[1]);
    ::_exit(told && ::read(end[0], &byte, 1) == 0 ? 0 : 1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const Usage both = usage_of_family(::getpid());
  EXPECT_GE(both.cpu_ns - before.cpu_ns, 20e6);
  EXPECT_GT(both.switches, before.switches);
  // Its own memory is there once, and what it shares with us is not there twice.
  EXPECT_GE(both.resident_bytes - before.resident_bytes, 8 * kMiB);
  EXPECT_LE(both.resident_bytes - before.resident_bytes, kMiBMax * kMiB);
  ::close(end[1]);
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_GE(usage_of_family(::getpid()).cpu_ns, before.cpu_ns + 10e6) << "a reaped child's time is kept";
  for (const int fd : {ready[0], ready[1], end[0]}) ::close(fd);
}

TEST(Usage, MemoryIsReadAgainUntilItRests) {
  double size = 0;
  int looks = 0;
  const double rested =
      resident_at_rest([&] { return size += ++looks < 5 ? 1 : 0; }, [&] { return looks < 8; });
  EXPECT_EQ(rested, 4);
  EXPECT_EQ(looks, 8);
}

}  // namespace
}  // namespace veche::load

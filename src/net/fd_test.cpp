#include "net/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <sys/eventfd.h>

#include <utility>

namespace veche::net {
namespace {

bool is_open(int number) { return ::fcntl(number, F_GETFD) != -1; }

TEST(Fd, ClosesOnceAndOnlyWhatItOwns) {
  int number = -1;
  {
    Fd fd(::eventfd(0, EFD_CLOEXEC));
    number = fd.get();
    ASSERT_TRUE(is_open(number));
    Fd moved = std::move(fd);
    EXPECT_FALSE(fd);  // NOLINT: the moved-from state is what is tested
    EXPECT_EQ(moved.get(), number);
    fd = Fd();
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Fd, AssignmentClosesTheOldOne) {
  Fd fd(::eventfd(0, EFD_CLOEXEC));
  const int old = fd.get();
  fd = Fd(::eventfd(0, EFD_CLOEXEC));
  EXPECT_FALSE(is_open(old));
  EXPECT_TRUE(is_open(fd.get()));
}

TEST(Fd, ReleaseGivesItAway) {
  Fd fd(::eventfd(0, EFD_CLOEXEC));
  Fd other(fd.release());
  EXPECT_FALSE(fd);
  EXPECT_TRUE(is_open(other.get()));
}

}  // namespace
}  // namespace veche::net

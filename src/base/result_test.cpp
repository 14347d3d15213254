#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace veche::base {
namespace {

Result<int> even(int number) {
  if (number % 2 != 0) return fail("number 3", "is odd", "add one");
  return number;
}

TEST(Error, ReadsAsWhatWhyAndHint) {
  EXPECT_EQ((Error{"data directory", "in use by process 12", "stop it first"}.text()),
            "data directory: in use by process 12 (stop it first)");
  EXPECT_EQ((Error{"log file", "No space left on device", ""}.text()), "log file: No space left on device");
  EXPECT_EQ((Error{"nothing to do", "", ""}.text()), "nothing to do");
}

TEST(Result, IsAValueOrAnError) {
  EXPECT_EQ(even(2), 2);
  ASSERT_FALSE(even(3));
  EXPECT_EQ(even(3).error().text(), "number 3: is odd (add one)");
  EXPECT_TRUE(Result<>{});
}

TEST(ErrnoText, IsTheSystemsWords) {
  EXPECT_EQ(errno_text(ENOENT), "No such file or directory");
  EXPECT_EQ(errno_text(EADDRINUSE), "Address already in use");
}

}  // namespace
}  // namespace veche::base

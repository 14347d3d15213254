#include "base/check.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::base {
namespace {

TEST(Check, AnInvariantThatHoldsCostsNothing) { check(true, "two and two are four"); }

TEST(CheckDeathTest, ABrokenInvariantEndsTheProcessAndNamesThePlace) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const std::string place = "check_test.cpp:" + std::to_string(__LINE__ + 1);
  EXPECT_DEATH(check(false, "two and two are five"), "broken invariant: two and two are five .*" + place);
}

}  // namespace
}  // namespace veche::base

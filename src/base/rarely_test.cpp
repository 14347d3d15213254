#include "base/rarely.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::base {
namespace {

TEST(Rarely, IsAPointerLargeAndTheDefaultAtFirst) {
  const Rarely<std::string> nothing;
  EXPECT_EQ(*nothing, "");
  EXPECT_TRUE(nothing->empty());
  EXPECT_EQ(sizeof nothing, sizeof(void*));
}

TEST(Rarely, ACopyIsItsOwn) {
  Rarely<std::string> one(std::string("away"));
  Rarely<std::string> other = one;
  other = std::string("here");
  EXPECT_EQ(*one, "away");
  EXPECT_EQ(*other, "here");
  one = other;
  EXPECT_EQ(*one, "here");
  one = std::string();
  EXPECT_EQ(*one, "");
  EXPECT_EQ(*other, "here");
}

TEST(Rarely, WhatIsMovedFromIsTheDefault) {
  Rarely<std::string> one(std::string("away"));
  const Rarely<std::string> other = std::move(one);
  EXPECT_EQ(*other, "away");
  EXPECT_EQ(*one, "");
}

}  // namespace
}  // namespace veche::base

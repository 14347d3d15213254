#include "base/saslprep.h"

#include <gtest/gtest.h>

namespace veche::base {
namespace {

TEST(Saslprep, TheExamplesOfRfc4013) {
  EXPECT_EQ(saslprep("I\u00ADX"), "IX");
  EXPECT_EQ(saslprep("user"), "user");
  EXPECT_EQ(saslprep("USER"), "USER");
  EXPECT_EQ(saslprep("\u00AA"), "a");
  EXPECT_EQ(saslprep("\u2168"), "IX");
}

TEST(Saslprep, SpacesAreSpaces) { EXPECT_EQ(saslprep("a\u00A0b\u3000c\u200Bd e"), "a b c d e"); }

TEST(Saslprep, ComposedAndDecomposedAreTheSame) {
  EXPECT_EQ(saslprep("e\u0301"), saslprep("\u00E9"));
  EXPECT_EQ(saslprep("пароль"), "пароль");
}

TEST(Saslprep, WhatItRefusesStaysAsItIs) {
  EXPECT_EQ(saslprep("a\x07\u00AA"), "a\x07\u00AA");
  EXPECT_EQ(saslprep("\uE000\u2168"), "\uE000\u2168");
  EXPECT_EQ(saslprep("\xff\xfe"), "\xff\xfe");
  EXPECT_EQ(saslprep(""), "");
}

}  // namespace
}  // namespace veche::base

#include "echo/unanswered.h"

#include <gtest/gtest.h>

namespace veche::echo {
namespace {

/// All that is to be sent, sent.
std::string send_all(Unanswered& unanswered) {
  std::string sent(unanswered.to_send());
  unanswered.mark_sent(sent.size());
  return sent;
}

TEST(Unanswered, WhatComesBackIsTakenOff) {
  Unanswered unanswered;
  unanswered.add("hello");
  EXPECT_EQ(send_all(unanswered), "hello");
  EXPECT_FALSE(unanswered.answer("he"));
  EXPECT_EQ(unanswered.size(), 3u);
  EXPECT_FALSE(unanswered.answer("llo"));
  EXPECT_TRUE(unanswered.empty());
}

TEST(Unanswered, AnyPiecesOfTheStreamAreTheSameStream) {
  const std::string whole = "the quick brown fox jumps over the lazy dog";
  for (std::size_t sent = 1; sent <= whole.size(); ++sent) {
    for (std::size_t heard = 1; heard <= sent; ++heard) {
      Unanswered unanswered;
      std::string back;
      for (std::size_t at = 0; at < whole.size(); at += sent) {
        unanswered.add(whole.substr(at, sent));
        std::string bytes = send_all(unanswered);
        for (std::size_t i = 0; i < bytes.size(); i += heard) {
          EXPECT_FALSE(unanswered.answer(bytes.substr(i, heard)));
        }
        back += bytes;
      }
      EXPECT_EQ(back, whole);
      EXPECT_TRUE(unanswered.empty());
    }
  }
}

TEST(Unanswered, DifferenceTellsItsPlaceInTheWholeStream) {
  Unanswered unanswered;
  unanswered.add("abcdef");
  send_all(unanswered);
  EXPECT_FALSE(unanswered.answer("abc"));
  const auto difference = unanswered.answer("dXf");
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->at, 4u);
  EXPECT_FALSE(difference->is_surplus);
}

TEST(Unanswered, MoreThanWasSentIsASurplusEvenIfItWouldHaveBeenSentNext) {
  Unanswered unanswered;
  unanswered.add("abc");
  unanswered.mark_sent(2);
  const auto difference = unanswered.answer("abc");
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->at, 2u);
  EXPECT_TRUE(difference->is_surplus);
}

TEST(Unanswered, AnotherConnectionGoesOnWithWhatIsUnanswered) {
  Unanswered unanswered;
  unanswered.add("abcdef");
  unanswered.mark_sent(4);
  EXPECT_FALSE(unanswered.answer("abc"));
  unanswered.send_again();
  EXPECT_EQ(send_all(unanswered), "def");
  EXPECT_FALSE(unanswered.answer("def"));
  EXPECT_TRUE(unanswered.empty());
}

}  // namespace
}  // namespace veche::echo

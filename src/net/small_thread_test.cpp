#include "net/small_thread.h"

#include <gtest/gtest.h>

#include <array>

namespace veche::net {
namespace {

TEST(SmallThread, RunsItsBodyUnderItsNameAndIsJoined) {
  std::array<char, 16> name{};
  {
    auto thread = SmallThread::start(
        "veche-small", 256 * 1024, [&] { ::pthread_getname_np(::pthread_self(), name.data(), name.size()); });
    ASSERT_TRUE(thread) << thread.error().text();
  }
  EXPECT_STREQ(name.data(), "veche-small");
}

TEST(SmallThread, WhereThereIsNoRoomItFails) {
  const std::size_t too_much = std::size_t{1} << 60;
  const auto thread = SmallThread::start("veche-large", too_much, [] { ADD_FAILURE() << "it runs"; });
  ASSERT_FALSE(thread);
  EXPECT_EQ(thread.error().what, "thread veche-large");
}

}  // namespace
}  // namespace veche::net

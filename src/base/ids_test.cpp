#include "base/ids.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_set>

namespace veche::base {
namespace {

static_assert(!std::is_convertible_v<UserId, RoomId>, "a room cannot be passed where a user is meant");
static_assert(!std::is_convertible_v<UserId, bool>, "nor an id where a truth value is");

TEST(Id, ZeroIsNobody) {
  EXPECT_FALSE(UserId{});
  EXPECT_TRUE(UserId{1});
}

TEST(Id, IsOrderedAndHashedByItsValue) {
  EXPECT_LT(MessageId{1}, MessageId{2});
  EXPECT_EQ(RoomId{7}, RoomId{7});
  const std::unordered_set<UserId> users = {UserId{1}, UserId{2}, UserId{1}};
  EXPECT_EQ(users.size(), 2u);
}

TEST(SessionId, NamesTheLoopThatOwnsIt) {
  constexpr std::uint64_t kLargestSerial = (std::uint64_t{1} << 56) - 1;
  for (const int loop : {0, 1, 127, 255})
    for (const std::uint64_t serial : {std::uint64_t{1}, std::uint64_t{123'456}, kLargestSerial}) {
      const SessionId session = make_session_id(static_cast<LoopIndex>(loop), serial);
      EXPECT_EQ(loop_of(session), loop);
      EXPECT_EQ(session.value & kLargestSerial, serial);
    }
  // A serial past 56 bits does not change the loop.
  EXPECT_EQ(loop_of(make_session_id(3, kLargestSerial + 1)), 3);
}

}  // namespace
}  // namespace veche::base

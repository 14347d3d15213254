#include "scan/order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace veche::scan {
namespace {

using Order = std::vector<std::uint16_t>;

TEST(Order, StraightOneIsAscendingFromTheFirst) {
  EXPECT_EQ(straight_order(0, 3), (Order{0, 1, 2}));
  EXPECT_EQ(straight_order(2, 5), (Order{2, 3, 4}));
  EXPECT_EQ(straight_order(5, 5), Order{});
}

TEST(Order, SharesHaveEachPortOnce) {
  for (const unsigned shares : {1u, 2u, 3u, 7u}) {
    for (const std::size_t ports : {1u, 2u, 6u, 4096u, 4097u, 65'535u}) {
      std::vector<int> times(ports);
      for (unsigned number = 0; number < shares; ++number) {
        for (const auto index : shuffled_order(0, ports, number, shares, 1)) ++times.at(index);
      }
      EXPECT_EQ(std::count(times.begin(), times.end(), 1), static_cast<long>(ports))
          << shares << " of " << ports;
    }
  }
}

TEST(Order, SharesDifferInSizeByOneAtMost) {
  std::set<std::size_t> sizes;
  for (unsigned number = 0; number < 4; ++number) sizes.insert(shuffled_order(10, 1013, number, 4, 1).size());
  EXPECT_EQ(sizes, (std::set<std::size_t>{250, 251}));
}

TEST(Order, NothingBeforeTheFirstIsTried) {
  const Order order = shuffled_order(60'000, 65'535, 0, 1, 1);
  EXPECT_EQ(order.size(), 5'535u);
  EXPECT_EQ(*std::min_element(order.begin(), order.end()), 60'000);
  EXPECT_TRUE(shuffled_order(7, 7, 0, 1, 1).empty());
}

TEST(Order, ShuffledOneHasNoLongRunInARow) {
  const Order order = shuffled_order(0, 65'535, 0, 1, 1);
  int run = 0, longest = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    run = order[i] == order[i - 1] + 1 ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  EXPECT_LT(longest, 6);
}

// Results are told in order: a low port that came last would hold all of them back.
TEST(Order, PortIsTriedNotFarFromItsPlace) {
  const Order order = shuffled_order(0, 65'535, 0, 1, 1);
  for (std::size_t i = 0; i < order.size(); ++i) {
    ASSERT_LT(i > order[i] ? i - order[i] : order[i] - i, 8192u) << "port " << order[i] << " at " << i;
  }
}

TEST(Order, SeedDecidesTheShuffle) {
  EXPECT_EQ(shuffled_order(0, 1000, 0, 1, 5), shuffled_order(0, 1000, 0, 1, 5));
  EXPECT_NE(shuffled_order(0, 1000, 0, 1, 5), shuffled_order(0, 1000, 0, 1, 6));
}

}  // namespace
}  // namespace veche::scan

#include "base/short_list.h"

#include "base/ids.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace veche::base {
namespace {

using List = ShortList<RoomId>;
static_assert(sizeof(List) == 16);

std::vector<RoomId> content(const List& list) { return {list.begin(), list.end()}; }

TEST(ShortList, HoldsOneInsideAndMoreOutside) {
  List list;
  EXPECT_TRUE(list.empty());
  for (std::uint64_t i = 1; i <= 5; ++i) list.push_back({i});
  EXPECT_EQ(content(list), (std::vector<RoomId>{{1}, {2}, {3}, {4}, {5}}));
  list.erase({3});
  list.erase({9});
  EXPECT_EQ(content(list), (std::vector<RoomId>{{1}, {2}, {4}, {5}}));
}

TEST(ShortList, CopiesAndMovesWhateverItHolds) {
  for (std::uint64_t size = 0; size <= 4; ++size) {
    List list;
    for (std::uint64_t i = 1; i <= size; ++i) list.push_back({i});
    const std::vector<RoomId> expected = content(list);
    List copy(list);
    EXPECT_EQ(content(copy), expected);
    List other;
    other.push_back({7});
    other.push_back({8});
    other = list;
    EXPECT_EQ(content(other), expected);
    const List moved(std::move(list));
    EXPECT_EQ(content(moved), expected);
    copy.push_back({99});
    EXPECT_EQ(content(moved), expected);
  }
}

// Against a vector, for any sequence of changes (the sanitizers see what it does to memory).
TEST(ShortList, AgreesWithAVector) {
  std::mt19937 random(1);
  List list;
  std::vector<RoomId> model;
  for (int step = 0; step < 20'000; ++step) {
    const RoomId value{random() % 4};
    switch (random() % 5) {
      case 0:
      case 1:
        list.push_back(value);
        model.push_back(value);
        break;
      case 2:
        if (model.empty()) break;
        list.pop_back();
        model.pop_back();
        break;
      case 3:
        list.erase(value);
        std::erase(model, value);
        break;
      default:
        list = List(list);
    }
    ASSERT_EQ(content(list), model);
  }
}

}  // namespace
}  // namespace veche::base

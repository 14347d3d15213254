#include "server/session_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace veche::server {
namespace {

using base::SessionId;

// Against a map, for any sequence of comings and goings.
TEST(SessionTable, FindsThoseWhoAreThereAndNobodyElse) {
  std::mt19937 random(1);
  SessionTable<int> table;
  std::map<std::uint64_t, int> model;
  std::uint64_t last = 0;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t some = last == 0 ? 0 : last - random() % std::min<std::uint64_t>(last, 60);
    if (random() % 2 == 0) {
      last += 1 + random() % 3;
      table.add(SessionId{last}, model[last]);
    } else {
      table.remove(SessionId{some});
      model.erase(some);
    }
    const std::uint64_t asked = some + random() % 3;
    const auto known = model.find(asked);
    ASSERT_EQ(table.find(SessionId{asked}), known == model.end() ? nullptr : &known->second);
    ASSERT_EQ(table.size(), model.size());
  }
}

TEST(SessionTable, OneThatIsGoneIsNotFoundUnderAnyId) {
  SessionTable<int> table;
  int entry = 0;
  table.add(SessionId{5}, entry);
  EXPECT_EQ(table.find(SessionId{4}), nullptr);
  EXPECT_EQ(table.find(SessionId{6}), nullptr);
  table.remove(SessionId{5});
  table.remove(SessionId{5});
  EXPECT_EQ(table.find(SessionId{5}), nullptr);
  EXPECT_EQ(table.size(), 0u);
}

}  // namespace
}  // namespace veche::server

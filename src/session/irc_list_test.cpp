#include "session/irc_list.h"

#include <gtest/gtest.h>

#include <chrono>

namespace veche::session {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> targets(std::string_view list) {
  std::vector<std::string> words;
  for_each_target(list, [&](std::string_view word) { words.emplace_back(word); });
  return words;
}

TEST(IrcList, TargetsStandBetweenCommas) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(targets("a,b"), (Words{"a", "b"}));
  EXPECT_EQ(targets(",a,,b,"), (Words{"a", "b"}));
  EXPECT_EQ(targets(""), Words{});
}

struct ListTest : testing::Test {
  ListTest() {
    room.name = "#Tea";
    room.members = 5;
    room.created = now - 90min;
    auto state = std::make_shared<chat::RoomState>();
    state->topic = {"green", "ann", now - 10min};
    room.state = state;
  }
  bool meets_all(std::vector<std::string> conditions) { return meets(room, conditions, now); }

  const base::WallTime now = base::WallTime{} + 1000h;
  chat::RoomsView::Line room;
};

TEST_F(ListTest, MembersAreCounted) {
  EXPECT_TRUE(meets_all({">4"}));
  EXPECT_FALSE(meets_all({">5"}));
  EXPECT_TRUE(meets_all({"<6"}));
  EXPECT_FALSE(meets_all({"<5"}));
  EXPECT_FALSE(meets_all({">4", "<5"})) << "all conditions must hold";
}

TEST_F(ListTest, MinutesSinceItWasMadeAreCounted) {
  EXPECT_TRUE(meets_all({"C>60"}));
  EXPECT_FALSE(meets_all({"C<60"}));
}

TEST_F(ListTest, MinutesSinceTheTopicWasSetAreCounted) {
  EXPECT_TRUE(meets_all({"T<60"}));
  EXPECT_FALSE(meets_all({"T>60"}));
  room.state = nullptr;
  EXPECT_FALSE(meets_all({"T<60"})) << "it has none";
  EXPECT_FALSE(meets_all({"T>60"}));
}

TEST_F(ListTest, MasksMatchInAnyLetterCase) {
  EXPECT_TRUE(meets_all({"#t*"}));
  EXPECT_FALSE(meets_all({"!*EA"}));
  EXPECT_FALSE(meets_all({"#coffee*"}));
}

}  // namespace
}  // namespace veche::session

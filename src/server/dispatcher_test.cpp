#include "server/dispatcher.h"

#include <gtest/gtest.h>

namespace veche::server {
namespace {

using base::make_session_id;
using base::RoomId;

constexpr RoomId kRoom{7};
const base::SessionId kAnn = make_session_id(0, 1);
const base::SessionId kBob = make_session_id(1, 1);

chat::Effect quit() { return chat::ToRoom{kRoom, chat::make_event(chat::Quit{"x"}), {}}; }

TEST(Dispatcher, ARoomsEventGoesOnceToEachLoopThatHasMembers) {
  Dispatcher dispatcher(3);
  std::vector<chat::Effect> effects{chat::Subscribe{kAnn, kRoom},
                                    chat::Subscribe{make_session_id(0, 2), kRoom},
                                    chat::Subscribe{kBob, kRoom}, quit()};
  dispatcher.sort(effects);
  EXPECT_TRUE(effects.empty());
  EXPECT_EQ(dispatcher.for_loop(0).size(), 3u);
  EXPECT_EQ(dispatcher.for_loop(1).size(), 2u);
  EXPECT_EQ(dispatcher.for_loop(2).size(), 0u);
}

TEST(Dispatcher, ALoopWhoseLastMemberLeftGetsNoMore) {
  Dispatcher dispatcher(2);
  std::vector<chat::Effect> effects{chat::Subscribe{kAnn, kRoom}, chat::Subscribe{kBob, kRoom},
                                    chat::Unsubscribe{kBob, kRoom}, quit()};
  dispatcher.sort(effects);
  ASSERT_EQ(dispatcher.for_loop(1).size(), 2u);  // came and went
  EXPECT_TRUE(std::holds_alternative<chat::ToRoom>(dispatcher.for_loop(0).back()));
}

TEST(Dispatcher, AnEventForOneGoesToHisLoop) {
  Dispatcher dispatcher(2);
  std::vector<chat::Effect> effects{chat::ToSession{kBob, chat::make_event(chat::PasswordSet{})}};
  dispatcher.sort(effects);
  EXPECT_EQ(dispatcher.for_loop(0).size(), 0u);
  EXPECT_EQ(dispatcher.for_loop(1).size(), 1u);
}

}  // namespace
}  // namespace veche::server

#include "server/chat_thread.h"

#include "store/memory_journal.h"
#include "tests/fakes/address_bits.h"
#include "tests/fakes/faulty_journal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace veche::server {
namespace {

using base::make_session_id;
using base::SessionId;

const SessionId kAnn = make_session_id(0, 1);
const SessionId kBob = make_session_id(1, 1);

/// A chat thread without its thread: batches run when the test says so.
class ChatThreadTest : public testing::Test {
 protected:
  void send(std::vector<chat::Command> commands) { thread.send(commands); }

  void enter(SessionId session, const std::string& name) {
    send({{session, chat::Connect{fakes::bits_of("192.0.2.1"), true}}, {session, chat::EnterAsGuest{name}}});
    thread.run_once();
  }

  /// The room that everybody enters.
  base::RoomId room() const {
    for (const Delivery& delivery : delivered[0]) {
      for (const chat::Effect& effect : delivery.effects) {
        if (const auto* came = std::get_if<chat::Subscribe>(&effect)) return came->room;
      }
    }
    return {};
  }

  template <class E>
  std::vector<const E*> events(std::size_t loop) const {
    std::vector<const E*> found;
    for (const Delivery& delivery : delivered[loop]) {
      for (const chat::Effect& effect : delivery.effects) {
        const chat::EventPtr* event = nullptr;
        if (const auto* one = std::get_if<chat::ToSession>(&effect)) event = &one->event;
        if (const auto* all = std::get_if<chat::ToRoom>(&effect)) event = &all->event;
        if (event != nullptr && std::holds_alternative<E>(**event)) found.push_back(&std::get<E>(**event));
      }
    }
    return found;
  }

  base::ManualClock clock;
  std::unique_ptr<base::Log> log = base::Log::nowhere();
  store::MemoryJournal store;
  fakes::FaultyJournal journal{store};
  chat::Chat chat{chat::Policy{}, *store.load(20)};
  std::vector<Delivery> delivered[2];
  ChatThread thread{chat,
                    journal,
                    clock,
                    *log,
                    {[this](Delivery d) { delivered[0].push_back(std::move(d)); },
                     [this](Delivery d) { delivered[1].push_back(std::move(d)); }}};
};

TEST_F(ChatThreadTest, ABatchIsOneCommitAndOneDeliveryPerLoop) {
  enter(kAnn, "ann");
  enter(kBob, "bob");
  const base::RoomId tea = room();
  for (auto& loop : delivered) loop.clear();
  const std::size_t commits = journal.commits();
  send({{kAnn, chat::Say{tea, {}, "one"}}, {kAnn, chat::Say{tea, {}, "two"}}});
  send({{kBob, chat::Say{tea, {}, "three"}}});
  EXPECT_TRUE(thread.run_once());
  EXPECT_EQ(journal.commits(), commits + 1);
  EXPECT_EQ(delivered[0].size(), 1u);
  ASSERT_EQ(delivered[1].size(), 1u);
  EXPECT_EQ(events<chat::Said>(1).size(), 3u);
  EXPECT_FALSE(thread.run_once());
}

TEST_F(ChatThreadTest, EveryCommandButDisconnectGivesItsCreditBack) {
  enter(kAnn, "ann");
  delivered[0].clear();
  delivered[1].clear();
  send({{kAnn, chat::AskRooms{}},
        {kBob, chat::AskRooms{}},
        {kAnn, chat::AskRooms{}},
        {kAnn, chat::Disconnect{}}});
  thread.run_once();
  ASSERT_EQ(delivered[0].size(), 1u);
  EXPECT_EQ(delivered[0][0].credits, 2u);
  ASSERT_EQ(delivered[1].size(), 1u);  // bob is nobody: no answer, but his loop gets its credit
  EXPECT_EQ(delivered[1][0].credits, 1u);
}

TEST_F(ChatThreadTest, WhatTheStoreDidNotTakeNobodySees) {
  enter(kAnn, "ann");
  enter(kBob, "bob");
  const base::RoomId tea = room();
  for (auto& loop : delivered) loop.clear();
  journal.set_error({"veche.db", "the disk is full", ""});
  journal.fail_next(1);
  const SessionId carl = make_session_id(1, 2);
  send({{kAnn, chat::Say{tea, {}, "lost"}},
        {carl, chat::Connect{fakes::bits_of("192.0.2.2"), true}},
        {carl, chat::EnterAsGuest{"carl"}}});
  thread.run_once();
  EXPECT_TRUE(events<chat::Said>(1).empty());
  ASSERT_EQ(events<chat::Refused>(0).size(), 1u);
  EXPECT_EQ(events<chat::Refused>(0)[0]->why, chat::Refusal::disk_full);
  EXPECT_EQ(events<chat::LoggedIn>(1).size(), 1u) << "what needs no store goes on";

  // The state is the store's, plus who is here: carl, too, and nothing of the lost message.
  chat::Chat reloaded{chat::Policy{}, *store.load(20)};
  EXPECT_EQ(chat.describe(false), reloaded.describe(false));
  EXPECT_EQ(chat.session_count(), 3u);
}

TEST_F(ChatThreadTest, AStoreThatCanBeWrittenAgainIsUsedAgain) {
  enter(kAnn, "ann");
  enter(kBob, "bob");
  const base::RoomId tea = room();
  journal.fail_next(1);
  journal.fail_next_probes(1);
  send({{kAnn, chat::Say{tea, {}, "lost"}}});
  thread.run_once();
  EXPECT_FALSE(chat.store_is_open());

  const auto say = [&](const std::string& text) {
    send({{kAnn, chat::Say{tea, {}, text}}});
    thread.run_once();
  };
  say("too soon to ask the store");
  EXPECT_EQ(journal.probes(), 0u);
  clock.advance(std::chrono::seconds{1});
  say("asked, and still full");
  EXPECT_EQ(journal.probes(), 1u);
  EXPECT_TRUE(events<chat::Said>(1).empty());
  clock.advance(std::chrono::seconds{1});
  say("heard");
  ASSERT_EQ(events<chat::Said>(1).size(), 1u);
  EXPECT_EQ(events<chat::Said>(1)[0]->message->text, "heard");
  EXPECT_EQ(store.load(20)->recent.size(), 1u);
}

TEST_F(ChatThreadTest, StoppingDoesFirstWhatWasSentBefore) {
  enter(kAnn, "ann");
  const base::RoomId tea = room();
  thread.start();
  for (int i = 0; i < 100; ++i) send({{kAnn, chat::Say{tea, {}, std::to_string(i)}}});
  thread.stop();
  EXPECT_EQ(store.load(1000)->recent.size(), 100u);
}

}  // namespace
}  // namespace veche::server

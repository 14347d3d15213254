// The crowd of threads without the rest of the server: the test plays the chat's thread, and gives the
// accepting loop its turns.
#include "server/thread_clients.h"

#include "net/test_peer.h"
#include "server/doors.h"
#include "store/memory_journal.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace veche::server {
namespace {

using base::RoomId;
using base::SessionId;
using net::testing::Peer;

constexpr RoomId kTea{1};
constexpr RoomId kCoffee{2};

DialectOptions dialects(const std::string& motd = "") {
  DialectOptions options;
  options.line.motd = motd;
  options.line.command_rate = 0;
  return options;
}

/// Nobody asks it: the workers must have one.
std::vector<std::unique_ptr<store::HistoryReader>> one_reader() {
  std::vector<std::unique_ptr<store::HistoryReader>> readers(1);
  return readers;
}

class ThreadClientsTest : public testing::Test {
 protected:
  explicit ThreadClientsTest(const ThreadOptions& options = {}) { make_clients(options); }
  ~ThreadClientsTest() override { clients->stop(); }

  void make_clients(const ThreadOptions& options) {
    clients = std::make_unique<ThreadClients>(*loop, shared, dialects(), options);
    clients->connect_to(chat);
  }
  /// A client whose thread runs; his session's number is his place among those that came.
  Peer come(base::Dialect dialect = base::Dialect::line) {
    net::testing::Pair pair = net::testing::connected_pair();
    clients->adopt(std::move(pair.server), pair.address, {dialect});
    return std::move(pair.peer);
  }
  template <class Done>
  bool wait_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + net::testing::kPatience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop->run_once(std::chrono::milliseconds{1});
    }
    return true;
  }
  bool hears(Peer& peer, const std::string& text) {
    return wait_until([&] { return peer.receive(), peer.text.find(text) != std::string::npos; });
  }
  static SessionId session(std::uint64_t serial) {
    return base::make_session_id(ThreadClients::kIndex, serial);
  }
  void deliver(std::vector<chat::Effect> effects) { clients->deliver({std::move(effects), 0}); }

  base::SystemClock clock;
  std::unique_ptr<base::Log> log = base::Log::nowhere();
  std::unique_ptr<net::EventLoop> loop = net::EventLoop::create(clock, *log).value();
  Jobs jobs{1, store::HashCost::lowest, {}, one_reader()};
  Operator desk{1, jobs, [] {}};
  Notices notices{desk};
  ChatOperators operators{desk};
  Shared shared{clock, *log, jobs, operators, notices};
  store::MemoryJournal store;
  chat::Chat state{chat::Policy{}, *store.load(20)};
  std::unique_ptr<ThreadClients> clients;
  ChatThread chat{state,
                  store,
                  clock,
                  *log,
                  {[this](Delivery d) { clients->deliver(std::move(d)); }, [](const Delivery&) {}}};
};

chat::Effect said(RoomId room, const std::string& text, SessionId except = {}) {
  auto message = std::make_shared<chat::Message>();
  message->room = room;
  message->sender = "ann";
  message->text = text;
  return chat::ToRoom{room, chat::make_event(chat::Said{message, "#r" + std::to_string(room.value)}), except};
}
chat::Effect told(SessionId session, const std::string& text) {
  return chat::ToSession{session, chat::make_event(chat::Announced{text})};
}
/// The words behind each "ann: ", and of announcements and departures, in order.
std::string order_of(const std::string& heard, const std::vector<std::string>& words) {
  std::string order;
  for (std::size_t at = 0; at < heard.size(); ++at)
    for (const std::string& word : words)
      if (heard.compare(at, word.size(), word) == 0) order += word + " ";
  return order;
}

TEST_F(ThreadClientsTest, ARoomsEventsAndOnesOwnComeInTheChatsOrder) {
  Peer one = come(), two = come();
  deliver({chat::Subscribe{session(1), kTea}, chat::Subscribe{session(2), kTea},
           chat::Subscribe{session(1), kCoffee}, said(kTea, "w1"), told(session(1), "w2"),
           said(kTea, "w3", session(1)), said(kCoffee, "w4"), said(kTea, "w5"),
           chat::Unsubscribe{session(2), kTea}, said(kTea, "w6")});
  deliver({told(session(2), "w7"), said(kTea, "w8")});
  const std::vector<std::string> words{"w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8"};
  ASSERT_TRUE(hears(one, "w8"));
  ASSERT_TRUE(hears(two, "w7"));
  EXPECT_EQ(order_of(one.text, words), "w1 w2 w4 w5 w6 w8 ");
  EXPECT_EQ(order_of(two.text, words), "w1 w3 w5 w7 ");
}

TEST_F(ThreadClientsTest, OneEventToSeveralRoomsReachesAPersonOnce) {
  Peer both = come(), coffee = come();
  const chat::EventPtr quit = chat::make_event(chat::Quit{"bob"});
  deliver({chat::Subscribe{session(1), kTea}, chat::Subscribe{session(1), kCoffee},
           chat::Subscribe{session(2), kCoffee}, chat::ToRoom{kTea, quit, {}},
           chat::ToRoom{kCoffee, quit, {}}, said(kCoffee, "so")});
  ASSERT_TRUE(hears(both, "so"));
  ASSERT_TRUE(hears(coffee, "so"));
  EXPECT_EQ(order_of(both.text, {"bob", "so"}), "bob so ");
  EXPECT_EQ(order_of(coffee.text, {"bob", "so"}), "bob so ");
}

TEST_F(ThreadClientsTest, WhatIsForSomebodyWhoHasGoneIsDropped) {
  {
    const Peer one = come();
    EXPECT_EQ(clients->count(), 1u);
  }
  deliver({chat::Subscribe{session(1), kTea}});
  ASSERT_TRUE(wait_until([&] {
    chat.run_once();
    return clients->count() == 0;
  }));
  deliver({said(kTea, "late"), told(session(1), "late"), chat::Unsubscribe{session(1), kTea}});
  Peer two = come();
  deliver({told(session(2), "next")});
  EXPECT_TRUE(hears(two, "next"));
}

TEST_F(ThreadClientsTest, AThreadThatCannotBeMadeIsARefusalAndNoMore) {
  make_clients({.stack_bytes = std::size_t{1} << 60});
  for (const base::Dialect dialect : {base::Dialect::line, base::Dialect::irc, base::Dialect::line}) {
    Peer refused = come(dialect);
    ASSERT_TRUE(wait_until([&] { return refused.receive(), refused.fin; }));
    EXPECT_EQ(refused.text, server_full_words(dialect));
  }
  EXPECT_EQ(clients->count(), 0u);
  EXPECT_EQ(shared.connected, 0u);
}

TEST_F(ThreadClientsTest, WithoutCreditsClientsWaitAndLoseNothing) {
  constexpr std::size_t kLines = base::limits::kCommandsInFlightMax + 1000;  // of each of two
  Peer one = come(), two = come();
  const auto enter = [&](Peer& peer, const std::string& name) {
    peer.send(name + "\n\n/bare\n");
    ASSERT_TRUE(wait_until([&] {
      chat.run_once();
      peer.receive();
      return peer.text.find("READY\n") != std::string::npos;
    }));
  };
  enter(one, "one");
  enter(two, "two");
  std::string lines;
  for (std::size_t i = 0; i < kLines; ++i) lines += "m" + std::to_string(i) + "\n";
  std::size_t sent_one = 0, sent_two = 0;
  const auto talk = [&] {
    sent_one += one.send(std::string_view(lines).substr(sent_one));
    sent_two += two.send(std::string_view(lines).substr(sent_two));
  };
  ASSERT_TRUE(wait_until([&] {  // and the chat takes nothing
    talk();
    return clients->waiting() == 2;
  }));
  EXPECT_EQ(clients->credits_left(), 0u);
  const std::string last = "two m" + std::to_string(kLines - 1) + "\n";
  ASSERT_TRUE(wait_until([&] {
    talk();
    chat.run_once();
    one.receive();
    two.receive();
    return one.text.find(last) != std::string::npos;
  }));
  std::size_t at = 0;
  for (std::size_t i = 0; i < kLines; ++i) {
    at = one.text.find("MSG #veche two m" + std::to_string(i) + "\n", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  ASSERT_TRUE(wait_until([&] {
    chat.run_once();
    return clients->credits_left() == base::limits::kCommandsInFlightMax;
  }));
}

TEST_F(ThreadClientsTest, OtherOptionsHoldForThoseWhoAreHere) {
  Peer one = come();
  clients->set_dialects(dialects("new words"));
  Peer two = come();
  for (Peer* peer : {&one, &two}) {
    ASSERT_TRUE(wait_until([&] {  // the greeting comes with the chat's answer
      chat.run_once();
      peer->receive();
      return peer->text.find("new words") != std::string::npos;
    }));
  }
}

TEST_F(ThreadClientsTest, StopCutsOffWhoeverIsLeft) {
  std::vector<Peer> peers;
  for (int i = 0; i < 20; ++i) peers.push_back(come());
  clients->stop();
  EXPECT_EQ(clients->count(), 0u);
  EXPECT_EQ(shared.connected, 0u);
  for (Peer& peer : peers) EXPECT_TRUE(wait_until([&] { return peer.receive(), peer.fin || peer.error; }));
}

}  // namespace
}  // namespace veche::server

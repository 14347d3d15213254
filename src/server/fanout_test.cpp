#include "server/fanout.h"

#include "chat/outbox.h"
#include "session/line_encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace veche::server {
namespace {

using base::RoomId;

constexpr RoomId kTea{1};
constexpr RoomId kCoffee{2};
constexpr RoomId kWater{3};

class FakeReceiver final : public Receiver {
 public:
  session::Variant variant(RoomId) const override {
    return session::LineStyle{bare, base::Language::en, false}.variant();
  }
  void receive(const net::SharedBytes& bytes, std::size_t offset, std::size_t length, bool last) override {
    got += bytes->substr(offset, length);
    buffers.push_back(bytes.get());
    ++calls;
    EXPECT_FALSE(had_the_last) << "something came behind the turn's last";
    had_the_last = last;
  }
  bool bare = true;
  std::string got;
  std::vector<const std::string*> buffers;
  int calls = 0;
  bool had_the_last = false;  ///< of this turn; the test clears it
};

chat::EventPtr said(const std::string& text, RoomId room = kTea) {
  auto message = std::make_shared<chat::Message>();
  message->room = room;
  message->sender = "ann";
  message->text = text;
  return chat::make_event(chat::Said{message, "#r" + std::to_string(room.value)});
}

TEST(Fanout, WhatARoomGetsInATurnIsOneBufferAndOneCall) {
  Fanout fanout;
  FakeReceiver a, b;
  fanout.subscribe(a, kTea);
  fanout.subscribe(b, kTea);
  fanout.to_room(kTea, said("one"), nullptr);
  fanout.to_room(kTea, said("two"), nullptr);
  EXPECT_EQ(a.calls, 0);
  fanout.flush();
  EXPECT_EQ(a.got, "MSG #r1 ann one\nMSG #r1 ann two\n");
  EXPECT_EQ(a.calls, 1);
  EXPECT_EQ(a.buffers, b.buffers);
}

TEST(Fanout, EachVariantIsEncodedForItself) {
  Fanout fanout;
  FakeReceiver program, person;
  person.bare = false;
  fanout.subscribe(program, kTea);
  fanout.subscribe(person, kTea);
  fanout.to_room(kTea, said("hi"), nullptr);
  fanout.flush();
  EXPECT_EQ(program.got, "MSG #r1 ann hi\n");
  EXPECT_EQ(person.got, "[00:00] ann: hi\r\n");
}

TEST(Fanout, TheSenderDoesNotGetHisOwnLine) {
  Fanout fanout;
  FakeReceiver sender, other;
  fanout.subscribe(sender, kTea);
  fanout.subscribe(other, kTea);
  fanout.to_room(kTea, said("before"), nullptr);
  fanout.to_room(kTea, said("mine"), &sender);
  fanout.to_room(kTea, said("after"), nullptr);
  fanout.flush();
  EXPECT_EQ(sender.got, "MSG #r1 ann before\nMSG #r1 ann after\n");
  EXPECT_EQ(other.got, "MSG #r1 ann before\nMSG #r1 ann mine\nMSG #r1 ann after\n");
}

TEST(Fanout, WhoComesInTheMiddleOfATurnGetsWhatFollows) {
  Fanout fanout;
  FakeReceiver early, late;
  fanout.subscribe(early, kTea);
  fanout.to_room(kTea, said("one"), nullptr);
  fanout.subscribe(late, kTea);
  fanout.to_room(kTea, said("two"), nullptr);
  fanout.unsubscribe(early, kTea);
  fanout.to_room(kTea, said("three"), nullptr);
  fanout.flush();
  EXPECT_EQ(early.got, "MSG #r1 ann one\nMSG #r1 ann two\n");
  EXPECT_EQ(late.got, "MSG #r1 ann two\nMSG #r1 ann three\n");
}

TEST(Fanout, WhatIsForHimAloneComesBehindWhatWasBefore) {
  Fanout fanout;
  FakeReceiver a;
  fanout.subscribe(a, kTea);
  fanout.to_room(kTea, said("one"), nullptr);
  fanout.settle(a);
  a.got += "(private)";
  fanout.to_room(kTea, said("two"), nullptr);
  fanout.flush();
  EXPECT_EQ(a.got, "MSG #r1 ann one\n(private)MSG #r1 ann two\n");
}

TEST(Fanout, TheOrderOverSeveralRoomsIsTheChats) {
  Fanout fanout;
  FakeReceiver a;
  fanout.subscribe(a, kTea);
  fanout.subscribe(a, kCoffee);
  fanout.to_room(kTea, said("1", kTea), nullptr);
  fanout.to_room(kCoffee, said("2", kCoffee), nullptr);
  fanout.to_room(kTea, said("3", kTea), nullptr);
  fanout.flush();
  EXPECT_EQ(a.got, "MSG #r1 ann 1\nMSG #r2 ann 2\nMSG #r1 ann 3\n");
}

TEST(Fanout, OneEventToSeveralRoomsReachesAPersonOnce) {
  Fanout fanout;
  FakeReceiver both, tea, coffee;
  for (auto* receiver : {&both, &tea}) fanout.subscribe(*receiver, kTea);
  for (auto* receiver : {&both, &coffee}) fanout.subscribe(*receiver, kCoffee);
  const chat::EventPtr quit = chat::make_event(chat::Quit{"bob"});
  fanout.to_room(kTea, quit, nullptr);
  fanout.to_room(kCoffee, quit, nullptr);
  fanout.to_room(kCoffee, said("so", kCoffee), nullptr);
  fanout.flush();
  EXPECT_EQ(both.got, "QUIT bob\nMSG #r2 ann so\n");
  EXPECT_EQ(tea.got, "QUIT bob\n");
  EXPECT_EQ(coffee.got, "QUIT bob\nMSG #r2 ann so\n");
}

TEST(Fanout, ACrowdIsServedOverSeveralTurnsAndNobodyElseWaitsForIt) {
  Fanout fanout(100'000);  // twelve calls
  std::vector<FakeReceiver> crowd(30);
  FakeReceiver elsewhere;
  for (auto& one : crowd) fanout.subscribe(one, kTea);
  fanout.subscribe(elsewhere, kCoffee);
  fanout.to_room(kTea, said("one"), nullptr);
  const auto served = [&] {
    return std::count_if(crowd.begin(), crowd.end(), [](auto& one) { return one.calls > 0; });
  };
  fanout.flush();
  EXPECT_EQ(served(), 13);
  EXPECT_TRUE(fanout.owes());

  fanout.to_room(kTea, said("two"), nullptr);
  fanout.to_room(kCoffee, said("hi", kCoffee), nullptr);
  for (auto& one : crowd) one.had_the_last = false;
  fanout.flush();
  EXPECT_EQ(elsewhere.got, "MSG #r2 ann hi\n");
  EXPECT_EQ(served(), 26);
  while (fanout.owes()) {
    for (auto& one : crowd) one.had_the_last = false;
    fanout.flush();
  }
  for (auto& one : crowd) EXPECT_EQ(one.got, "MSG #r1 ann one\nMSG #r1 ann two\n");
  EXPECT_EQ(crowd.back().calls, 1) << "what came while he waited was added to his part";
}

TEST(Fanout, WhoMovesToThePlaceOfOneWhoIsServedIsNotForgotten) {
  Fanout fanout(100'000);
  std::vector<FakeReceiver> crowd(30);
  for (auto& one : crowd) fanout.subscribe(one, kTea);
  fanout.to_room(kTea, said("one"), nullptr);
  fanout.flush();
  fanout.unsubscribe(crowd.front(), kTea);
  while (fanout.owes()) {
    for (auto& one : crowd) one.had_the_last = false;
    fanout.flush();
  }
  for (auto& one : crowd) EXPECT_EQ(one.got, "MSG #r1 ann one\n");
}

TEST(Fanout, ADroppedReceiverIsNotTouchedAgain) {
  Fanout fanout;
  auto gone = std::make_unique<FakeReceiver>();
  FakeReceiver stays;
  fanout.subscribe(*gone, kTea);
  fanout.subscribe(*gone, kCoffee);
  fanout.subscribe(stays, kTea);
  fanout.to_room(kTea, said("one"), nullptr);
  fanout.drop(*gone);
  EXPECT_EQ(gone->got, "");
  gone.reset();
  fanout.to_room(kTea, said("two"), nullptr);
  fanout.flush();
  EXPECT_EQ(stays.got, "MSG #r1 ann one\nMSG #r1 ann two\n");
  fanout.drop(stays);
  EXPECT_EQ(fanout.room_count(), 0u);
}

// Against the plainest model there is: every event is written to every member at once.
TEST(Fanout, AgreesWithOneSendPerEventAndMember) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    constexpr unsigned kReceivers = 6;
    const RoomId rooms[] = {kTea, kCoffee, kWater};
    Fanout fanout(seed % 2 == 0 ? base::limits::kFanoutPerTurn : 1);  // 1: to one member a turn
    std::vector<std::unique_ptr<FakeReceiver>> receivers;
    std::vector<std::string> expected(kReceivers);
    std::map<std::uint64_t, std::set<unsigned>> members;
    for (unsigned i = 0; i < kReceivers; ++i) receivers.push_back(std::make_unique<FakeReceiver>());

    for (int step = 0; step < 120; ++step) {
      const unsigned who = pick(kReceivers);
      const RoomId room = rooms[pick(3)];
      switch (pick(9)) {
        case 0:
          fanout.subscribe(*receivers[who], room);
          members[room.value].insert(who);
          break;
        case 1:
          fanout.unsubscribe(*receivers[who], room);
          members[room.value].erase(who);
          break;
        case 2:
          fanout.settle(*receivers[who]);
          receivers[who]->got += "!";
          expected[who] += "!";
          break;
        case 3: {
          const chat::EventPtr quit = chat::make_event(chat::Quit{std::to_string(step)});
          std::set<unsigned> seen;
          const bool own = pick(2) == 0;
          for (unsigned r = pick(3); r < 3; ++r) {
            fanout.to_room(rooms[r], quit, own ? receivers[who].get() : nullptr);
            for (const unsigned member : members[rooms[r].value]) {
              if (own && member == who) continue;
              if (seen.insert(member).second) expected[member] += "QUIT " + std::to_string(step) + "\n";
            }
          }
          break;
        }
        case 4:
          fanout.flush();
          for (auto& receiver : receivers) receiver->had_the_last = false;
          break;
        default: {
          const bool has_sender = pick(2) == 0;
          const std::string text = std::to_string(step);
          fanout.to_room(room, said(text, room), has_sender ? receivers[who].get() : nullptr);
          for (const unsigned member : members[room.value]) {
            if (has_sender && member == who) continue;
            expected[member] += "MSG #r" + std::to_string(room.value) + " ann " + text + "\n";
          }
        }
      }
    }
    do {
      for (auto& receiver : receivers) receiver->had_the_last = false;
      fanout.flush();
    } while (fanout.owes());
    for (unsigned i = 0; i < kReceivers; ++i)
      ASSERT_EQ(receivers[i]->got, expected[i]) << "seed " << seed << ", receiver " << i;
    for (auto& receiver : receivers) fanout.drop(*receiver);
    ASSERT_EQ(fanout.room_count(), 0u);
  }
}

}  // namespace
}  // namespace veche::server

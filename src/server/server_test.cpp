// The whole server in one process, over real sockets, with all its threads: what the thread sanitizer looks
// at. What it says to whom is tested elsewhere (session, chat) and from outside (tests/e2e).
#include "server/server.h"

#include "server/test_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace veche::server {
namespace {

INSTANTIATE_TEST_SUITE_P(Models, ServerTest, kModels, model_name);

TEST_P(ServerTest, ManyTalkAtOnceAndEverybodyHearsEverything) {
  constexpr int kPeople = 12;
  constexpr int kLines = 100;
  std::vector<std::unique_ptr<Peer>> people;
  for (int i = 0; i < kPeople; ++i) people.push_back(guest("p" + std::to_string(i)));
  std::vector<std::thread> threads;
  for (int i = 0; i < kPeople; ++i) {
    threads.emplace_back([&, i] {
      for (int line = 0; line < kLines; ++line) people[i]->send("line " + std::to_string(line) + "\n");
      people[i]->send("/join #done\n");
    });
  }
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < kPeople; ++i) {
    std::string heard = people[i]->until("JOIN #done p" + std::to_string(i) + "\n");
    // The others' last lines may still be on their way.
    std::vector<int> next(kPeople, 0);
    int missing = (kPeople - 1) * kLines;
    while (missing > 0) {
      std::size_t at = 0;
      for (std::size_t end; (end = heard.find('\n', at)) != std::string::npos; at = end + 1) {
        int who = 0;
        int line = 0;
        if (std::sscanf(heard.c_str() + at, "MSG #veche p%d line %d", &who, &line) != 2) continue;
        ASSERT_EQ(line, next[static_cast<std::size_t>(who)]++) << "from p" << who << " to p" << i;
        --missing;
      }
      if (missing > 0) heard = people[i]->until("\n");
    }
  }
}

TEST_P(ServerTest, AccountsHistoryAndSearchOutliveARestart) {
  {
    Peer ann(address());
    ann.send("Ганна\nпароль\nпароль\n/bare\nКіт на даху\n/history 1\n");
    EXPECT_NE(ann.until("END history\n").find("Кіт на даху"), std::string::npos);
  }
  stop();
  start();
  Peer again(address());
  again.send("ГАННА\nпароль\n/bare\n/search КІТ\n");
  EXPECT_NE(again.until("END search\n").find("Кіт на даху"), std::string::npos);
}

TEST_P(ServerTest, ItSaysGoodbyeAndKeepsWhatWasSaidBefore) {
  auto talker = guest("talker");
  auto listener = guest("listener");
  talker->send("last words\n");
  listener->until("last words\n");
  std::thread ends([this] { stop(); });
  EXPECT_NE(listener->until_closed().find("ERR shutdown "), std::string::npos);
  EXPECT_NE(talker->until_closed().find("ERR shutdown "), std::string::npos);
  ends.join();
  start();
  auto reader = guest("reader");
  reader->send("/history 5\n");
  EXPECT_NE(reader->until("END history\n").find("talker last words"), std::string::npos);
}

TEST_P(ServerTest, LogInsComeAndGoWhileOthersTalk) {
  auto ear = guest("ear");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      for (int round = 0; round < 10; ++round) {
        Peer peer(address());
        const std::string name = "acc" + std::to_string(i);
        peer.send(name + (round == 0 ? "\nsecret\nsecret\n" : "\nsecret\n") + "/bare\n");
        peer.until("READY\n");
        peer.send("half a li");  // and gone, in the middle of a line
      }
    });
  }
  for (auto& thread : threads) thread.join();
  auto mouth = guest("mouth");
  mouth->send("all done\n");
  ear->until("MSG #veche mouth all done\n");
}

/// More than have places on the way to the chat (ClientLoop): what waits for one keeps its sender's order.
TEST_P(ServerTest, ACrowdThatDoesEverythingAtOnceIsServedInOrder) {
  constexpr int kCrowd = 100;
  std::vector<std::unique_ptr<Peer>> crowd;
  for (int i = 0; i < kCrowd; ++i) crowd.push_back(std::make_unique<Peer>(address()));
  for (int i = 0; i < kCrowd; ++i) {
    const std::string name = "p" + std::to_string(i);
    crowd[static_cast<std::size_t>(i)]->send(name + "\n\n/bare\n/join #tea\nfirst of " + name +
                                             "\n/leave #tea\n/join #tea\nsecond of " + name + "\n/rooms\n");
  }
  for (int i = 0; i < kCrowd; ++i) {
    const std::string name = "p" + std::to_string(i);
    Peer& peer = *crowd[static_cast<std::size_t>(i)];
    std::string seen = peer.until("READY\n");
    for (const std::string happened : {"JOIN", "LEAVE", "JOIN"}) {
      seen += peer.until(happened + " #tea " + name + "\n");
    }
    seen += peer.until("END rooms\n");
    EXPECT_EQ(seen.find("ERR "), seen.npos) << name << " saw: " << seen;
  }
  crowd.front()->send("all of us\n");
  for (int i = 1; i < kCrowd; ++i) crowd[static_cast<std::size_t>(i)]->until("MSG #tea p0 all of us\n");
}

TEST_P(ServerTest, APortThatSomebodyNamedIsNotTakenByADefaultOne) {
  const std::uint16_t port = address().port();
  stop();
  config.listen = {{"line", "127.0.0.1", port, false}, {"irc", "127.0.0.1", port, true}};
  start();
  EXPECT_EQ(address(base::Dialect::irc).port(), port);
  EXPECT_GT(address().port(), port);
}

TEST_P(ServerTest, ManyWhoComeAndGoLeaveNoThreadBehind) {
  auto ear = guest("ear");
  for (int round = 0; round < 5; ++round) {
    std::vector<std::unique_ptr<Peer>> people;
    for (int i = 0; i < 20; ++i) people.push_back(guest("p" + std::to_string(i)));
    for (int i = 0; i < 20; i += 2) people[static_cast<std::size_t>(i)]->send("/quit\n");
    people.clear();
    for (int gone = 0; gone < 20; ++gone) ear->until("QUIT p");
  }
  stop();
  EXPECT_NE(ear->until_closed().find("ERR shutdown "), std::string::npos);
}

TEST_P(ServerTest, WhoDoesNotReadTheGoodbyeDelaysTheEndNoLongerThanItsDeadline) {
  config.limits.send_queue_bytes = 0;
  stop();
  start();
  auto mouth = guest("mouth");
  Peer deaf(address());
  deaf.send("deaf\n\n/bare\n");
  deaf.until("READY\n");
  // Until his window and the server's side of the socket are full.
  const std::string line(4000, 'x');
  for (int i = 0; i < 3000; ++i) mouth->send(line + "\n");
  mouth->send("/join #done\n");
  mouth->until("JOIN #done mouth\n");
  const auto begin = std::chrono::steady_clock::now();
  stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin,
            base::limits::kGoodbyeTimeout + std::chrono::seconds{20});
}

}  // namespace
}  // namespace veche::server

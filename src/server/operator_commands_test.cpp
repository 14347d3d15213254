// Operators at work while clients talk, with all of the server's threads. What each command answers is in
// tests/e2e/operator_test.py.
#include "server/operator_commands.h"

#include "server/test_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace veche::server {
namespace {

using namespace std::chrono_literals;

/// Keeps what it is answered.
class KeptReply final : public control::Reply {
 public:
  void text(std::string_view lines) override { said += lines; }
  void error(const base::Error& error) override { said += "veche: " + error.text() + "\n"; }
  void end(int exit_code) override { ended = exit_code; }
  void confirm(std::string, std::string word, std::function<void()> agreed) override {
    asked_for = std::move(word);
    on_agreed = std::move(agreed);
  }

  std::string said;
  std::optional<int> ended;
  std::string asked_for;
  std::function<void()> on_agreed;
};

class OperatorTest : public ServerTest {
 protected:
  /// Gives a command and serves the main thread's part until it has ended.
  std::string order(const std::string& line, Caller caller = {"uid 7", "test"}) {
    const auto reply = std::make_shared<KeptReply>();
    server->commands().run(control::words_of(line), std::move(caller), reply);
    serve_until([&] { return reply->ended.has_value(); });
    return reply->said;
  }
  template <class Condition>
  void serve_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!condition() && std::chrono::steady_clock::now() < deadline) server->main_loop().run_once(10ms);
    EXPECT_TRUE(condition());
  }
};

INSTANTIATE_TEST_SUITE_P(Models, OperatorTest, kModels, model_name);

TEST_P(OperatorTest, OrdersWhileClientsTalkDisturbNobody) {
  auto ear = guest("ear");
  auto mouth = guest("mouth");
  std::atomic<bool> done{false};
  std::thread talk([&] {
    for (int i = 0; i < 300; ++i) mouth->send("line " + std::to_string(i) + "\n");
    ear->until("line 299\n");
    done = true;
  });
  int rounds = 0;
  while (!done) {
    EXPECT_NE(order("status").find("serving"), std::string::npos);
    order("sessions --json");
    EXPECT_NE(order("ban 192.0.2.0/24 --for 1h").find("is banned"), std::string::npos);
    order("bans");
    EXPECT_NE(order("unban 192.0.2.0/24").find("not banned"), std::string::npos);
    config.limits.command_burst = 5 + static_cast<unsigned>(rounds);
    EXPECT_NE(order("reload").find("read again"), std::string::npos);
    order("pause");
    EXPECT_NE(order("resume").find("taken again"), std::string::npos);
    order("backup copy-" + std::to_string(rounds++) + ".db",
          {"uid 7", "test", base::Translator(), dir.path()});
  }
  talk.join();
  EXPECT_GT(rounds, 0);
}

TEST_P(OperatorTest, AFollowedLogEndsWithItsListener) {
  log = *base::Log::open({.file = data->log()});
  stop();
  start();
  auto follower = std::make_shared<KeptReply>();
  server->commands().run({"logs", "--follow"}, {"uid 7", "test"}, follower);
  const auto one = guest("one");
  serve_until([&] { return follower->said.find("is one, a guest") != std::string::npos; });
  EXPECT_FALSE(follower->ended);
  follower.reset();
  const auto two = guest("two");
  EXPECT_NE(order("logs -n 20").find("is two, a guest"), std::string::npos);
  server->commands().run({"logs", "--follow"}, {"uid 7", "test"}, follower = std::make_shared<KeptReply>());
  stop();  // with a follower: its watch ends before what it posts to
  log->info("down");
}

TEST_P(OperatorTest, WhatClearsAsksFirst) {
  Peer ann(address());
  ann.send("ann\nsecret\nsecret\n/bare\n");
  ann.until("READY\n");
  const auto reply = std::make_shared<KeptReply>();
  server->commands().run({"identities", "clear"}, {"uid 7", "test"}, reply);
  EXPECT_EQ(reply->asked_for, "identities");
  EXPECT_NE(order("accounts").find("ann"), std::string::npos);
  reply->on_agreed();
  serve_until([&] { return reply->ended.has_value(); });
  EXPECT_NE(reply->said.find("1 account is deleted"), std::string::npos);
  EXPECT_NE(ann.until_closed().find("ERR identities-cleared"), std::string::npos);
}

TEST_P(OperatorTest, AnAccountMadeDuringTheCopyIsInIt) {
  Peer ann(address());
  ann.send("ann\nsecret\nsecret\n/bare\n");
  ann.until("READY\n");
  std::atomic<bool> done{false};
  std::thread registers([&] {
    for (int i = 0; !done; ++i) {
      Peer peer(address());
      const std::string name = "n" + std::to_string(i);
      peer.send(name + "\nsecret\nsecret\n/bare\n");
      if (peer.until_closed_or("READY\n").empty()) continue;  // ended with everybody else
    }
  });
  const std::string said = order("identities clear --yes --json");
  done = true;
  registers.join();
  if (said.find("\"done\":true") == std::string::npos) {
    EXPECT_NE(said.find("changed meanwhile"), std::string::npos) << said;  // each of the tries was too late
    EXPECT_TRUE(std::filesystem::is_empty(data->backups())) << "a copy of what was not cleared is not kept";
    return;
  }
  std::size_t copies = 0;
  for (const auto& copy : std::filesystem::directory_iterator(data->backups()))
    copies += copy.is_regular_file();
  EXPECT_EQ(copies, 1u);
}

TEST_P(OperatorTest, WithoutTheRightNothingIsDone) {
  const std::string refused = order("pause", {"operator mod", "chat", base::Translator(), {}, {"view"}});
  EXPECT_NE(refused.find("no right"), std::string::npos);
  EXPECT_NE(order("status").find("serving"), std::string::npos);
  EXPECT_EQ(order("help", {"operator mod", "chat", base::Translator(), {}, {"view"}}).find("pause"),
            std::string::npos);
}

TEST_P(OperatorTest, ADrainedServerCanBeFilledAgain) {
  EXPECT_NE(order("drain 100ms bye").find("0 are closed"), std::string::npos);
  serve_until([&] { return order("status").find("drained") != std::string::npos; });
  EXPECT_NE(order("resume").find("taken again"), std::string::npos);
  guest("back");
}

TEST_P(OperatorTest, StatusNamesTheModelAndCountsItsThreads) {
  const auto one = guest("one");
  const auto two = guest("two");
  const bool threads = config.server.model == "threads";
  EXPECT_NE(order("status --json")
                .find(threads ? "\"model\":\"threads\",\"client_threads\":2"
                              : "\"model\":\"events\",\"client_threads\":0"),
            std::string::npos);
}

}  // namespace
}  // namespace veche::server

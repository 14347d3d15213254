// The identification file: tokens and remembered addresses, as clients meet them.
#include "base/limits.h"
#include "tests/fakes/chat_world.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using std::chrono::hours;

TokenHash token(std::uint8_t first) {
  TokenHash hash{};
  hash[0] = first;
  return hash;
}

TEST(Tokens, SaveTypingThePassword) {
  ChatWorld world;
  world.account("ann");
  world.send("ann", KeepToken{token(1)});
  EXPECT_EQ(world.last<TokenKept>("ann").expires, world.clock.wall() + std::chrono::days{30});
  world.restart();
  for (const char* name : {"", "ANN"}) {
    world.connect(std::string("by ") + name);
    world.send(std::string("by ") + name, LogInWithToken{name, token(1)});
    EXPECT_EQ(world.last<Joined>(std::string("by ") + name).user, "ann");
  }
}

TEST(Tokens, OfNobodyOrAnotherOrThePastAreWrongPasswords) {
  ChatWorld world;
  world.account("ann");
  world.send("ann", KeepToken{token(1)});
  world.account("bob");
  world.connect("eve");
  world.send("eve", LogInWithToken{"ann", token(2)});
  world.last<LogInRefused>("eve");
  world.send("eve", LogInWithToken{"bob", token(1)});
  world.last<LogInRefused>("eve");
  world.send("eve", LogInWithToken{"\xff", token(1)});
  world.last<LogInRefused>("eve");
  world.clock.advance(hours{24 * 30});
  world.send("eve", LogInWithToken{"ann", token(1)});
  world.last<LogInRefused>("eve");
  EXPECT_EQ(world.seen("eve").size(), 5u);
}

TEST(Tokens, AreSoManyAndThenTheOldestGoes) {
  ChatWorld world;
  world.account("ann");
  const std::size_t max = base::limits::kTokensPerAccountMax;
  for (std::size_t i = 0; i <= max; ++i) {
    world.clock.advance(std::chrono::seconds{1});
    world.send("ann", KeepToken{token(static_cast<std::uint8_t>(i))});
    if (i == max / 2) {
      world.restart();
      world.log_in("ann", "ann");
    }
  }
  EXPECT_EQ(world.kept().tokens.size(), max);
  world.connect("eve");
  world.send("eve", LogInWithToken{"", token(0)});
  world.last<LogInRefused>("eve");
  world.send("eve", LogInWithToken{"", token(1)});
  world.last<Joined>("eve");
}

TEST(Addresses, AreRememberedAndGreetedLatestFirst) {
  ChatWorld world;
  for (const char* name : {"ann", "bob", "eve"}) {
    world.account(name, "10.0.0.1");
    world.clock.advance(hours{2});
  }
  world.log_in("ann/2", "ann", "10.0.0.1");
  for (const bool after_restart : {false, true}) {
    if (after_restart) world.restart();
    world.connect("new", "10.0.0.1");
    EXPECT_EQ(world.last<Greeting>("new").remembered, (std::vector<std::string>{"ann", "eve", "bob"}));
    world.connect("other", "10.0.0.2");
    EXPECT_TRUE(world.last<Greeting>("other").remembered.empty());
  }
}

TEST(Addresses, CostNoRowWhenOneComesBackWithinTheHour) {
  ChatWorld world;
  world.account("ann");
  const auto first_seen = world.kept().addresses.at(0).last_seen;
  world.clock.advance(std::chrono::minutes{59});
  world.log_in("ann/2", "ann");
  EXPECT_EQ(world.kept().addresses.at(0).last_seen, first_seen);
  world.clock.advance(std::chrono::minutes{1});
  world.log_in("ann/3", "ann");
  EXPECT_EQ(world.kept().addresses.at(0).last_seen, world.clock.wall());
}

TEST(Addresses, OfGuestsAreNotRemembered) {
  ChatWorld world;
  world.guest("ann");
  EXPECT_TRUE(world.kept().addresses.empty());
}

TEST(Addresses, AreSoManyAndThenTheOldestGoes) {
  ChatWorld world;
  world.account("ann", "192.0.2.1");
  for (std::size_t i = 0; i < base::limits::kAddressesPerAccountMax; ++i) {
    world.clock.advance(std::chrono::seconds{1});
    world.log_in("ann/" + std::to_string(i), "ann", "10.0.0." + std::to_string(i));
  }
  EXPECT_EQ(world.kept().addresses.size(), base::limits::kAddressesPerAccountMax);
  world.connect("eve", "192.0.2.1");
  EXPECT_TRUE(world.last<Greeting>("eve").remembered.empty());
}

TEST(Addresses, AreForgottenWhenAsked) {
  ChatWorld world;
  world.account("ann", "10.0.0.1");
  world.log_in("ann/2", "ann", "10.0.0.2");
  world.send("ann", KeepToken{token(1)});
  world.send("ann", Forget{false});
  EXPECT_EQ(world.seen("ann").back(), "forgotten");
  ASSERT_EQ(world.kept().addresses.size(), 1u);
  EXPECT_EQ(world.kept().addresses[0].address, "10.0.0.2");
  world.connect("eve", "10.0.0.1");
  EXPECT_TRUE(world.last<Greeting>("eve").remembered.empty());
  EXPECT_EQ(world.kept().tokens.size(), 1u);

  world.send("ann", Forget{true});
  EXPECT_EQ(world.seen("ann").back(), "forgotten all");
  EXPECT_TRUE(world.kept().addresses.empty());
  EXPECT_TRUE(world.kept().tokens.empty());
  world.send("eve", LogInWithToken{"", token(1)});
  world.last<LogInRefused>("eve");
}

TEST(Addresses, AreNotRememberedWhereTheOperatorForbidsIt) {
  Policy policy;
  policy.remember_addresses = false;
  ChatWorld world(policy);
  world.account("ann");
  EXPECT_TRUE(world.kept().addresses.empty());
  world.connect("eve");
  EXPECT_TRUE(world.last<Greeting>("eve").remembered.empty());
}

}  // namespace
}  // namespace veche::chat

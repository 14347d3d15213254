#include "chat/admission.h"

#include "tests/fakes/address_bits.h"
#include "tests/fakes/chat_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace veche::chat {
namespace {

using fakes::ChatWorld;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Connects "PREFIX0", "PREFIX1" ... in one batch; how many were told `cause` at once.
std::size_t crowd(ChatWorld& world, const std::string& prefix, std::size_t size, CloseCause cause) {
  world.together([&] {
    for (std::size_t i = 0; i < size; ++i) world.connect(prefix + std::to_string(i));
  });
  std::size_t told = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::string who = prefix + std::to_string(i);
    if (world.is_open(who)) {
      world.last<Greeting>(who);
    } else if (world.last<Closed>(who).cause == cause) {
      ++told;
    }
  }
  return told;
}

/// A host of a network of its own.
base::AddressBits address_of(int i) {
  return fakes::bits_of("10." + std::to_string(i / 200 % 250) + "." + std::to_string(i % 200) + ".1");
}

void all_leave(ChatWorld& world, const std::string& prefix, std::size_t size) {
  world.together([&] {
    for (std::size_t i = 0; i < size; ++i) world.quit(prefix + std::to_string(i));
  });
}

TEST(Connections, OfOneAddressAre128AtOnceAndTheOthersAreTold) {
  ChatWorld world;
  EXPECT_EQ(crowd(world, "a", 1000, CloseCause::too_many_connections), 872u);
  EXPECT_EQ(world.chat().session_count(), 128u);

  all_leave(world, "a", 1000);  // also those that were never let in
  EXPECT_EQ(world.chat().session_count(), 0u);
  EXPECT_EQ(crowd(world, "b", 129, CloseCause::too_many_connections), 1u) << "all 128 places were given back";
}

TEST(Connections, OfOneAddressDoNotCountForAnother) {
  Policy policy;
  policy.connections_per_address = 1;
  ChatWorld world(policy);
  world.connect("ann", "10.0.0.1");
  world.connect("bob", "10.0.0.2");
  world.connect("eve", "10.0.0.1");
  EXPECT_TRUE(world.is_open("bob"));
  EXPECT_EQ(world.last<Closed>("eve").cause, CloseCause::too_many_connections);
}

TEST(Connections, OfOneNetworkAreCountedTogether) {
  Policy policy;
  policy.connections_per_network = 2;
  ChatWorld world(policy);
  world.connect("ann", "192.0.2.1");
  world.connect("bob", "192.0.2.2");
  world.connect("eve", "192.0.2.3");
  EXPECT_EQ(world.last<Closed>("eve").cause, CloseCause::network_too_many);
  world.connect("cat", "192.0.3.3");
  EXPECT_TRUE(world.is_open("cat")) << "the next /24";

  world.connect("1", "2001:db8::1");
  world.connect("2", "2001:db8::2");
  world.connect("3", "2001:db8::ffff:0:0:3");
  EXPECT_EQ(world.last<Closed>("3").cause, CloseCause::network_too_many);
  world.quit("1");
  world.connect("4", "2001:db8::4");
  EXPECT_TRUE(world.is_open("4")) << "a place was given back";
}

TEST(Connections, OfOneNetworkComeAtACertainRate) {
  Policy policy;
  policy.network_connections_per_window = 2;
  ChatWorld world(policy);
  for (const char* host : {"1", "2", "3"}) world.connect(host, std::string("192.0.2.") + host);
  const auto closed = world.last<Closed>("3");
  EXPECT_EQ(closed.cause, CloseCause::network_too_fast);
  EXPECT_EQ(closed.retry_after, kConnectionWindow / 2);
}

TEST(Connections, AreCountedAnewWhereAnotherPolicyCountsOtherwise) {
  Policy policy;
  policy.connections_per_address = 1;
  Chat chat(policy, {});
  Outbox outbox;
  std::uint64_t last = 0;
  const auto come = [&] { chat.apply({{++last}, Connect{fakes::bits_of("127.0.0.1")}}, {}, outbox); };
  const auto set = [&](const Policy& other) {
    chat.apply({{99}, Operate{1, std::make_shared<const OperatorOrder>(SetPolicy{other})}}, {}, outbox);
  };
  come();
  come();
  EXPECT_EQ(chat.session_count(), 2u) << "loopback is exempt";
  policy.exempt.clear();
  set(policy);
  come();
  EXPECT_EQ(chat.session_count(), 2u) << "two of one are here already";
  chat.apply({{1}, Disconnect{}}, {}, outbox);
  chat.apply({{2}, Disconnect{}}, {}, outbox);
  come();
  EXPECT_EQ(chat.session_count(), 1u);
  const std::string before = chat.describe();
  chat.committed();
  policy.exempt = base::loopback_networks();
  set(policy);
  chat.roll_back();
  EXPECT_EQ(chat.describe(), before);
}

TEST(Connections, ComeAtACertainRate) {
  Policy policy;
  policy.connections_per_window = 5;
  ChatWorld world(policy);
  for (const char* who : {"1", "2", "3", "4", "5"}) {
    world.connect(who);
    world.quit(who);
  }
  world.connect("6");
  const auto closed = world.last<Closed>("6");
  EXPECT_EQ(closed.cause, CloseCause::connecting_too_fast);
  EXPECT_EQ(closed.retry_after, kConnectionWindow / 5);

  world.clock.advance(closed.retry_after - seconds{1});
  world.connect("7");
  EXPECT_EQ(world.last<Closed>("7").retry_after, seconds{1}) << "having been refused costs nothing";
  world.clock.advance(seconds{1});
  world.connect("8");
  EXPECT_TRUE(world.is_open("8"));
}

TEST(Connections, OfLoopbackAreNotCounted) {
  Policy policy;
  policy.connections_per_address = 1;
  policy.connections_per_window = 1;
  Chat chat(policy, {});
  Outbox outbox;
  for (std::uint64_t id = 1; id <= 10; ++id)
    chat.apply({{id}, Connect{fakes::bits_of("127.0.0.1")}}, {}, outbox);
  EXPECT_EQ(chat.session_count(), 10u);
}

TEST(Connections, HaveNoLimitWhereItIsZero) {
  Policy policy;
  policy.connections_per_address = 0;
  policy.connections_per_window = 0;
  policy.connections_per_network = 0;
  policy.network_connections_per_window = 0;
  ChatWorld world(policy);
  EXPECT_EQ(crowd(world, "a", 2000, CloseCause::too_many_connections), 0u);
  EXPECT_EQ(world.chat().session_count(), 2000u);
}

TEST(Connections, AreForgottenWithTime) {
  Policy policy;
  UndoLog undo;
  ConnectionCounter counter(policy, undo);
  base::WallTime now{};
  for (int i = 0; i < 100'000; ++i) {
    now += seconds{10};
    const base::AddressBits address = address_of(i);
    EXPECT_EQ(counter.came(address, now), Arrival::welcome);
    counter.left(address, now);
    undo.forget();
  }
  EXPECT_LE(counter.describe().size(), 1025u);
}

TEST(Counters, AreUndoneEvenWhenTheyForgot) {
  Policy policy;
  policy.failed_logins_per_minute = 1;
  UndoLog undo;
  ConnectionCounter connections(policy, undo);
  GuessCounter guesses(policy, undo);
  base::WallTime now{};
  for (int i = 0; i < 2000; ++i) {
    connections.came(address_of(i), now);
    connections.left(address_of(i), now);
    guesses.failed(std::to_string(i), "ann", now);
  }
  undo.forget();
  const auto sorted = [&] {
    std::vector<std::string> lines = connections.describe();
    for (std::string& line : guesses.describe()) lines.push_back(std::move(line));
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  const auto before = sorted();
  now += std::chrono::hours{1};
  for (int i = 0; i < 1000; ++i) {  // enough to make both look for what is stale
    connections.came(address_of(5000 + i), now);
    guesses.failed("new" + std::to_string(i), "", now);
  }
  EXPECT_LT(connections.describe().size(), 2500u) << "the old ones were forgotten";
  EXPECT_LT(guesses.describe().size(), 1500u);
  undo.roll_back();
  EXPECT_EQ(sorted(), before);
}

TEST(Guesses, AreSlowedDownMoreAndMoreByAddress) {
  Policy policy;
  UndoLog undo;
  GuessCounter guesses(policy, undo);
  std::vector<long> delays_s;
  for (int i = 0; i < 10; ++i) {
    delays_s.push_back(guesses.failed("10.0.0.1", "name" + std::to_string(i), {}) / seconds{1});
  }
  EXPECT_EQ(delays_s, (std::vector<long>{0, 0, 0, 1, 2, 4, 8, 16, 20, 20}));
  EXPECT_EQ(guesses.failed("10.0.0.2", "ann", {}), milliseconds{0}) << "another address, another name";
}

TEST(Guesses, AreSlowedDownByNameWhereverTheyComeFrom) {
  Policy policy;
  UndoLog undo;
  GuessCounter guesses(policy, undo);
  for (int i = 0; i < 3; ++i) guesses.failed("10.0.0." + std::to_string(i), "ann", {});
  EXPECT_EQ(guesses.failed("10.0.0.9", "ann", {}), milliseconds{1000});
}

TEST(Guesses, WithoutANameCountForTheAddressAlone) {
  Policy policy;
  UndoLog undo;
  GuessCounter guesses(policy, undo);
  for (int i = 0; i < 9; ++i) guesses.failed("10.0.0." + std::to_string(i), "", {});
  EXPECT_EQ(guesses.failed("10.0.0.99", "", {}), milliseconds{0});
}

TEST(Guesses, AreForgivenWithTime) {
  Policy policy;
  UndoLog undo;
  GuessCounter guesses(policy, undo);
  base::WallTime now{};
  for (int i = 0; i < 6; ++i) guesses.failed("10.0.0.1", "ann", now);
  EXPECT_GT(guesses.failed("10.0.0.1", "ann", now), milliseconds{0});
  now += minutes{3};
  EXPECT_EQ(guesses.failed("10.0.0.1", "ann", now), milliseconds{0});
}

TEST(Guesses, AreNotSlowedDownWhereTheOperatorSaysZero) {
  Policy policy;
  policy.failed_logins_per_minute = 0;
  UndoLog undo;
  GuessCounter guesses(policy, undo);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(guesses.failed("10.0.0.1", "ann", {}), milliseconds{0});
}

TEST(Guesses, AreForgottenWithTime) {
  Policy policy;
  UndoLog undo;
  GuessCounter guesses(policy, undo);
  base::WallTime now{};
  for (int i = 0; i < 20'000; ++i) {
    now += seconds{10};
    guesses.failed(std::to_string(i), "name" + std::to_string(i), now);
    undo.forget();
  }
  EXPECT_LE(guesses.describe().size(), 1025u);
}

}  // namespace
}  // namespace veche::chat

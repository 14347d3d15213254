#include "server/gate.h"

#include "tests/fakes/address_bits.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace veche::server {
namespace {

using chat::Arrival;
using fakes::bits_of;
using std::chrono::seconds;

struct Door {
  explicit Door(const chat::Policy& policy) : gate(clock, *log, policy) {}

  Arrival knock(const std::string& address) { return gate.knock(bits_of(address)).arrival; }

  base::ManualClock clock;
  const std::unique_ptr<base::Log> log = base::Log::nowhere();
  Gate gate;
};

chat::Policy five_of_an_address() {
  chat::Policy policy;
  policy.connections_per_window = 5;
  policy.network_connections_per_window = 8;
  return policy;
}

TEST(Gate, TurnsAwayWhoComesTooOftenAndTellsWhenHeMayComeAgain) {
  Door door(five_of_an_address());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(door.knock("192.0.2.7"), Arrival::welcome);
  const auto verdict = door.gate.knock(bits_of("192.0.2.7"));
  EXPECT_EQ(verdict.arrival, Arrival::too_fast);
  EXPECT_EQ(verdict.retry_after, chat::kConnectionWindow / 5);
  EXPECT_EQ(door.gate.turned_away(), 1u);

  door.clock.advance(chat::kConnectionWindow / 5 - seconds{1});
  EXPECT_EQ(door.gate.knock(bits_of("192.0.2.7")).retry_after, seconds{1})
      << "having been turned away costs nothing";
  door.clock.advance(seconds{1});
  EXPECT_EQ(door.knock("192.0.2.7"), Arrival::welcome);
}

TEST(Gate, CountsANetworkAsAWhole) {
  Door door(five_of_an_address());
  for (int i = 0; i < 8; ++i) EXPECT_EQ(door.knock("192.0.2." + std::to_string(i)), Arrival::welcome);
  EXPECT_EQ(door.knock("192.0.2.100"), Arrival::network_too_fast);
  EXPECT_EQ(door.knock("192.0.3.1"), Arrival::welcome) << "the next /24";
  for (int i = 1; i < 9; ++i) EXPECT_EQ(door.knock("2001:db8::" + std::to_string(i)), Arrival::welcome);
  EXPECT_EQ(door.knock("2001:db8::ffff:0:0:1"), Arrival::network_too_fast) << "the same /64";
  EXPECT_EQ(door.knock("2001:db8:0:1::1"), Arrival::welcome) << "the next /64";
}

TEST(Gate, WhoIsExemptIsNeverTurnedAway) {
  chat::Policy policy = five_of_an_address();
  Door door(policy);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(door.knock("127.0.0.9"), Arrival::welcome);
  policy.exempt.clear();
  door.gate.set_policy(policy);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(door.knock("127.0.0.9"), Arrival::welcome);
  EXPECT_EQ(door.knock("127.0.0.9"), Arrival::too_fast);
}

TEST(Gate, ForgetsThoseWhoStayAway) {
  Door door(chat::Policy{});
  for (int i = 0; i < 100'000; ++i) {
    door.clock.advance(seconds{2});
    EXPECT_EQ(door.knock("10." + std::to_string(i % 200) + "." + std::to_string(i / 200 % 250) + ".1"),
              Arrival::welcome);
  }
}

}  // namespace
}  // namespace veche::server

#include "net/connect_schedule.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::net {
namespace {

using namespace std::chrono_literals;

std::string interleaved(std::initializer_list<const char*> ips) {
  std::vector<Address> addresses;
  for (const char* ip : ips) addresses.push_back(Address::parse(ip, 0).value());
  std::string out;
  for (const Address& address : interleave_families(addresses)) out += address.ip() + ' ';
  return out;
}

TEST(ConnectSchedule, FamiliesTakeTurnsAndKeepTheirOrder) {
  EXPECT_EQ(interleaved({"::1", "::2", "::3", "192.0.2.1"}), "::1 192.0.2.1 ::2 ::3 ");
  EXPECT_EQ(interleaved({"192.0.2.1", "192.0.2.2", "::1", "::2", "::3"}), "192.0.2.1 ::1 192.0.2.2 ::2 ::3 ");
  EXPECT_EQ(interleaved({"192.0.2.1"}), "192.0.2.1 ");
  EXPECT_EQ(interleaved({}), "");
}

TEST(ConnectSchedule, SilentAddressHoldsUpTheNextForAQuarterOfASecond) {
  base::ManualClock clock;
  ConnectSchedule schedule(3);
  EXPECT_EQ(schedule.take_due(clock.mono()), 0u);
  EXPECT_EQ(schedule.take_due(clock.mono()), std::nullopt);
  EXPECT_EQ(schedule.next_at(), clock.mono() + 250ms);
  clock.advance(249ms);
  EXPECT_EQ(schedule.take_due(clock.mono()), std::nullopt);
  clock.advance(1ms);
  EXPECT_EQ(schedule.take_due(clock.mono()), 1u);
  EXPECT_EQ(schedule.take_due(clock.mono()), std::nullopt);
  EXPECT_EQ(schedule.next_at(), clock.mono() + 250ms);
}

TEST(ConnectSchedule, FailureLetsTheNextBeginAtOnce) {
  base::ManualClock clock;
  ConnectSchedule schedule(3);
  schedule.take_due(clock.mono());
  schedule.attempt_failed();
  EXPECT_EQ(schedule.take_due(clock.mono()), 1u);
  EXPECT_EQ(schedule.take_due(clock.mono()), std::nullopt);
}

TEST(ConnectSchedule, EndsWithTheLastAddress) {
  base::ManualClock clock;
  ConnectSchedule schedule(1);
  EXPECT_FALSE(schedule.has_begun_all());
  schedule.take_due(clock.mono());
  EXPECT_TRUE(schedule.has_begun_all());
  EXPECT_EQ(schedule.next_at(), base::MonoTime::max());
  schedule.attempt_failed();
  EXPECT_EQ(schedule.take_due(clock.mono()), std::nullopt);
}

}  // namespace
}  // namespace veche::net

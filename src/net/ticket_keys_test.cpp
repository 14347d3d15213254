#include "net/ticket_keys.h"

#include "base/limits.h"

#include <gtest/gtest.h>

namespace veche::net {
namespace {

using base::limits::kTlsTicketKeyLifetime;
using std::chrono::seconds;

TEST(TicketKeys, AKeySealsForItsTimeAndOpensForAsLongAgain) {
  base::ManualClock clock;
  TicketKeys keys(clock);
  const TicketKeys::Key first = keys.sealing().value();
  EXPECT_NE(first.name, TicketKeys::Name{});
  clock.advance(kTlsTicketKeyLifetime - seconds{1});
  EXPECT_EQ(keys.sealing()->name, first.name);
  ASSERT_TRUE(keys.opening(first.name));
  EXPECT_FALSE(keys.opening(first.name)->old);

  clock.advance(seconds{1});
  const TicketKeys::Key second = keys.sealing().value();
  EXPECT_NE(second.name, first.name);
  EXPECT_NE(second.cipher, first.cipher);
  EXPECT_NE(second.mac, first.mac);
  ASSERT_TRUE(keys.opening(first.name));
  EXPECT_TRUE(keys.opening(first.name)->old);
  EXPECT_EQ(keys.opening(first.name)->key.cipher, first.cipher);

  clock.advance(kTlsTicketKeyLifetime);
  EXPECT_FALSE(keys.opening(first.name));
  EXPECT_TRUE(keys.opening(second.name)->old);
}

TEST(TicketKeys, AfterALongSilenceNothingOldIsOpened) {
  base::ManualClock clock;
  TicketKeys keys(clock);
  const TicketKeys::Key first = keys.sealing().value();
  clock.advance(5 * kTlsTicketKeyLifetime);
  EXPECT_FALSE(keys.opening(first.name));
}

TEST(TicketKeys, NamesOfOthersAreUnknown) {
  base::ManualClock clock;
  TicketKeys keys(clock);
  EXPECT_FALSE(keys.opening({}));
  EXPECT_FALSE(keys.opening(TicketKeys(clock).sealing()->name));
}

}  // namespace
}  // namespace veche::net

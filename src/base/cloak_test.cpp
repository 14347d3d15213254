#include "base/cloak.h"

#include "tests/fakes/address_bits.h"

#include <gtest/gtest.h>

#include <set>

namespace veche::base {
namespace {

using fakes::bits_of;

const Cloak kCloak({1, 2, 3}, "veche");

std::string host(const std::string& address) { return kCloak.host(bits_of(address)); }
std::string behind(const std::string& text, int dots) {
  std::size_t at = 0;
  for (; dots > 0; --dots) at = text.find('.', at) + 1;
  return text.substr(at);
}

// Whoever upgrades keeps his bans.
TEST(Cloak, IsTheSameForEver) {
  EXPECT_EQ(host("192.0.2.7"), kCloak.host(bits_of("::ffff:192.0.2.7")));
  EXPECT_EQ(host("192.0.2.7"), Cloak({1, 2, 3}, "veche").host(bits_of("192.0.2.7")));
  EXPECT_EQ(host("192.0.2.7").size(), 10u + 1 + 6 + 1 + 5 + 1 + 5);
}

TEST(Cloak, SaysNothingWithoutTheKey) {
  EXPECT_NE(Cloak({1, 2, 4}, "veche").host(bits_of("192.0.2.7")), host("192.0.2.7"));
  EXPECT_EQ(host("192.0.2.7").find("192"), std::string::npos);
  std::set<std::string> all;
  for (int i = 0; i < 256; ++i) all.insert(host("192.0.2." + std::to_string(i)));
  EXPECT_EQ(all.size(), 256u);
}

TEST(Cloak, NetworksHaveAnEndInCommon) {
  const std::string one = host("192.0.2.7");
  EXPECT_EQ(behind(one, 1), behind(host("192.0.2.200"), 1)) << "the same /24";
  EXPECT_NE(behind(one, 1), behind(host("192.0.3.7"), 1));
  EXPECT_EQ(behind(one, 2), behind(host("192.0.77.7"), 2)) << "the same /16";
  EXPECT_NE(behind(one, 2), behind(host("192.1.2.7"), 2));
  EXPECT_EQ(host("2001:db8:1:2::1"), host("2001:db8:1:2:ffff::9")) << "the same /64 is one";
  EXPECT_NE(host("2001:db8:1:2::1"), host("2001:db8:1:3::1"));
  EXPECT_EQ(behind(host("2001:db8:1:2::1"), 1), behind(host("2001:db8:1:3::1"), 1));
  EXPECT_EQ(behind(host("2001:db8:1::1"), 2), behind(host("2001:db8:9::1"), 2));
}

TEST(Cloak, FitsIntoAHost) {
  EXPECT_EQ(Cloak({}, std::string(kCloakSuffixMax, 'x')).host(bits_of("::1")).size(), 63u);
}

}  // namespace
}  // namespace veche::base

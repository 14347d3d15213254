#include "base/network.h"

#include <gtest/gtest.h>

namespace veche::base {
namespace {

AddressBits v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d};
}

AddressBits v6(std::uint16_t first, std::uint8_t last) {
  AddressBits bits{};
  bits[0] = static_cast<std::uint8_t>(first >> 8);
  bits[1] = static_cast<std::uint8_t>(first & 0xff);
  bits[15] = last;
  return bits;
}

TEST(AddressBits, AreWrittenTheWayTheyAreTyped) {
  EXPECT_EQ(address_text(v4(192, 0, 2, 7)), "192.0.2.7");
  EXPECT_EQ(address_text(v6(0x2001, 7)), "2001::7");
  EXPECT_EQ(address_text(v6(0, 1)), "::1");
  EXPECT_EQ(address_text({}), "::");
}

TEST(AddressBits, AreReadAsTheyAreWritten) {
  for (const char* text : {"192.0.2.7", "2001:db8::7", "::1", "0.0.0.0"}) {
    ASSERT_TRUE(parse_address(text)) << text;
    EXPECT_EQ(address_text(*parse_address(text)), text);
  }
  EXPECT_EQ(parse_address("::ffff:192.0.2.7"), parse_address("192.0.2.7"));
  for (const std::string& text :
       {std::string("192.0.2"), std::string("192.0.2.07"), std::string("::g"), std::string(),
        std::string("::1\0", 4), std::string("[::1]"), std::string(50, '1')})
    EXPECT_FALSE(parse_address(text)) << text;
}

TEST(AddressBits, LoopbackIsTheWholeV4NetworkAndOneV6Address) {
  EXPECT_TRUE(is_loopback(v4(127, 0, 0, 1)));
  EXPECT_TRUE(is_loopback(v4(127, 255, 0, 9)));
  EXPECT_TRUE(is_loopback(v6(0, 1)));
  EXPECT_FALSE(is_loopback(v4(128, 0, 0, 1)));
  EXPECT_FALSE(is_loopback(v6(0, 2)));
  EXPECT_FALSE(is_loopback(v6(0x7f00, 1)));
  EXPECT_FALSE(is_loopback({}));
}

TEST(Network, ContainsWhatBeginsWithItsBits) {
  const Network network{v4(192, 0, 2, 0), 120};
  EXPECT_TRUE(network.contains(v4(192, 0, 2, 255)));
  EXPECT_FALSE(network.contains(v4(192, 0, 3, 0)));
  EXPECT_TRUE(Network{}.prefix == 128);
  const Network everybody{{}, 0};
  EXPECT_TRUE(everybody.contains(v4(1, 2, 3, 4)));
}

}  // namespace
}  // namespace veche::base

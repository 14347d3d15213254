#include "net/network_text.h"

#include "net/address.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::net {
namespace {

base::AddressBits bits(const std::string& ip) { return Address::parse(ip, 0)->bits(); }

TEST(Network, IsReadAndWrittenInOneWay) {
  for (const char* text : {"192.0.2.7", "192.0.2.0/24", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "::1",
                           "::/0", "fe80::/10", "2001:db8::7"}) {
    const auto network = parse_network(text);
    ASSERT_TRUE(network) << network.error().text();
    EXPECT_EQ(network_text(*network), text);
  }
  EXPECT_EQ(network_text(*parse_network("192.0.2.7/32")), "192.0.2.7");
  EXPECT_EQ(network_text(*parse_network("::ffff:192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(network_text(*parse_network("2001:DB8:0::/32")), "2001:db8::/32");
}

TEST(Network, ContainsWhatBeginsWithItsBits) {
  const auto network = *parse_network("192.0.2.128/25");
  EXPECT_TRUE(network.contains(bits("192.0.2.128")));
  EXPECT_TRUE(network.contains(bits("192.0.2.255")));
  EXPECT_FALSE(network.contains(bits("192.0.2.127")));
  EXPECT_FALSE(network.contains(bits("192.0.3.128")));
  EXPECT_FALSE(network.contains(bits("2001:db8::1")));
  EXPECT_TRUE(parse_network("0.0.0.0/0")->contains(bits("255.1.2.3")));
  EXPECT_FALSE(parse_network("0.0.0.0/0")->contains(bits("::1")));
  EXPECT_TRUE(parse_network("::/0")->contains(bits("192.0.2.1")));
  EXPECT_TRUE(parse_network("2001:db8::/33")->contains(bits("2001:db8:7fff::1")));
  EXPECT_FALSE(parse_network("2001:db8::/33")->contains(bits("2001:db8:8000::1")));
}

TEST(Network, WrittenWrongIsRefusedWithWhatWouldBeRight) {
  EXPECT_EQ(parse_network("192.0.2.7/24").error().hint, "did you mean 192.0.2.0/24?");
  EXPECT_EQ(parse_network("2001:db8::1/32").error().hint, "did you mean 2001:db8::/32?");
  EXPECT_EQ(parse_network("10.0.0.0/33").error().why, "the prefix must be a number from 0 to 32");
  EXPECT_EQ(parse_network("::/129").error().why, "the prefix must be a number from 0 to 128");
  for (const char* text : {"", "/", "bob", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "10.0.0.300", "10.0.0/8",
                           "10.0.0.0/8/8", "fe80::1%lo", "1.2.3.4:80"}) {
    EXPECT_FALSE(parse_network(text)) << text;
  }
}

TEST(Network, IsToldFromAName) {
  for (const char* text : {"10.0.0.1", "10.0.0.300", "10.0.0.0/33", "bob/24", "::1", "2001:db8::1"}) {
    EXPECT_TRUE(looks_like_network(text)) << text;
  }
  for (const char* text : {"bob", "10", "a.b", "x:y", "1984"}) EXPECT_FALSE(looks_like_network(text)) << text;
}

}  // namespace
}  // namespace veche::net

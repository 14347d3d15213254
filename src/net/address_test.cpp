#include "net/address.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace veche::net {
namespace {

TEST(Address, ReadsBackWhatItWrites) {
  for (const char* text : {"127.0.0.1:1898", "0.0.0.0:0", "[::1]:1898", "[::]:65535", "[2001:db8::7]:80"})
    EXPECT_EQ(Address::parse(text).value().text(), text);
}

TEST(Address, KnowsItsParts) {
  const Address v4 = Address::parse("192.0.2.7:443").value();
  EXPECT_EQ(v4.ip(), "192.0.2.7");
  EXPECT_EQ(v4.port(), 443);
  EXPECT_EQ(v4.family(), AF_INET);
  EXPECT_EQ(v4.size(), sizeof(sockaddr_in));
  const Address v6 = Address::parse("2001:db8::7", 80).value();
  EXPECT_EQ(v6.ip(), "2001:db8::7");
  EXPECT_EQ(v6.family(), AF_INET6);
  EXPECT_EQ(v6.with_port(81).text(), "[2001:db8::7]:81");
  EXPECT_EQ(v6.text(), "[2001:db8::7]:80");
}

TEST(Address, RefusesWhatIsNotOne) {
  for (const char* text : {"", ":", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:65536", "127.0.0.1:-1",
                           "127.0.0.1:8o", "127.1:80", "localhost:80", "::1:80", "[::1]", "[::1]80",
                           "[127.0.0.1]:80", "[]:80", "127.0.0.1 :80", "[::1%no-such-interface]:80"})
    EXPECT_FALSE(Address::parse(text)) << text;
}

TEST(Address, ErrorNamesTheTextAndShowsTheForm) {
  const base::Error error = Address::parse("localhost:80").error();
  EXPECT_NE(error.what.find("localhost"), std::string::npos);
  EXPECT_NE(error.hint.find("[::1]:1898"), std::string::npos);
}

TEST(Address, MappedIpv4IsPlainIpv4) {
  const Address mapped = Address::parse("[::ffff:192.0.2.7]:80").value();
  EXPECT_EQ(mapped.text(), "192.0.2.7:80");
  EXPECT_EQ(mapped.family(), AF_INET);
  EXPECT_TRUE(base::is_loopback(Address::parse("[::ffff:127.0.0.1]:80").value().bits()));
}

TEST(Address, KeepsTheScopeOfALinkLocalAddress) {
  EXPECT_EQ(Address::parse("[fe80::1%lo]:80").value().text(), "[fe80::1%lo]:80");
}

TEST(Address, WithoutAFamilyIsLocal) {
  EXPECT_EQ(Address().text(), "local");
  EXPECT_EQ(Address().size(), 0u);
  EXPECT_EQ(Address().port(), 0);
  sockaddr unix_peer{};
  unix_peer.sa_family = AF_UNIX;
  EXPECT_EQ(Address(&unix_peer, sizeof unix_peer).text(), "local");
}

TEST(Address, IsSmall) { EXPECT_EQ(sizeof(Address), sizeof(sockaddr_in6)); }

TEST(Address, ComesBackFromItsBits) {
  for (const char* text : {"192.0.2.7:80", "[2001:db8::7]:443", "[::1]:1", "127.0.0.1:65535"}) {
    const Address address = Address::parse(text).value();
    EXPECT_EQ(Address::of(address.bits(), address.port()).text(), text);
    EXPECT_EQ(Address::of(address.bits(), address.port()).family(), address.family());
  }
}

}  // namespace
}  // namespace veche::net

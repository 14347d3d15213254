#include "net/socket.h"

#include "net/test_peer.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <netinet/tcp.h>

namespace veche::net {
namespace {

int option(const Fd& fd, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  EXPECT_EQ(::getsockopt(fd.get(), level, name, &value, &length), 0);
  return value;
}

// The listener sets them once; that saves seven system calls a connection, and rests on Linux's inheritance.
TEST(Socket, AcceptedSocketInheritsTheOptions) {
  const auto pair = testing::connected_pair();
  EXPECT_EQ(option(pair.server, IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(option(pair.server, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option(pair.server, IPPROTO_TCP, TCP_KEEPIDLE), 60);
  EXPECT_EQ(option(pair.server, IPPROTO_TCP, TCP_KEEPINTVL), 10);
  EXPECT_EQ(option(pair.server, IPPROTO_TCP, TCP_KEEPCNT), 6);
  EXPECT_EQ(option(pair.server, IPPROTO_TCP, TCP_USER_TIMEOUT), 120'000);
  EXPECT_EQ(option(pair.server, SOL_SOCKET, SO_OOBINLINE), 1);
}

TEST(Socket, ListenerDoesNotBlockAndIsClosedOnExec) {
  const Fd fd = listen_on(Address::parse("127.0.0.1:0").value()).value();
  EXPECT_TRUE(::fcntl(fd.get(), F_GETFL) & O_NONBLOCK);
  EXPECT_TRUE(::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC);
  EXPECT_EQ(option(fd, SOL_SOCKET, SO_REUSEADDR), 1);
}

TEST(Socket, PortZeroTakesAFreeOne) {
  const Fd fd = listen_on(Address::parse("127.0.0.1:0").value()).value();
  EXPECT_NE(local_address(fd.get()).value().port(), 0);
}

TEST(Socket, BusyPortIsToldApartFromOtherErrors) {
  const Fd fd = listen_on(Address::parse("127.0.0.1:0").value()).value();
  const Address taken = local_address(fd.get()).value();
  const auto second = listen_on(taken);
  ASSERT_FALSE(second);
  EXPECT_TRUE(is_address_in_use(second.error()));
  EXPECT_NE(second.error().what.find(taken.text()), std::string::npos);

  const auto elsewhere = listen_on(Address::parse("192.0.2.1:1").value());  // TEST-NET: nobody's own
  ASSERT_FALSE(elsewhere);
  EXPECT_FALSE(is_address_in_use(elsewhere.error()));
}

TEST(Socket, Ipv6ListenerLeavesThePortOfIpv4Free) {
  // Somebody else may be at a port of IPv4 by chance, hardly at each of several.
  bool is_free = false;
  for (int i = 0; i < 5 && !is_free; ++i) {
    const auto v6 = listen_on(Address::parse("[::]:0").value());
    if (!v6) GTEST_SKIP() << "no IPv6 here";
    const Address any4 = Address::parse("0.0.0.0", local_address(v6->get()).value().port()).value();
    is_free = listen_on(any4).has_value();
  }
  EXPECT_TRUE(is_free);
}

}  // namespace
}  // namespace veche::net

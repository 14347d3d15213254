#include "net/connect.h"

#include "net/socket.h"
#include "net/test_peer.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <netinet/tcp.h>
#include <sys/eventfd.h>

#include <cerrno>

namespace veche::net {
namespace {

using namespace std::chrono_literals;

const base::Translator kEnglish;

Patience enough() { return {mono_now() + testing::kPatience}; }

/// A port of `ip` where nobody listens, and nobody else will while it lives.
struct ClosedPort {
  explicit ClosedPort(const char* ip = "127.0.0.1") {
    const Address any = Address::parse(ip, 0).value();
    fd = Fd(::socket(any.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(fd.get(), any.data(), any.size()), 0);
    address = local_address(fd.get()).value();
  }
  Fd fd;
  Address address;
};

/// A listener that takes nobody any more: the kernel drops each further SYN, as a firewall would.
struct SilentPort {
  SilentPort() {
    fd = listen_on(Address::parse("127.0.0.1", 0).value(), 0).value();
    address = local_address(fd.get()).value();
    waiting = testing::Peer(address);  // a backlog of 0 is room for one
  }
  Fd fd;
  Address address;
  testing::Peer waiting;
};

struct OpenPort {
  Fd fd = listen_on(Address::parse("127.0.0.1", 0).value()).value();
  Address address = local_address(fd.get()).value();
};

std::vector<int> errors(const ConnectFailure& failure) {
  std::vector<int> out;
  for (const ConnectAttempt& attempt : failure.attempts) out.push_back(attempt.error);
  return out;
}

TEST(Connect, GivesAConnectionLikeAllOthersOfVeche) {
  const OpenPort open;
  const auto connected = connect_to_any({open.address}, enough());
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->address.text(), open.address.text());
  EXPECT_TRUE(::fcntl(connected->fd.get(), F_GETFL) & O_NONBLOCK);
  EXPECT_TRUE(::fcntl(connected->fd.get(), F_GETFD) & FD_CLOEXEC);
  int no_delay = 0;
  socklen_t length = sizeof no_delay;
  ::getsockopt(connected->fd.get(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &length);
  EXPECT_EQ(no_delay, 1);
}

TEST(Connect, RefusedAddressGivesWayToTheNext) {
  const ClosedPort closed;
  const OpenPort open;
  const auto connected = connect_to_any({closed.address, open.address}, enough());
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->address.text(), open.address.text());
}

TEST(Connect, SilentAddressDoesNotHoldUpOneThatAnswers) {
  const SilentPort silent;
  const OpenPort open;
  const auto connected = connect_to_any({silent.address, open.address}, enough());
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->address.text(), open.address.text());
}

TEST(Connect, FailureTellsOfEachAddress) {
  const SilentPort silent;
  const ClosedPort closed;
  const auto connected =
      connect_to_any({closed.address, silent.address, silent.address}, {mono_now() + 50ms});
  ASSERT_FALSE(connected);
  EXPECT_FALSE(connected.error().is_stopped);
  EXPECT_EQ(errors(connected.error()), (std::vector{ECONNREFUSED, ETIMEDOUT, 0}));
}

TEST(Connect, FailsAtOnceWhenAllAreRefused) {
  const ClosedPort one, other;
  const auto connected = connect_to_any({one.address, other.address}, enough());
  ASSERT_FALSE(connected);
  EXPECT_EQ(errors(connected.error()), (std::vector{ECONNREFUSED, ECONNREFUSED}));
}

TEST(Connect, StopEndsTheWait) {
  const SilentPort silent;
  const Fd stop(::eventfd(1, EFD_CLOEXEC));
  const auto connected = connect_to_any({silent.address}, {enough().until, stop.get()});
  ASSERT_FALSE(connected);
  EXPECT_TRUE(connected.error().is_stopped);
}

std::string words(std::vector<ConnectAttempt> attempts, const char* target = "name:7") {
  return error_of({std::move(attempts), false}, target, 5s, kEnglish).text();
}

TEST(Connect, EachReasonHasItsWords) {
  const Address v4 = Address::parse("192.0.2.1:7").value();
  const Address v6 = Address::parse("[2001:db8::1]:7").value();
  EXPECT_EQ(
      words({{v4, ECONNREFUSED}}, "192.0.2.1:7"),
      "cannot connect to 192.0.2.1:7: connection refused (is the server running, and is the port right?)");
  EXPECT_EQ(
      words({{v4, ETIMEDOUT}}),
      "cannot connect to name:7: 192.0.2.1:7: no connection within 5s (is the address right? a firewall "
      "may be in between)");
  EXPECT_EQ(words({{v6, ENETUNREACH}, {v4, ECONNREFUSED}}),
            "cannot connect to name:7: [2001:db8::1]:7: unreachable; 192.0.2.1:7: connection refused");
  EXPECT_EQ(
      words({{v6, EHOSTUNREACH}, {v4, EHOSTUNREACH}}),
      "cannot connect to name:7: [2001:db8::1]:7: unreachable; 192.0.2.1:7: unreachable (is this machine "
      "on the network?)");
  EXPECT_EQ(
      words({{v6, EACCES}, {v4, 0}}),
      "cannot connect to name:7: [2001:db8::1]:7: Permission denied; 192.0.2.1:7: not tried, there was no "
      "time left");
}

}  // namespace
}  // namespace veche::net

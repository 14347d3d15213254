#include "scan/probe_socket.h"

#include "net/socket.h"
#include "net/waiting.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>

namespace veche::scan {
namespace {

constexpr std::chrono::seconds kPatience{30};  // that only a failure reaches

net::Address any_port_of(const char* ip) { return net::Address::parse(ip, 0).value(); }

/// A port of ours: bound, so that nobody else has it, and open if it listens.
struct Port {
  explicit Port(const char* ip, bool listens) {
    fd = open_probe_socket(any_port_of(ip));
    EXPECT_EQ(::bind(fd.get(), any_port_of(ip).data(), any_port_of(ip).size()), 0);
    if (listens) {
      EXPECT_EQ(::listen(fd.get(), 128), 0);
    }
    address = net::local_address(fd.get()).value();
  }
  net::Fd fd;
  net::Address address;
};

void wait_for(int fd, short events) {
  std::array fds{pollfd{fd, events, 0}};
  net::poll_until(fds, net::mono_now() + kPatience);
  EXPECT_NE(fds[0].revents, 0);
}

/// Asks, and waits for the answer.
Answer answer_of(int fd, const net::Address& address) {
  const Answer answer = ask(fd, address);
  if (answer != Answer::none) return answer;
  wait_for(fd, POLLOUT);
  return look(fd, address);
}

net::Fd accepted(const Port& port) {
  wait_for(port.fd.get(), POLLIN);
  return net::Fd(::accept4(port.fd.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

class ProbeSocket : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!net::listen_on(any_port_of(GetParam()))) GTEST_SKIP() << "no " << GetParam() << " here";
  }
};

TEST_P(ProbeSocket, ListeningPortIsOpenAndAnotherIsClosed) {
  const Port open(GetParam(), true), closed(GetParam(), false);
  EXPECT_EQ(answer_of(open_probe_socket(open.address).get(), open.address), Answer::open);
  EXPECT_EQ(answer_of(open_probe_socket(closed.address).get(), closed.address), Answer::closed);
}

TEST_P(ProbeSocket, OneSocketAsksOneAfterTheOther) {
  const Port open(GetParam(), true), closed(GetParam(), false);
  const net::Fd fd = open_probe_socket(open.address);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(answer_of(fd.get(), closed.address), Answer::closed);
    ASSERT_EQ(answer_of(fd.get(), closed.address), Answer::closed);
    ASSERT_EQ(answer_of(fd.get(), open.address), Answer::open);
    take_back(fd.get());
  }
}

TEST_P(ProbeSocket, ConnectionThatIsTakenBackIsReset) {
  const Port port(GetParam(), true);
  const net::Fd fd = open_probe_socket(port.address);
  ASSERT_EQ(answer_of(fd.get(), port.address), Answer::open);
  const net::Fd other_end = accepted(port);
  take_back(fd.get());
  wait_for(other_end.get(), POLLIN);
  EXPECT_EQ(net::take_error(other_end.get()), ECONNRESET);
}

// A service that may not talk to us hangs up at once; it may be sooner than we look. The port is open.
TEST_P(ProbeSocket, ConnectionThatIsResetAtOnceWasThere) {
  const Port port(GetParam(), true);
  const net::Fd fd = open_probe_socket(port.address);
  ASSERT_EQ(::connect(fd.get(), port.address.data(), port.address.size()), -1);
  ASSERT_EQ(errno, EINPROGRESS);
  net::Fd other_end = accepted(port);
  net::reset_on_close(other_end.get());
  other_end.reset();
  wait_for(fd.get(), POLLERR);
  EXPECT_EQ(look(fd.get(), port.address), Answer::open);
  EXPECT_FALSE(may_be_our_own(fd.get()));  // nobody is there any more
  take_back(fd.get());
  EXPECT_EQ(answer_of(fd.get(), port.address), Answer::open);
}

TEST_P(ProbeSocket, SocketThatIsConnectedToItselfIsSeen) {
  const Port port(GetParam(), false);
  ASSERT_EQ(answer_of(port.fd.get(), port.address), Answer::open);  // the kernel says so
  EXPECT_TRUE(may_be_our_own(port.fd.get()));
  EXPECT_EQ(ask_from_a_port_of_our_own(port.address), Answer::closed);
  take_back(port.fd.get());
  EXPECT_FALSE(may_be_our_own(port.fd.get()));
}

TEST_P(ProbeSocket, AskedFromAPortOfOurOwnTheAnswerIsTheSame) {
  const Port open(GetParam(), true), closed(GetParam(), false);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(ask_from_a_port_of_our_own(open.address), Answer::open);
    ASSERT_EQ(ask_from_a_port_of_our_own(closed.address), Answer::closed);
  }
}

TEST_P(ProbeSocket, AskedFromAPortOfOurOwnTheConnectionIsKeptOrReset) {
  const Port port(GetParam(), true);
  net::Fd connection;
  ASSERT_EQ(ask_from_a_port_of_our_own(port.address, &connection), Answer::open);
  const net::Fd kept = accepted(port);
  ASSERT_EQ(::send(kept.get(), "x", 1, MSG_NOSIGNAL), 1);
  wait_for(connection.get(), POLLIN);
  ASSERT_EQ(ask_from_a_port_of_our_own(port.address), Answer::open);
  const net::Fd reset = accepted(port);
  wait_for(reset.get(), POLLIN);
  EXPECT_EQ(net::take_error(reset.get()), ECONNRESET);
}

INSTANTIATE_TEST_SUITE_P(Families, ProbeSocket, ::testing::Values("127.0.0.1", "::1"),
                         [](const auto& parameter) { return parameter.index == 0 ? "v4" : "v6"; });

// 127.0.0.2 is asked from 127.0.0.1.
TEST(MayBeOurOwn, OnlyBetweenTwoEndsOfOneAddress) {
  const Port same("127.0.0.1", true), other("127.0.0.2", true);
  const net::Fd fd = open_probe_socket(same.address);
  EXPECT_FALSE(may_be_our_own(fd.get()));
  ASSERT_EQ(answer_of(fd.get(), same.address), Answer::open);
  EXPECT_TRUE(may_be_our_own(fd.get()));
  take_back(fd.get());
  ASSERT_EQ(answer_of(fd.get(), other.address), Answer::open);
  EXPECT_FALSE(may_be_our_own(fd.get()));
}

// A listener whose queue is full takes no notice of anybody.
TEST(ProbeSocketPatience, SilentPortSaysNothingAndCanBeTakenBack) {
  const Port silent("127.0.0.1", false), open("127.0.0.1", true);
  ASSERT_EQ(::listen(silent.fd.get(), 0), 0);
  const net::Fd first = open_probe_socket(silent.address);
  ASSERT_EQ(answer_of(first.get(), silent.address), Answer::open);
  wait_for(silent.fd.get(), POLLIN);
  const net::Fd fd = open_probe_socket(silent.address);
  EXPECT_EQ(ask(fd.get(), silent.address), Answer::none);
  EXPECT_EQ(look(fd.get(), silent.address), Answer::none);
  EXPECT_EQ(look(fd.get(), silent.address), Answer::none);
  take_back(fd.get());
  EXPECT_EQ(answer_of(fd.get(), open.address), Answer::open);
}

TEST(ProbeSocketErrors, TcpHasNoWayToAGroup) {
  const Port open("127.0.0.1", true);
  const net::Address group = net::Address::parse("224.0.0.1", 80).value();
  const net::Fd fd = open_probe_socket(group);
  EXPECT_EQ(ask(fd.get(), group), Answer::no_way);
  EXPECT_EQ(errno, ENETUNREACH);
  EXPECT_EQ(answer_of(fd.get(), open.address), Answer::open);  // it is idle
}

TEST(ProbeSocketErrors, WithoutADescriptorErrnoTells) {
  const net::Address address = any_port_of("127.0.0.1");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const net::Fd fd = open_probe_socket(address);
  const int error = errno;
  const Answer answer = ask_from_a_port_of_our_own(address.with_port(1));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(fd);
  EXPECT_EQ(error, EMFILE);
  EXPECT_EQ(answer, Answer::no_room);
}

}  // namespace
}  // namespace veche::scan

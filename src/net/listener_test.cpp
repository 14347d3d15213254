#include "net/listener.h"

#include "net/test_peer.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <sys/eventfd.h>
#include <sys/resource.h>

#include <vector>

namespace veche::net {
namespace {

using std::chrono::milliseconds;
using testing::Peer;

struct Guest {
  Fd fd;
  Address peer;
};

class ListenerTest : public testing::LoopTest {
 protected:
  void open(const char* address = "127.0.0.1:0", ListenerOptions options = {}) {
    listener = Listener::open(*loop, Address::parse(address).value(), std::move(options),
                              [this](Fd fd, const Address& peer) {
                                guests.push_back({std::move(fd), peer});
                              })
                   .value();
  }
  std::vector<Guest> guests;
  std::unique_ptr<Listener> listener;

  // UBSan looks at an object whose kind it has not met through a pipe, and takes one that it cannot open for
  // a bad object. So each kind that is called while descriptors are out is called once before.
  void SetUp() override {
    open();
    const Peer peer(listener->local());
    ASSERT_TRUE(turn_until([&] { return guests.size() == 1; }));
    guests.clear();
    log->error("{}: {}: {}", "a", std::string("b"), std::uint64_t{1});
    loop->clock().mono();
    base::errno_text(EMFILE);
    const std::unique_ptr<TimerOwner> gone = std::move(listener);
  }
  void TearDown() override { listener.reset(); }
};

TEST_F(ListenerTest, GivesEachConnectionWithItsAddress) {
  open();
  EXPECT_NE(listener->local().port(), 0);
  std::vector<Peer> peers;
  for (int i = 0; i < 100; ++i) peers.emplace_back(listener->local());
  ASSERT_TRUE(turn_until([&] { return guests.size() == 100; }));
  for (std::size_t i = 0; i < guests.size(); ++i) {
    EXPECT_EQ(guests[i].peer.text(), local_address(peers[i].fd()).value().text());
    EXPECT_TRUE(::fcntl(guests[i].fd.get(), F_GETFL) & O_NONBLOCK);
    EXPECT_TRUE(::fcntl(guests[i].fd.get(), F_GETFD) & FD_CLOEXEC);
  }
}

TEST_F(ListenerTest, TakesNoMoreInATurnThanItMay) {
  open("127.0.0.1:0", {.accepts_per_turn_max = 10});
  std::vector<Peer> peers;
  for (int i = 0; i < 25; ++i) peers.emplace_back(listener->local());
  loop->run_once(milliseconds{1000});
  EXPECT_EQ(guests.size(), 10u);
  ASSERT_TRUE(turn_until([&] { return guests.size() == 25; }));
}

TEST_F(ListenerTest, ServesIpv6) {
  if (!listen_on(Address::parse("[::1]:0").value())) GTEST_SKIP() << "no IPv6 here";
  open("[::1]:0");
  const Peer peer(listener->local());
  ASSERT_TRUE(turn_until([&] { return guests.size() == 1; }));
  EXPECT_EQ(guests[0].peer.ip(), "::1");
  EXPECT_TRUE(base::is_loopback(guests[0].peer.bits()));
}

TEST_F(ListenerTest, BusyPortIsAnError) {
  open();
  const auto second = Listener::open(*loop, listener->local(), {}, [](Fd, const Address&) {});
  ASSERT_FALSE(second);
  EXPECT_TRUE(is_address_in_use(second.error()));
}

TEST_F(ListenerTest, PausedPortRefusesAndResumedOneServesAgain) {
  open();
  const Address address = listener->local();
  const Peer before(address);
  ASSERT_TRUE(turn_until([&] { return guests.size() == 1; }));
  listener->pause();
  listener->pause();
  EXPECT_FALSE(listener->listening());
  EXPECT_EQ(listener->local().text(), address.text());
  EXPECT_FALSE(Peer(address).connected) << "refused by the kernel, at once";
  EXPECT_EQ(::send(guests[0].fd.get(), "x", 1, MSG_NOSIGNAL), 1) << "connections live on";
  ASSERT_TRUE(listener->resume());
  ASSERT_TRUE(listener->resume());
  EXPECT_TRUE(listener->listening());
  EXPECT_EQ(listener->local().text(), address.text());
  const Peer after(address);
  EXPECT_TRUE(after.connected);
  ASSERT_TRUE(turn_until([&] { return guests.size() == 2; }));
}

TEST_F(ListenerTest, CallbackMayPauseIt) {
  int accepted = 0;
  listener = Listener::open(*loop, Address::parse("127.0.0.1:0").value(), {}, [&](Fd, const Address&) {
               ++accepted;
               listener->pause();
             }).value();
  const Address address = listener->local();
  const Peer one(address), two(address);
  ASSERT_TRUE(turn_until([&] { return accepted > 0; }));
  settle();
  EXPECT_EQ(accepted, 1);
}

TEST_F(ListenerTest, PortTakenDuringThePauseIsAnError) {
  open();
  listener->pause();
  const Fd other = listen_on(listener->local()).value();
  const auto resumed = listener->resume();
  ASSERT_FALSE(resumed);
  EXPECT_TRUE(is_address_in_use(resumed.error()));
}

/// No descriptor is left while it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &old_);
    const Fd lowest(::eventfd(0, EFD_CLOEXEC));
    const rlimit none{static_cast<rlim_t>(lowest.get()), old_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    // Below the limit some may be free still: the numbers between the ones in use.
    while (Fd fd{::eventfd(0, EFD_CLOEXEC)}) fillers_.push_back(std::move(fd));
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &old_); }

 private:
  rlimit old_{};
  std::vector<Fd> fillers_;
};

TEST_F(ListenerTest, OutOfDescriptorsRefusesWithWordsAndRecovers) {
  open("127.0.0.1:0", {.refusal = "ERR server-full try again later\r\n"});
  Peer first(listener->local()), second(listener->local());
  first.send("HELLO\r\n");  // unread input must not turn the refusal into a reset
  Peer third;
  {
    const NoDescriptors need;
    ASSERT_TRUE(turn_until([&] { return listener->refused() == 2; }));
    for (Peer* peer : {&first, &second}) {
      peer->receive();
      EXPECT_EQ(peer->text, "ERR server-full try again later\r\n");
      EXPECT_TRUE(peer->fin);
      EXPECT_EQ(peer->error, 0);
    }
    settle();
    EXPECT_TRUE(guests.empty());
  }
  third = Peer(listener->local());
  EXPECT_TRUE(third.connected);
  settle();
  EXPECT_TRUE(guests.empty()) << "it looks away for a while";
  clock.advance(Listener::kBackoffMax);
  ASSERT_TRUE(turn_until([&] { return guests.size() == 1; }));
  const Peer fourth(listener->local());
  ASSERT_TRUE(turn_until([&] { return guests.size() == 2; }));
  EXPECT_EQ(listener->refused(), 2u);
}

TEST_F(ListenerTest, NeedThatLastsRefusesAfterEachPause) {
  open("127.0.0.1:0", {.refusal = "full\r\n"});
  std::vector<Peer> peers;
  for (int i = 0; i < 3; ++i) peers.emplace_back(listener->local());
  const Address address = listener->local();
  const Fd spare(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const NoDescriptors need;
  ASSERT_TRUE(turn_until([&] { return listener->refused() == 3; }));
  ASSERT_EQ(::connect(spare.get(), address.data(), address.size()), 0);
  settle();
  EXPECT_EQ(listener->refused(), 3u);
  clock.advance(Listener::kBackoffMin);
  ASSERT_TRUE(turn_until([&] { return listener->refused() == 4; }));
}

TEST_F(ListenerTest, PauseDuringTheNeedIsQuiet) {
  open();
  {
    const Peer peer(listener->local());
    const NoDescriptors need;
    ASSERT_TRUE(turn_until([&] { return listener->refused() == 1; }));
    listener->pause();
  }
  clock.advance(Listener::kBackoffMax);
  settle();
  EXPECT_TRUE(loop->timers().empty());
  ASSERT_TRUE(listener->resume());
  const Peer peer(listener->local());
  ASSERT_TRUE(turn_until([&] { return guests.size() == 1; }));
}

}  // namespace
}  // namespace veche::net

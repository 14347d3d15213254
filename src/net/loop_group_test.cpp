#include "net/loop_group.h"

#include "net/listener.h"
#include "net/test_peer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace veche::net {
namespace {

using testing::Peer;

/// Counts from many threads what handlers hear.
struct Tally {
  std::atomic<int> opened = 0, closed = 0, wrong_thread = 0;
  std::vector<std::atomic<int>> per_loop;
  explicit Tally(std::size_t loops) : per_loop(loops) {}

  static void await(const std::atomic<int>& what, int count) {
    for (int seen = what.load(); seen < count; seen = what.load()) what.wait(seen);
  }
};

class Echo final : public Handler {
 public:
  Echo(Tally& tally, std::size_t index) : tally_(tally), index_(index) {}
  void opened(Connection& connection) override {
    connection_ = &connection;
    thread_ = std::this_thread::get_id();
    ++tally_.per_loop[index_];
    ++tally_.opened;
    tally_.opened.notify_all();
  }
  void received(std::string_view bytes) override {
    if (std::this_thread::get_id() != thread_) ++tally_.wrong_thread;
    connection_->send(bytes);
  }
  void peer_finished() override { connection_->finish(); }
  void closed(CloseReason) override {
    if (std::this_thread::get_id() != thread_) ++tally_.wrong_thread;
    --tally_.per_loop[index_];
    ++tally_.closed;
    tally_.closed.notify_all();
  }

 private:
  Tally& tally_;
  const std::size_t index_;
  Connection* connection_ = nullptr;
  std::thread::id thread_;
};

class LoopGroupTest : public ::testing::TestWithParam<Spread> {
 protected:
  static constexpr std::size_t kLoops = 3;
  base::SystemClock clock;
  std::unique_ptr<base::Log> log = base::Log::nowhere();
  Tally tally{kLoops};
  LoopGroup::HandlerFactory make = [this](std::size_t index, const Address&) {
    return std::make_unique<Echo>(tally, index);
  };
};

void make_blocking(Peer& peer) {
  int off = 0;
  ::ioctl(peer.fd(), FIONBIO, &off);
  const timeval patience{testing::kPatience.count(), 0};
  ::setsockopt(peer.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

/// What `peer` gets until the end.
std::string read_all(Peer& peer) {
  std::string out;
  char buffer[4096];
  for (ssize_t got; (got = ::recv(peer.fd(), buffer, sizeof buffer, 0)) > 0;)
    out.append(buffer, static_cast<std::size_t>(got));
  return out;
}

TEST_P(LoopGroupTest, ManyConnectionsAreSharedOutAndServed) {
  auto group = LoopGroup::create(kLoops, clock, *log).value();
  auto listener = Listener::open(group->loop(0), Address::parse("127.0.0.1:0").value(), {},
                                 [&](Fd fd, const Address& peer) {
                                   group->share_out(std::move(fd), peer, make, GetParam());
                                 })
                      .value();
  const Address address = listener->local();
  group->start();
  constexpr int kPeers = 300;
  std::vector<Peer> peers;
  for (int i = 0; i < kPeers; ++i) {
    peers.emplace_back(address);
    make_blocking(peers.back());
    peers.back().send("hello " + std::to_string(i));
  }
  Tally::await(tally.opened, kPeers);
  while (group->connection_count() != kPeers) std::this_thread::yield();
  for (const auto& count : tally.per_loop) EXPECT_NEAR(count.load(), kPeers / static_cast<int>(kLoops), 10);
  for (int i = 0; i < kPeers; ++i) {
    peers[static_cast<std::size_t>(i)].shutdown_write();
    EXPECT_EQ(read_all(peers[static_cast<std::size_t>(i)]), "hello " + std::to_string(i));
  }
  Tally::await(tally.closed, kPeers);
  group->loop(0).post([&] { listener.reset(); });
  group->stop();
  group->join();
  listener.reset();
  EXPECT_EQ(group->connection_count(), 0u);
  EXPECT_EQ(tally.wrong_thread.load(), 0);
}

INSTANTIATE_TEST_SUITE_P(Spreads, LoopGroupTest,
                         ::testing::Values(Spread::round_robin, Spread::least_connections),
                         [](const auto& one) {
                           return one.param == Spread::round_robin ? "RoundRobin" : "Least";
                         });

TEST_F(LoopGroupTest, LeastConnectionsFillsTheEmptyLoopAgain) {
  auto group = LoopGroup::create(kLoops, clock, *log).value();
  group->start();
  std::vector<Peer> peers;
  const auto add = [&](int count, Spread spread) {
    const int before = tally.opened.load();
    for (int i = 0; i < count; ++i) {
      testing::Pair pair = testing::connected_pair();
      peers.push_back(std::move(pair.peer));
      group->share_out(std::move(pair.server), pair.address, make, spread);
    }
    Tally::await(tally.opened, before + count);
  };
  add(90, Spread::round_robin);
  for (std::size_t i = 0; i < peers.size(); i += kLoops)
    peers[i].shutdown_write();  // all of one loop's leave
  Tally::await(tally.closed, 30);
  while (group->connection_count() != 60) std::this_thread::yield();
  add(30, Spread::least_connections);
  for (const auto& count : tally.per_loop) EXPECT_NEAR(count.load(), 30, 5);
}

TEST_F(LoopGroupTest, StoppedGroupTellsEveryHandlerOnItsOwnThread) {
  auto group = LoopGroup::create(kLoops, clock, *log).value();
  group->start();
  std::vector<Peer> peers;
  for (int i = 0; i < 30; ++i) {
    testing::Pair pair = testing::connected_pair();
    peers.push_back(std::move(pair.peer));
    group->share_out(std::move(pair.server), pair.address, make);
  }
  Tally::await(tally.opened, 30);
  group.reset();
  EXPECT_EQ(tally.closed.load(), 30);
  EXPECT_EQ(tally.wrong_thread.load(), 0);
}

TEST_F(LoopGroupTest, ConnectionThatFindsNoLoopRunningIsClosed) {
  auto group = LoopGroup::create(1, clock, *log).value();
  testing::Pair pair = testing::connected_pair();
  group->share_out(std::move(pair.server), pair.address, make);
  EXPECT_EQ(group->connection_count(), 1u);
  group.reset();
  make_blocking(pair.peer);
  EXPECT_EQ(read_all(pair.peer), "");
  EXPECT_EQ(tally.opened.load(), 0);
}

}  // namespace
}  // namespace veche::net

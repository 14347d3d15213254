#include "scan/host_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <thread>

namespace veche::scan {
namespace {

constexpr base::MonoTime kNow{std::chrono::hours{1}};

/// Ports 1, 2, ...
Plan plan_of(std::size_t ports, unsigned threads) {
  Plan plan;
  plan.ports.resize(ports);
  std::iota(plan.ports.begin(), plan.ports.end(), std::uint16_t{1});
  plan.threads = threads;
  return plan;
}

TargetList targets_of(const std::string& first, const std::string& last) {
  const auto bits = [](const std::string& ip) { return net::Address::parse(ip, 0).value().bits(); };
  return TargetList({{"", {bits(first), bits(last)}}}, {});
}

/// "192.0.2.1 0/1": a host and which share of it; empty: nothing.
std::string taken(HostQueue& queue, unsigned thread) {
  const auto share = queue.take(thread, kNow);
  if (!share) return "";
  return share->host->address().ip() + ' ' + std::to_string(share->number) + '/' +
         std::to_string(share->shares);
}

TEST(HostQueue, HostsWithFewPortsAreNotShared) {
  const Plan plan = plan_of(100, 2);
  HostQueue queue(targets_of("192.0.2.1", "192.0.2.3"), plan);
  EXPECT_EQ(queue.hosts(), 3u);
  EXPECT_EQ(taken(queue, 0), "192.0.2.1 0/1");
  EXPECT_EQ(taken(queue, 1), "192.0.2.2 0/1");
  EXPECT_EQ(taken(queue, 1), "192.0.2.3 0/1");
  EXPECT_EQ(taken(queue, 0), "");
  EXPECT_TRUE(queue.is_exhausted(0));
  EXPECT_TRUE(queue.is_exhausted(1));
}

TEST(HostQueue, HostWithManyPortsGoesToEveryThread) {
  const Plan plan = plan_of(65'535, 2);
  HostQueue queue(targets_of("192.0.2.1", "192.0.2.2"), plan);
  EXPECT_EQ(taken(queue, 0), "192.0.2.1 0/2");
  EXPECT_EQ(taken(queue, 0), "192.0.2.2 0/2");
  EXPECT_EQ(taken(queue, 0), "");
  EXPECT_TRUE(queue.is_exhausted(0));
  EXPECT_FALSE(queue.is_exhausted(1));
  EXPECT_EQ(taken(queue, 1), "192.0.2.1 1/2");
  EXPECT_EQ(taken(queue, 1), "192.0.2.2 1/2");
  EXPECT_EQ(taken(queue, 1), "");
  EXPECT_TRUE(queue.is_exhausted(1));
}

TEST(HostQueue, SharesAreOfOneHost) {
  const Plan plan = plan_of(2000, 2);
  HostQueue queue(targets_of("192.0.2.1", "192.0.2.1"), plan);
  const auto first = queue.take(0, kNow), second = queue.take(1, kNow);
  EXPECT_EQ(first->host, second->host);
  EXPECT_FALSE(first->host->finish_share({}, kNow));
  EXPECT_TRUE(second->host->finish_share({}, kNow));
}

TEST(HostQueue, HostHasItsNameAndThePlansPorts) {
  const Plan plan = plan_of(7, 1);
  const base::AddressBits bits = net::Address::parse("2001:db8::7", 0).value().bits();
  HostQueue queue(TargetList({{"example.org", {bits, bits}}}, {}), plan);
  const auto share = queue.take(0, kNow);
  EXPECT_EQ(share->host->name(), "example.org");
  EXPECT_EQ(share->host->address().ip(), "2001:db8::7");
  EXPECT_EQ(share->host->ports(), 7u);
  EXPECT_EQ(share->host->first(), 0u);
}

TEST(HostQueue, OnlyTheFirstHostBeginsAtTheFirstPort) {
  Plan plan = plan_of(7, 1);
  plan.first_port = 5;
  HostQueue queue(targets_of("192.0.2.1", "192.0.2.2"), plan);
  EXPECT_EQ(queue.take(0, kNow)->host->first(), 4u);
  EXPECT_EQ(queue.take(0, kNow)->host->first(), 0u);
}

TEST(HostQueue, FirstPortThatIsNotWantedStandsForTheNext) {
  Plan plan;
  plan.ports = {10, 20, 30};
  plan.first_port = 15;
  HostQueue middle(targets_of("192.0.2.1", "192.0.2.1"), plan);
  EXPECT_EQ(middle.take(0, kNow)->host->first(), 1u);
  plan.first_port = 31;
  HostQueue behind(targets_of("192.0.2.1", "192.0.2.1"), plan);
  EXPECT_EQ(behind.take(0, kNow)->host->first(), 3u);
}

TEST(HostQueue, HostsAreTakenOffInOrder) {
  const Plan plan = plan_of(100, 1);
  HostQueue queue(targets_of("192.0.2.1", "192.0.2.3"), plan);
  EXPECT_EQ(queue.front(), nullptr);
  EXPECT_TRUE(queue.begun().empty());
  const auto first = queue.take(0, kNow)->host, second = queue.take(0, kNow)->host;
  EXPECT_EQ(queue.begun(), (std::vector{first, second}));
  EXPECT_EQ(queue.front(), first);
  queue.pop();
  EXPECT_EQ(queue.front(), second);
  EXPECT_EQ(taken(queue, 0), "192.0.2.3 0/1");
  EXPECT_EQ(queue.begun().size(), 2u);
}

TEST(HostQueue, NextAddressIsThatOfTheFirstHostNobodyHasBegun) {
  const Plan plan = plan_of(100, 1);
  HostQueue queue(targets_of("192.0.2.1", "192.0.2.2"), plan);
  queue.take(0, kNow);
  EXPECT_EQ(net::Address::of(queue.next_address().value()).ip(), "192.0.2.2");
  EXPECT_FALSE(queue.next_address());
}

TEST(HostQueue, SoManyUnfinishedHostsThatMoreHaveToWait) {
  const Plan plan = plan_of(65'535, 1);
  HostQueue queue(targets_of("10.0.0.0", "10.255.255.255"), plan);
  EXPECT_EQ(queue.hosts(), 1u << 24);
  std::size_t begun = 0;
  while (begun < 10'000 && queue.take(0, kNow)) ++begun;
  EXPECT_GE(begun, 16u);
  EXPECT_LE(begun, 1000u);  // 65 MB
  EXPECT_FALSE(queue.is_exhausted(0));
  EXPECT_FALSE(queue.take(0, kNow));
  queue.pop();
  EXPECT_TRUE(queue.take(0, kNow));
  EXPECT_FALSE(queue.take(0, kNow));
}

TEST(HostQueue, ThreadsThatTakeAtOnceGetEveryHostOnce) {
  constexpr unsigned kThreads = 3;
  constexpr std::size_t kHosts = 1000;
  for (const std::size_t ports : {1u, 1024u}) {
    const Plan plan = plan_of(ports, kThreads);
    HostQueue queue(targets_of("10.0.0.1", "10.0.3.232"), plan);
    ASSERT_EQ(queue.hosts(), kHosts);
    std::vector<std::vector<std::string>> seen(kThreads);
    std::vector<std::thread> threads;
    for (unsigned thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        while (!queue.is_exhausted(thread)) {
          const auto share = queue.take(thread, kNow);
          if (!share) continue;
          seen[thread].push_back(share->host->address().ip());
          share->host->finish_share({}, kNow);
        }
      });
    }
    for (std::size_t done = 0; done < kHosts;) {  // meanwhile they are taken off
      const auto host = queue.front();
      if (host == nullptr || !host->is_finished()) {
        std::this_thread::yield();
        continue;
      }
      queue.pop();
      ++done;
    }
    for (std::thread& thread : threads) thread.join();
    std::map<std::string, unsigned> times;
    for (const auto& some : seen) {
      for (const std::string& ip : some) ++times[ip];
    }
    EXPECT_EQ(times.size(), kHosts);
    const unsigned wanted = ports >= 1024 ? kThreads : 1;
    EXPECT_TRUE(
        std::all_of(times.begin(), times.end(), [&](const auto& one) { return one.second == wanted; }));
  }
}

}  // namespace
}  // namespace veche::scan

// Scans of this machine, on real threads and sockets. Only ports that the test itself holds are judged, or
// all ports of a network namespace that nobody else is in.
#include "scan/scanner.h"

#include "base/result.h"
#include "net/signals.h"
#include "net/socket.h"
#include "net/waiting.h"
#include "scan/port_list.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace veche::scan {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;  // that only a failure reaches

net::Address address_of(const std::string& ip, std::uint16_t port = 0) {
  return net::Address::parse(ip, port).value();
}

bool has_v6() { return net::listen_on(address_of("::1")).has_value(); }

TargetList targets_of(const std::vector<std::string>& ips) {
  std::vector<ResolvedTarget> targets;
  for (const std::string& ip : ips) targets.push_back({"", {address_of(ip).bits(), address_of(ip).bits()}});
  return TargetList(targets, {});
}

/// Ports that the test holds. Each is bound, so that nobody else listens there or calls from there.
class Ground {
 public:
  void add(const std::string& ip, const Verdict& verdict, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(hold(address_of(ip), verdict));
  }
  /// Whether nobody else has it.
  bool hold(const net::Address& address, const Verdict& verdict) {
    net::Fd fd = open_probe_socket(address);
    if (::bind(fd.get(), address.data(), address.size()) != 0) return false;
    const net::Address local = net::local_address(fd.get()).value();
    if (verdict == kOpen) {
      EXPECT_EQ(::listen(fd.get(), 1024), 0);
    }
    if (verdict == kSilent) fill(fd.get(), local);
    expected_[{local.ip(), local.port()}] = verdict;
    (verdict == kOpen ? listeners_ : others_).push_back(std::move(fd));
    last_port_ = local.port();
    return true;
  }
  std::uint16_t last_port() const { return last_port_; }

  /// One thread, and all these ports.
  Plan plan() const {
    std::set<std::uint16_t> ports;
    for (const auto& [where, verdict] : expected_) ports.insert(where.second);
    Plan plan;
    plan.ports.assign(ports.begin(), ports.end());
    return plan;
  }
  /// The same with so many ports that threads share a host.
  Plan shared_plan() const {
    Plan plan = this->plan();
    std::set<std::uint16_t> ports(plan.ports.begin(), plan.ports.end());
    for (std::uint16_t port = 1; port <= 1100; ++port) ports.insert(port);
    plan.ports.assign(ports.begin(), ports.end());
    plan.threads = 3;
    return plan;
  }

  std::vector<net::Fd>& listeners() { return listeners_; }

  /// Every port of a host that was scanned to its end: those held are what they are, the others anything.
  void expect_exact(const Plan& plan, const HostScan& host) const {
    EXPECT_TRUE(host.is_finished());
    EXPECT_FALSE(host.has_failed()) << host.summary({}).error->text();
    for (std::size_t index = host.first(); index < host.ports(); ++index) {
      const Verdict verdict = host.verdict(index);
      ASSERT_NE(verdict.state, PortState::undecided) << host.address().ip() << ' ' << plan.ports[index];
      expect_right(plan, host, index);
    }
  }
  void expect_right(const Plan& plan, const HostScan& host, std::size_t index) const {
    const auto expected = expected_.find({host.address().ip(), plan.ports[index]});
    if (expected == expected_.end()) return;
    const Verdict verdict = host.verdict(index);
    EXPECT_EQ(static_cast<int>(verdict.state), static_cast<int>(expected->second.state)) << plan.ports[index];
    EXPECT_EQ(static_cast<int>(verdict.reason), static_cast<int>(expected->second.reason))
        << plan.ports[index];
  }

 private:
  /// Whoever calls a listener whose queue is full hears nothing.
  void fill(int listener, const net::Address& address) {
    EXPECT_EQ(::listen(listener, 0), 0);
    others_.push_back(open_probe_socket(address));
    ::connect(others_.back().get(), address.data(), address.size());
    std::array queue{pollfd{listener, POLLIN, 0}};
    net::poll_until(queue, net::mono_now() + kPatience);
    EXPECT_NE(queue[0].revents, 0);
  }

  std::map<std::pair<std::string, std::uint16_t>, Verdict> expected_;
  std::vector<net::Fd> listeners_, others_;
  std::uint16_t last_port_ = 0;
};

using Hosts = std::vector<std::shared_ptr<HostScan>>;

/// Lets it run to its end; `meanwhile` has its turn every now and then.
Hosts finish(
    Scanner& scanner, const std::function<void()>& meanwhile = [] {}) {
  const base::MonoTime until = net::mono_now() + kPatience;
  while (!scanner.is_over()) {
    std::array news{pollfd{scanner.news_fd(), POLLIN, 0}};
    net::poll_until(news, net::mono_now() + 5ms);
    scanner.take_news();
    meanwhile();
    if (net::mono_now() > until) {
      ADD_FAILURE() << "it does not end";
      break;
    }
  }
  return scanner.queue().begun();
}

/// Scans, and expects what is there and nothing else.
void expect_exact_scan(const Ground& ground, const Plan& plan, const std::vector<std::string>& ips) {
  Scanner scanner(plan, targets_of(ips));
  ASSERT_TRUE(scanner.start());
  const Hosts hosts = finish(scanner);
  ASSERT_EQ(hosts.size(), ips.size());
  for (const auto& host : hosts) ground.expect_exact(plan, *host);
}

// --- one host

struct Mode {
  const char* name;
  std::function<void(Plan&)> set;
};

class ScannerModes : public ::testing::TestWithParam<Mode> {};

TEST_P(ScannerModes, FindExactlyWhatListens) {
  for (const std::string ip : {"127.0.0.1", "::1"}) {
    if (ip == "::1" && !has_v6()) continue;
    Ground ground;
    ground.add(ip, kOpen, 40);
    ground.add(ip, kClosed, 160);
    for (Plan plan : {ground.plan(), ground.shared_plan()}) {
      GetParam().set(plan);
      expect_exact_scan(ground, plan, {ip});
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Each, ScannerModes,
    ::testing::Values(Mode{"OneThread", [](Plan& plan) { plan.threads = 1; }},
                      Mode{"ThreeThreads", [](Plan& plan) { plan.threads = 3; }},
                      Mode{"ManyThreads", [](Plan& plan) { plan.threads = 16; }},
                      Mode{"OneByOne",
                           [](Plan& plan) {
                             plan.is_sequential = true;
                             plan.threads = 1;
                           }},
                      Mode{"WindowOfOne", [](Plan& plan) { plan.tuning.window = 1; }},
                      Mode{"WideWindow", [](Plan& plan) { plan.tuning.window = 10'000; }},
                      Mode{"OneSocket", [](Plan& plan) { plan.sockets = 1; }},
                      Mode{"WithoutRetries", [](Plan& plan) { plan.tuning.retries = 0; }},
                      Mode{"AtARate", [](Plan& plan) { plan.rate = 20'000; }}),
    [](const auto& parameter) { return parameter.param.name; });

TEST(Scanner, RateIsNotExceeded) {
  Ground ground;
  ground.add("127.0.0.1", kClosed, 200);
  for (const unsigned threads : {1u, 3u}) {
    Plan plan = threads > 1 ? ground.shared_plan() : ground.plan();
    plan.rate = 10.0 * static_cast<double>(plan.ports.size());  // 100 ms
    const base::MonoTime begin = net::mono_now();
    expect_exact_scan(ground, plan, {"127.0.0.1"});
    EXPECT_GE(net::mono_now() - begin, 80ms);  // what the first 5 ms of each thread make up for
  }
}

TEST(Scanner, SilentPortsAreFilteredAndNoOthers) {
  Ground ground;
  ground.add("127.0.0.1", kOpen, 20);
  ground.add("127.0.0.1", kClosed, 100);
  ground.add("127.0.0.1", kSilent, 20);
  expect_exact_scan(ground, ground.plan(), {"127.0.0.1"});
  expect_exact_scan(ground, ground.shared_plan(), {"127.0.0.1"});
}

TEST(Scanner, PortsWithoutAnAnswerAreAllFiltered) {
  Ground ground;
  ground.add("127.0.0.1", kSilent, 10);
  Plan plan = ground.plan();
  plan.tuning.timeout = 20ms;
  expect_exact_scan(ground, plan, {"127.0.0.1"});
}

TEST(Scanner, SummaryTellsWhatWasDone) {
  Ground ground;
  ground.add("127.0.0.1", kOpen, 3);
  ground.add("127.0.0.1", kClosed, 7);
  Scanner scanner(ground.plan(), targets_of({"127.0.0.1"}));
  ASSERT_TRUE(scanner.start());
  const HostSummary summary = finish(scanner).at(0)->summary(net::mono_now());
  EXPECT_EQ(summary.ports, 10u);
  EXPECT_EQ(summary.open, 3u);
  EXPECT_EQ(summary.closed, 7u);
  EXPECT_GE(summary.probes, 10u);
  EXPECT_GT(summary.window, 0u);
  EXPECT_TRUE(summary.round_trip);
  EXPECT_GT(summary.duration, 0ns);
  EXPECT_FALSE(summary.error);
}

TEST(Scanner, GoesOnFromAPort) {
  Ground ground;
  ground.add("127.0.0.1", kOpen, 10);
  ground.add("127.0.0.1", kClosed, 30);
  Plan plan = ground.plan();
  plan.first_port = plan.ports[25];
  Scanner scanner(plan, targets_of({"127.0.0.1", "127.0.0.2"}));
  ASSERT_TRUE(scanner.start());
  const Hosts hosts = finish(scanner);
  ASSERT_EQ(hosts.size(), 2u);
  ground.expect_exact(plan, *hosts[0]);
  for (std::size_t index = 0; index < 25; ++index) EXPECT_EQ(hosts[0]->verdict(index), Verdict{});
  EXPECT_EQ(hosts[0]->summary({}).ports, 15u);
  EXPECT_EQ(hosts[1]->decided(), 40u);
}

TEST(Scanner, HostWithoutAPortLeftIsFinishedAtOnce) {
  Ground ground;
  ground.add("127.0.0.1", kOpen, 1);
  Plan plan = ground.plan();
  plan.first_port = static_cast<std::uint16_t>(plan.ports[0] + 1);
  Scanner scanner(plan, targets_of({"127.0.0.1"}));
  ASSERT_TRUE(scanner.start());
  const Hosts hosts = finish(scanner);
  EXPECT_TRUE(hosts.at(0)->is_finished());
  EXPECT_EQ(hosts.at(0)->decided(), 0u);
}

// --- several hosts

TEST(Scanner, EachHostHasItsOwnPorts) {
  const std::vector<std::string> ips{"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4",
                                     "127.0.0.5", "127.0.0.6", "127.0.0.7", "127.0.0.8"};
  Ground ground;
  for (int i = 0; i < 30; ++i) {
    ground.add(ips[0], i % 3 == 0 ? kOpen : kClosed, 1);
    const std::uint16_t port = ground.last_port();
    for (std::size_t host = 1; host < ips.size(); ++host) {  // where somebody else has it, it is not judged
      ground.hold(address_of(ips[host], port),
                  (static_cast<std::size_t>(i) + host) % 3 == 0 ? kOpen : kClosed);
    }
  }
  for (Plan plan : {ground.plan(), ground.shared_plan()}) {
    for (const unsigned threads : {1u, 3u}) {
      plan.threads = threads;
      expect_exact_scan(ground, plan, ips);
    }
    plan.threads = 1;
    plan.sockets = 2;
    expect_exact_scan(ground, plan, ips);
    plan.is_sequential = true;
    expect_exact_scan(ground, plan, ips);
  }
}

TEST(Scanner, BothFamiliesGoTogether) {
  if (!has_v6()) GTEST_SKIP() << "no IPv6 here";
  Ground ground;
  for (const char* const ip : {"127.0.0.1", "::1", "127.0.0.2"}) {
    ground.add(ip, kOpen, 10);
    ground.add(ip, kClosed, 10);
  }
  Plan plan = ground.plan();
  expect_exact_scan(ground, plan, {"127.0.0.1", "::1", "127.0.0.2"});
  plan.sockets = 1;  // one socket after the other, of either family
  expect_exact_scan(ground, plan, {"127.0.0.1", "::1", "127.0.0.2"});
}

TEST(Scanner, SilentHostHoldsUpNoOther) {
  Ground ground;
  ground.add("127.0.0.1", kSilent, 10);
  for (int host = 2; host < 100; ++host) ground.add("127.0.0." + std::to_string(host), kClosed, 1);
  std::vector<std::string> ips;
  for (int host = 1; host < 100; ++host) ips.push_back("127.0.0." + std::to_string(host));
  Plan plan = ground.plan();
  plan.threads = 2;
  expect_exact_scan(ground, plan, ips);
}

TEST(Scanner, HostThatCannotBeReachedHasAnErrorAndTheOthersAreScanned) {
  Ground ground;
  ground.add("127.0.0.1", kOpen, 10);
  ground.add("127.0.0.1", kClosed, 20);
  for (const Plan& plan : {ground.plan(), ground.shared_plan()}) {
    Scanner scanner(plan, targets_of({"224.0.0.1", "127.0.0.1", "224.0.0.2"}));  // TCP knows no groups
    ASSERT_TRUE(scanner.start());
    const Hosts hosts = finish(scanner);
    ASSERT_EQ(hosts.size(), 3u);
    for (const std::size_t i : {0u, 2u}) {
      EXPECT_TRUE(hosts[i]->is_finished());
      const HostSummary summary = hosts[i]->summary({});
      ASSERT_TRUE(summary.error);
      EXPECT_EQ(summary.error->text(), hosts[i]->address().ip() + ": Network is unreachable");
      EXPECT_EQ(summary.decided(), 0u);
    }
    ground.expect_exact(plan, *hosts[1]);
  }
}

// --- little room

// So many as it wants it does not get: it goes on with those it has.
TEST(Scanner, FewDescriptorsMakeItSlowerAndNotWrong) {
  Ground ground;
  ground.add("127.0.0.1", kOpen, 10);
  ground.add("127.0.0.1", kClosed, 50);
  ground.add("127.0.0.1", kSilent, 30);  // that take up their sockets for a while
  const Plan plan = ground.plan();
  // The undefined-behaviour sanitizer looks at each class for the first time through a pipe.
  Plan first = plan;
  first.ports.resize(1);
  expect_exact_scan(ground, first, {"127.0.0.1"});
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const net::Fd next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const rlimit few{static_cast<rlim_t>(next.get()) + 16, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  expect_exact_scan(ground, plan, {"127.0.0.1"});
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(Scanner, WithoutDescriptorsItDoesNotStart) {
  Ground ground;
  ground.add("127.0.0.1", kOpen, 1);
  EXPECT_EQ(base::errno_text(EMFILE),
            "Too many open files");  // UBSan's first look at a type takes a descriptor
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  Scanner scanner(ground.plan(), targets_of({"127.0.0.1"}));
  const auto started = scanner.start();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().text(), "scan: Too many open files");
}

// --- the end before the end

TEST(Scanner, StoppedInTheMiddleItKnowsWhatItKnows) {
  Ground ground;
  ground.add("127.0.0.1", kOpen, 100);
  ground.add("127.0.0.1", kClosed, 100);
  for (Plan plan : {ground.plan(), ground.shared_plan()}) {
    plan.rate = 300;  // seconds
    Scanner scanner(plan, targets_of({"127.0.0.1", "127.0.0.2"}));
    ASSERT_TRUE(scanner.start());
    const base::MonoTime until = net::mono_now() + kPatience;
    for (bool is_begun = false; !is_begun && net::mono_now() < until; std::this_thread::yield()) {
      const auto host = scanner.queue().front();
      is_begun = host != nullptr && host->decided() >= 3;
    }
    EXPECT_FALSE(scanner.is_over());
    scanner.stop();
    EXPECT_TRUE(scanner.is_over());
    const auto host = scanner.queue().front();
    EXPECT_GE(host->decided(), 3u);
    EXPECT_LT(host->decided(), host->ports());
    EXPECT_FALSE(host->is_finished());
    for (std::size_t index = 0; index < host->ports(); ++index) {
      if (host->verdict(index).state != PortState::undecided) ground.expect_right(plan, *host, index);
    }
    scanner.stop();  // once more changes nothing
  }
}

TEST(Scanner, MayGoAwayInTheMiddle) {
  Ground ground;
  ground.add("127.0.0.1", kSilent, 5);
  Plan plan = ground.plan();
  plan.tuning.timeout = 60s;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Scanner(plan, targets_of({"127.0.0.1"})).start());
}

// --- banners

/// Services on a ground's listeners: take whoever calls, say something (nothing if empty) and hang up, or
/// stay.
class Services {
 public:
  Services(Ground& ground, std::string greeting, bool hangs_up)
      : ground_(ground), greeting_(std::move(greeting)), hangs_up_(hangs_up) {}

  void take() {
    for (const net::Fd& listener : ground_.listeners()) {
      net::Fd caller(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (caller) callers_.push_back(std::move(caller));
    }
  }
  void greet() {
    for (net::Fd& caller : callers_) {
      ::send(caller.get(), greeting_.data(), greeting_.size(), MSG_NOSIGNAL);
      if (!hangs_up_) staying_.push_back(std::move(caller));
    }
    callers_.clear();
  }
  std::size_t waiting() const { return callers_.size(); }

 private:
  Ground& ground_;
  const std::string greeting_;
  const bool hangs_up_;
  std::vector<net::Fd> callers_, staying_;
};

void expect_banners(const Ground& ground, const Plan& plan, const Hosts& hosts, const std::string& banner) {
  ASSERT_EQ(hosts.size(), 1u);
  ground.expect_exact(plan, *hosts[0]);
  for (std::size_t index = 0; index < plan.ports.size(); ++index) {
    const bool is_open = hosts[0]->verdict(index) == kOpen;
    EXPECT_EQ(hosts[0]->banner(index), is_open ? banner : "") << plan.ports[index];
  }
}

TEST(ScannerBanners, WhatServicesGreetWithIsRead) {
  for (const std::string greeting : {"SSH-2.0-OpenSSH_9.2\r\n", ""}) {  // or they hang up without a word
    Ground ground;
    ground.add("127.0.0.1", kOpen, 10);
    ground.add("127.0.0.1", kClosed, 50);
    Services services(ground, greeting, greeting.empty());
    Plan plan = ground.plan();
    plan.wants_banners = true;
    Scanner scanner(plan, targets_of({"127.0.0.1"}));
    ASSERT_TRUE(scanner.start());
    const Hosts hosts = finish(scanner, [&] {
      services.take();
      services.greet();
    });
    expect_banners(ground, plan, hosts, greeting);
  }
}

// One thread waits for a bounded number of banners; the other ports wait for their turn.
TEST(ScannerBanners, MoreServicesThanAreWaitedForAtOnceAreAllHeard) {
  if (net::raise_descriptor_limit() < 4096) GTEST_SKIP() << "too few descriptors";
  Ground ground;
  ground.add("127.0.0.1", kOpen, 2 * kBannersMax);
  Services services(ground, "220 ready\r\n", true);
  Plan plan = ground.plan();
  plan.wants_banners = true;
  Scanner scanner(plan, targets_of({"127.0.0.1"}));
  ASSERT_TRUE(scanner.start());
  bool has_been_full = false;
  const Hosts hosts = finish(scanner, [&] {
    services.take();
    has_been_full |= services.waiting() >= kBannersMax;
    EXPECT_LT(services.waiting(), 2 * kBannersMax);
    if (has_been_full) services.greet();
  });
  EXPECT_TRUE(has_been_full);
  expect_banners(ground, plan, hosts, "220 ready\r\n");
}

TEST(ScannerBanners, SilentServiceDoesNotHoldUpTheEndThatThePersonWants) {
  Ground ground;
  ground.add("127.0.0.1", kOpen, 3);
  Services services(ground, "", false);
  Plan plan = ground.plan();
  plan.wants_banners = true;
  Scanner scanner(plan, targets_of({"127.0.0.1"}));
  ASSERT_TRUE(scanner.start());
  const base::MonoTime until = net::mono_now() + kPatience;
  while (services.waiting() < 3 && net::mono_now() < until) services.take();
  scanner.stop();
  EXPECT_TRUE(scanner.is_over());
}

// --- a network of our own

/// Runs `work` on a thread whose network has nothing but loopback, where connections come out of the ports
/// 40000 to 40031. False: that needs a privilege.
bool in_own_network(const std::function<void()>& work) {
  bool is_there = false;
  std::thread([&] {
    if (::unshare(CLONE_NEWNET) != 0) return;
    const net::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq loopback{};
    std::copy_n("lo", 3, loopback.ifr_name);
    loopback.ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK;
    if (::ioctl(socket.get(), SIOCSIFFLAGS, &loopback) != 0) return;
    const net::Fd range(::open("/proc/sys/net/ipv4/ip_local_port_range", O_WRONLY | O_CLOEXEC));
    constexpr std::string_view kRange = "40000 40031";
    if (::write(range.get(), kRange.data(), kRange.size()) != static_cast<ssize_t>(kRange.size())) return;
    is_there = true;
    work();
  }).join();
  return is_there;
}

/// Nobody else is there, so everything but the ground's listeners is closed.
void expect_only_ours(const Ground& ground, const Plan& plan, const std::string& ip, std::size_t open) {
  Scanner scanner(plan, targets_of({ip}));
  ASSERT_TRUE(scanner.start());
  const Hosts hosts = finish(scanner);
  ASSERT_EQ(hosts.size(), 1u);
  ground.expect_exact(plan, *hosts[0]);
  const HostSummary summary = hosts[0]->summary({});
  EXPECT_EQ(summary.open, open);
  EXPECT_EQ(summary.closed, plan.ports.size() - open);
  EXPECT_EQ(summary.filtered, 0u);
}

TEST(ScannerInItsOwnNetwork, AllPortsOfTheMachineAreRight) {
  const bool is_there = in_own_network([] {
    for (const std::string ip : {"127.0.0.1", "::1"}) {
      if (ip == "::1" && !has_v6()) continue;
      Ground ground;
      for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(ground.hold(
            address_of(ip, static_cast<std::uint16_t>(i < 3 ? 40'000 + 9 * i : 1 + 3449 * i)), kOpen));
      }
      Plan plan;
      plan.ports = all_ports();
      for (const unsigned threads : {1u, 3u}) {
        plan.threads = threads;
        expect_only_ours(ground, plan, ip, 20);
      }
    }
  });
  if (!is_there) GTEST_SKIP() << "no network namespace here";
}

// A probe of a port comes out of that very port once in a while, and TCP connects it to itself: here to one
// port in 32, elsewhere in 28,232, but then a scan has as many probes to try it with.
TEST(ScannerInItsOwnNetwork, PortThatIsConnectedToItselfIsClosed) {
  const bool is_there = in_own_network([] {
    for (const std::string ip : {"127.0.0.1", "::1"}) {
      if (ip == "::1" && !has_v6()) continue;
      Ground ground;
      ASSERT_TRUE(ground.hold(address_of(ip, 40'007), kOpen));
      Plan plan;
      plan.ports.resize(32);
      std::iota(plan.ports.begin(), plan.ports.end(), std::uint16_t{40'000});

      int to_itself = 0;  // that it does happen
      for (int i = 0; i < 1000; ++i) {
        const net::Address address = address_of(ip, plan.ports[static_cast<std::size_t>(i) % 32]);
        const net::Fd fd = open_probe_socket(address);
        to_itself += address.port() != 40'007 && ask(fd.get(), address) == Answer::open;
      }
      EXPECT_GT(to_itself, 0);

      for (int i = 0; i < 100; ++i) expect_only_ours(ground, plan, ip, 1);
      plan.ports.resize(1100);  // and when three threads' probes may meet each other
      std::iota(plan.ports.begin(), plan.ports.end(), std::uint16_t{39'500});
      plan.threads = 3;
      for (int i = 0; i < 20; ++i) expect_only_ours(ground, plan, ip, 1);
    }
  });
  if (!is_there) GTEST_SKIP() << "no network namespace here";
}

TEST(ScannerInItsOwnNetwork, HostWithoutARouteIsAnError) {
  const bool is_there = in_own_network([] {
    Plan plan;
    plan.ports = {22, 80};
    Scanner scanner(plan, targets_of({"192.0.2.1", "2001:db8::1"}));
    ASSERT_TRUE(scanner.start());
    for (const auto& host : finish(scanner)) {
      ASSERT_TRUE(host->summary({}).error);
      EXPECT_EQ(host->summary({}).error->text(), host->address().ip() + ": Network is unreachable");
    }
  });
  if (!is_there) GTEST_SKIP() << "no network namespace here";
}

}  // namespace
}  // namespace veche::scan

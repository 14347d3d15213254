// Without a network: the names here are in the hosts file, or are no names at all.
#include "scan/resolve_targets.h"

#include "net/address.h"
#include "net/fd.h"

#include <gtest/gtest.h>

#include <sys/eventfd.h>

namespace veche::scan {
namespace {

const base::Translator kEnglish;
// With an empty label it is no name that a server could be asked for.
const std::string kNoName = "no..name";

TargetExpression name(const std::string& text, const std::string& place = "") { return {text, {}, place}; }
TargetExpression range(const std::string& first, const std::string& last) {
  const auto bits = [](const std::string& ip) { return net::Address::parse(ip, 0).value().bits(); };
  return {"", {bits(first), bits(last)}, ""};
}
std::string text(const AddressRange& range) {
  return net::Address::of(range.first).ip() + '-' + net::Address::of(range.last).ip();
}

TEST(ResolveTargets, AddressesStayAsTheyAre) {
  const auto resolved =
      resolve_targets({range("192.0.2.0", "192.0.2.255"), range("::1", "::1")}, -1, kEnglish);
  ASSERT_EQ(resolved.targets.size(), 2u);
  EXPECT_EQ(text(resolved.targets[0].range), "192.0.2.0-192.0.2.255");
  EXPECT_EQ(text(resolved.targets[1].range), "::1-::1");
  EXPECT_EQ(resolved.targets[0].name, "");
  EXPECT_TRUE(resolved.notes.empty());
  EXPECT_TRUE(resolved.errors.empty());
}

TEST(ResolveTargets, LocalhostIsItsIpv4Address) {
  const auto resolved = resolve_targets({name("localhost")}, -1, kEnglish);
  ASSERT_EQ(resolved.targets.size(), 1u);
  EXPECT_EQ(resolved.targets[0].name, "localhost");
  EXPECT_EQ(text(resolved.targets[0].range), "127.0.0.1-127.0.0.1");
  if (!resolved.notes.empty()) {  // the hosts file has the other one too
    EXPECT_EQ(resolved.notes, (std::vector<std::string>{"localhost is 127.0.0.1; not scanned: ::1"}));
  }
}

TEST(ResolveTargets, UnknownNameIsAnErrorAndTheOthersAreThere) {
  const auto resolved =
      resolve_targets({name(kNoName), name("localhost"), name(kNoName, "hosts.txt:3")}, -1, kEnglish);
  ASSERT_EQ(resolved.targets.size(), 1u);
  EXPECT_EQ(resolved.targets[0].name, "localhost");
  ASSERT_EQ(resolved.errors.size(), 2u);
  EXPECT_NE(resolved.errors[0].what.find(kNoName), std::string::npos) << resolved.errors[0].text();
  EXPECT_EQ(resolved.errors[1].what, "hosts.txt:3: " + resolved.errors[0].what);
}

TEST(ResolveTargets, ManyNamesKeepTheirOrder) {
  std::vector<TargetExpression> expressions;
  for (int i = 0; i < 50; ++i) {
    const std::string ip = "192.0.2." + std::to_string(i);
    expressions.push_back(i % 3 == 0 ? name("localhost") : i % 3 == 1 ? name(ip) : range(ip, ip));
  }
  const auto resolved = resolve_targets(expressions, -1, kEnglish);
  ASSERT_EQ(resolved.targets.size(), 50u);
  for (int i = 0; i < 50; ++i) {
    const std::string ip = i % 3 == 0 ? "127.0.0.1" : "192.0.2." + std::to_string(i);
    EXPECT_EQ(net::Address::of(resolved.targets[static_cast<std::size_t>(i)].range.first).ip(), ip);
  }
}

TEST(ResolveTargets, NothingIsNothing) {
  const auto resolved = resolve_targets({}, -1, kEnglish);
  EXPECT_TRUE(resolved.targets.empty());
  EXPECT_TRUE(resolve_excluded({}, -1, kEnglish)->empty());
}

// The name server may be silent; who has pressed Ctrl-C waits for it no longer.
TEST(ResolveTargets, PersonWhoWantsAnEndDoesNotWait) {
  const net::Fd stop(::eventfd(1, EFD_CLOEXEC));
  std::vector<TargetExpression> expressions(100, name("veche.invalid"));
  const auto resolved = resolve_targets(expressions, stop.get(), kEnglish);
  EXPECT_TRUE(resolved.targets.empty());
  EXPECT_EQ(resolved.errors.size(), 100u);
}

TEST(ResolveExcluded, AllAddressesOfANameAreLeftOut) {
  const auto ranges = resolve_excluded({range("192.0.2.1", "192.0.2.9"), name("localhost")}, -1, kEnglish);
  ASSERT_TRUE(ranges);
  ASSERT_GE(ranges->size(), 2u);
  EXPECT_EQ(text((*ranges)[0]), "192.0.2.1-192.0.2.9");
  const AddressRange loopback = range("127.0.0.1", "127.0.0.1").range;
  EXPECT_NE(std::find(ranges->begin(), ranges->end(), loopback), ranges->end());
}

// Better no scan than one of hosts that somebody wanted to spare.
TEST(ResolveExcluded, UnknownNameIsAnError) {
  const auto ranges = resolve_excluded({range("192.0.2.1", "192.0.2.9"), name(kNoName)}, -1, kEnglish);
  ASSERT_FALSE(ranges);
  EXPECT_NE(ranges.error().what.find(kNoName), std::string::npos);
}

}  // namespace
}  // namespace veche::scan

#include "net/resolver.h"

#include "net/fd.h"

#include <gtest/gtest.h>
#include <netdb.h>

#include <sys/eventfd.h>

#include <future>
#include <memory>

namespace veche::net {
namespace {

using namespace std::chrono_literals;
using Why = ResolveFailure::Why;

constexpr std::chrono::seconds kEnough{60};  // bounds a failure; nothing waits for it

const base::Translator kEnglish;

Patience enough() { return {mono_now() + kEnough}; }

/// "HOST PORT", "HOST" or the error.
std::string parsed(std::string_view text) {
  const auto found = parse_host_port(text, kEnglish);
  if (!found) return found.error().text();
  return found->host + (found->port ? ' ' + std::to_string(*found->port) : "");
}

Lookup answer(int code, std::initializer_list<const char*> ips) {
  Lookup out{code, 0, {}};
  for (const char* ip : ips) out.addresses.push_back(Address::parse(ip, 0).value());
  return out;
}

Why why(int code) {
  const auto found = resolve("name", 1, enough(), [&](const std::string&) { return answer(code, {}); });
  EXPECT_FALSE(found);
  return found ? Why::failed : found.error().why;
}

/// A name server that says nothing before the test has ended.
class SilentServer {
 public:
  ~SilentServer() { end_.set_value(); }
  std::function<Lookup(const std::string&)> ask() {
    return [ended = ended_](const std::string&) {
      ended.wait();
      return answer(0, {"192.0.2.1"});
    };
  }

 private:
  std::promise<void> end_;
  std::shared_future<void> ended_ = end_.get_future().share();
};

TEST(HostPort, NamesAndAddressesAreTakenWithAndWithoutAPort) {
  EXPECT_EQ(parsed("example.org"), "example.org");
  EXPECT_EQ(parsed("example.org:7"), "example.org 7");
  EXPECT_EQ(parsed("192.0.2.7:65535"), "192.0.2.7 65535");
  EXPECT_EQ(parsed("::1"), "::1");
  EXPECT_EQ(parsed("[::1]"), "::1");
  EXPECT_EQ(parsed("[::1]:7007"), "::1 7007");
  EXPECT_EQ(parsed("[fe80::1%lo]:7"), "fe80::1%lo 7");
  EXPECT_EQ(parsed("дом.укр:7"), "дом.укр 7");
}

TEST(HostPort, WhatIsNeitherIsRefusedWithTheWayToWriteIt) {
  for (const char* text : {"", ":7", "a b", "a:b:c", "[::1", "[::1]7", "[name]:7", "[]", "::1]"}) {
    const auto found = parse_host_port(text, kEnglish);
    ASSERT_FALSE(found) << text;
    EXPECT_NE(found.error().hint.find("[::1]:7007"), std::string::npos) << text;
  }
  EXPECT_EQ(parsed(std::string(254, 'a')).substr(0, 6), "host '");
}

TEST(HostPort, PortIsANumberThatCanBeConnectedTo) {
  for (const char* text : {"name:", "name:0", "name:65536", "name:seven", "name:-1", "[::1]: 7"}) {
    const auto found = parse_host_port(text, kEnglish);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().why, "must be a number from 1 to 65535") << text;
  }
}

TEST(HostPort, TextHasBracketsWhereTheyAreNeeded) {
  EXPECT_EQ(host_port_text("name", 7), "name:7");
  EXPECT_EQ(host_port_text("::1", 7), "[::1]:7");
}

TEST(Resolver, NumericAddressIsNotLookedUp) {
  const auto never = [](const std::string&) -> Lookup { throw std::logic_error("asked"); };
  EXPECT_EQ(resolve("192.0.2.7", 7, {base::MonoTime::min()}, never).value().at(0).text(), "192.0.2.7:7");
  EXPECT_EQ(resolve("2001:db8::1", 7, enough(), never).value().at(0).text(), "[2001:db8::1]:7");
}

TEST(Resolver, AddressesComeInTheSystemsOrderEachOnceWithThePort) {
  const auto found = resolve("name", 7, enough(), [](const std::string& host) {
    EXPECT_EQ(host, "name");
    return answer(0, {"::1", "127.0.0.1", "::1", "192.0.2.7"});
  });
  ASSERT_TRUE(found);
  std::string all;
  for (const Address& address : *found) all += address.text() + ' ';
  EXPECT_EQ(all, "[::1]:7 127.0.0.1:7 192.0.2.7:7 ");
}

TEST(Resolver, LocalhostIsKnownToTheSystem) {
  const auto found = resolve("localhost", 7, enough());
  ASSERT_TRUE(found);
  EXPECT_TRUE(base::is_loopback(found->at(0).bits()));
}

TEST(Resolver, UnknownHostIsToldApartFromASilentNameServer) {
  EXPECT_EQ(why(EAI_NONAME), Why::unknown_host);
  EXPECT_EQ(why(EAI_NODATA), Why::unknown_host);
  EXPECT_EQ(why(0), Why::unknown_host);  // and no address
  EXPECT_EQ(why(EAI_AGAIN), Why::no_answer);
  EXPECT_EQ(why(EAI_FAIL), Why::failed);
}

TEST(Resolver, SilentNameServerIsNotWaitedForLongerThanThePatience) {
  SilentServer server;
  const auto found = resolve("name", 7, {mono_now() + 20ms}, server.ask());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().why, Why::no_answer);
}

TEST(Resolver, StopEndsTheWait) {
  SilentServer server;
  const auto stop = std::make_shared<const Fd>(::eventfd(0, EFD_CLOEXEC));  // also of the thread that asks
  const auto stop_and_ask = [stop, ask = server.ask()](const std::string& host) {
    ::eventfd_write(stop->get(), 1);
    return ask(host);
  };
  const auto found = resolve("name", 7, {mono_now() + kEnough, stop->get()}, stop_and_ask);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().why, Why::stopped);
}

TEST(Resolver, WhoWantsAnEndAlreadyAsksNobody) {
  const auto never = [](const std::string&) -> Lookup { throw std::logic_error("asked"); };
  const Fd stop(::eventfd(1, EFD_CLOEXEC));
  const auto found = resolve("name", 7, {mono_now() + kEnough, stop.get()}, never);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().why, Why::stopped);
}

TEST(Resolver, EachFailureHasItsWords) {
  EXPECT_EQ(error_of({Why::unknown_host, ""}, "name", kEnglish).text(),
            "name: unknown host (is the name right?)");
  EXPECT_EQ(error_of({Why::no_answer, ""}, "name", kEnglish).why, "the name server does not answer");
  EXPECT_EQ(error_of({Why::failed, "it is broken"}, "name", kEnglish).why,
            "its address cannot be found: it is broken");
}

}  // namespace
}  // namespace veche::net

#include "scan/services.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace veche::scan {
namespace {

using Ports = std::vector<std::uint16_t>;

TEST(Services, AWellKnownPortHasItsName) {
  EXPECT_EQ(service_name(7), "echo");
  EXPECT_EQ(service_name(22), "ssh");
  EXPECT_EQ(service_name(443), "https");
  EXPECT_EQ(service_name(1898), "veche");
  EXPECT_EQ(service_name(6667), "irc");
  EXPECT_EQ(service_name(7007), "veche-echo");
}

TEST(Services, AnUnknownPortHasNone) {
  EXPECT_EQ(service_name(0), "");
  EXPECT_EQ(service_name(1), "");
  EXPECT_EQ(service_name(65535), "");
}

TEST(Services, EveryPortOfTheTableIsFoundByNumberAndByName) {
  for (const Service& service : services()) {
    EXPECT_EQ(service_name(service.port), service.name);
    const auto ports = service_ports(service.name);
    ASSERT_TRUE(ports) << service.name;
    EXPECT_TRUE(std::binary_search(ports->begin(), ports->end(), service.port)) << service.name;
    EXPECT_TRUE(std::is_sorted(ports->begin(), ports->end())) << service.name;
  }
}

TEST(Services, TheTableIsAboutFourHundredPortsEachOnce) {
  std::set<std::uint16_t> ports;
  for (const Service& service : services()) ports.insert(service.port);
  EXPECT_EQ(ports.size(), services().size());
  EXPECT_GE(ports.size(), 400u);
  EXPECT_EQ(ports.count(0), 0u);
}

// A letter is in each, so that none can be read as a port or a range; RFC 6335, 5.1 asks for the rest.
TEST(Services, NamesAreLowerCaseLettersDigitsAndHyphens) {
  for (const Service& service : services()) {
    const std::string_view name = service.name;
    EXPECT_TRUE(std::any_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; })) << name;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), name.npos) << name;
    EXPECT_TRUE(name.front() != '-' && name.back() != '-') << name;
  }
}

TEST(Services, WhatIsFoundEverywhereRanksFirst) {
  const auto first = services().first(20);
  for (const std::uint16_t port : {22, 80, 443, 3306, 8080, 21, 25, 445, 3389}) {
    EXPECT_TRUE(std::any_of(first.begin(), first.end(), [&](const Service& s) { return s.port == port; }))
        << port;
  }
}

TEST(ServicePorts, ANameIsUnderstoodInAnyCase) {
  EXPECT_EQ(service_ports("https"), Ports{443});
  EXPECT_EQ(service_ports("HTTPS"), Ports{443});
  EXPECT_EQ(service_ports("PostgreSQL"), (Ports{5432, 5433}));
}

TEST(ServicePorts, OtherUsualNamesAreUnderstood) {
  EXPECT_EQ(service_ports("dns"), Ports{53});
  EXPECT_EQ(service_ports("domain"), Ports{53});
  EXPECT_EQ(service_ports("smb"), Ports{445});
  EXPECT_EQ(service_ports("ms-wbt-server"), Ports{3389});
  EXPECT_EQ(service_ports("smtps"), Ports{465});
}

TEST(ServicePorts, ANameMayStandForSeveralPorts) {
  EXPECT_EQ(service_ports("irc"), (Ports{194, 6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667, 6668, 6669}));
  EXPECT_EQ(service_ports("ircs"), (Ports{994, 6697}));
  EXPECT_EQ(service_ports("xmpp"), (Ports{5222, 5269}));
}

TEST(ServicePorts, AnUnknownNameIsNothing) {
  EXPECT_EQ(service_ports(""), std::nullopt);
  EXPECT_EQ(service_ports("htt"), std::nullopt);
  EXPECT_EQ(service_ports("https "), std::nullopt);
  EXPECT_EQ(service_ports("zzzzzz"), std::nullopt);
  EXPECT_EQ(service_ports(std::string(100'000, 'a')), std::nullopt);
}

TEST(NearestService, ATypingMistakeIsSeenThrough) {
  EXPECT_EQ(nearest_service("htps"), "https");
  EXPECT_EQ(nearest_service("Postgersql"), "postgresql");
  EXPECT_EQ(nearest_service("wwww"), "www");
}

TEST(NearestService, WhatIsFarFromAllIsNoMistake) {
  EXPECT_EQ(nearest_service("qqqqqqqqqqqq"), std::nullopt);
  EXPECT_EQ(nearest_service("+22"), std::nullopt);
  EXPECT_EQ(nearest_service(""), std::nullopt);
  EXPECT_EQ(nearest_service(std::string(100'000, 'a')), std::nullopt);
}

}  // namespace
}  // namespace veche::scan

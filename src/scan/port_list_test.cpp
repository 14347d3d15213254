#include "scan/port_list.h"

#include "scan/services.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace veche::scan {
namespace {

using Ports = std::vector<std::uint16_t>;

const base::Translator kEnglish;
const std::string kHowToWrite =
    " (write it like 22,80,8000-8100, a single - for all, or a service like https)";

Ports ports(std::string_view text) {
  const auto parsed = parse_ports(text, kEnglish);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().text();
  return parsed.value_or(Ports());
}

std::string error(std::string_view text, base::Language language = base::Language::en) {
  const auto parsed = parse_ports(text, base::Translator(language));
  return parsed ? "accepted" : parsed.error().text();
}

TEST(ParsePorts, PortsAndRangesAreRead) {
  EXPECT_EQ(ports("22"), Ports{22});
  EXPECT_EQ(ports("22,80,8000-8003"), (Ports{22, 80, 8000, 8001, 8002, 8003}));
  EXPECT_EQ(ports("1-1"), Ports{1});
  EXPECT_EQ(ports("65535"), Ports{65535});
  EXPECT_EQ(ports("00022"), Ports{22});
}

TEST(ParsePorts, AnEndThatIsLeftOutIsTheFirstOrTheLastPort) {
  EXPECT_EQ(ports("-3"), (Ports{1, 2, 3}));
  EXPECT_EQ(ports("65534-"), (Ports{65534, 65535}));
  EXPECT_EQ(ports("-"), all_ports());
}

TEST(ParsePorts, PortsComeAscendingAndOnce) {
  EXPECT_EQ(ports("443,80,443,79-81,https"), (Ports{79, 80, 81, 443}));
}

TEST(ParsePorts, ServicesAreReadByName) {
  EXPECT_EQ(ports("ssh,HTTPS"), (Ports{22, 443}));
  EXPECT_EQ(ports("ms-wbt-server"), Ports{3389});  // a hyphen does not make it a range
  EXPECT_EQ(ports("ircs,7"), (Ports{7, 994, 6697}));
}

TEST(ParsePorts, SpacesAroundCommasAreFree) { EXPECT_EQ(ports(" 22 ,\t80, ssh "), (Ports{22, 80})); }

TEST(ParsePorts, APortThatDoesNotExistIsRefused) {
  EXPECT_EQ(error("0"), "port '0': must be a number from 1 to 65535");
  EXPECT_EQ(error("22,65536"), "port '65536': must be a number from 1 to 65535");
  EXPECT_EQ(error("0-100"), "port '0': must be a number from 1 to 65535");
  EXPECT_EQ(error("-0"), "port '0': must be a number from 1 to 65535");
  EXPECT_EQ(error("4294967318"), "port '4294967318': must be a number from 1 to 65535");
  EXPECT_EQ(error("99999999999999999999"), "port '99999999999999999999': must be a number from 1 to 65535");
  EXPECT_EQ(error("8000-80000"), "port '80000': must be a number from 1 to 65535 (did you mean 8000-65535?)");
}

TEST(ParsePorts, AnInvertedRangeIsRefusedWithTheRightOne) {
  EXPECT_EQ(error("22,8100-8000"), "ports '8100-8000': the range is upside down (did you mean 8000-8100?)");
}

TEST(ParsePorts, AnEmptyPartIsRefused) {
  EXPECT_EQ(error(""), "ports '': no port is given" + kHowToWrite);
  EXPECT_EQ(error("  "), "ports '': no port is given" + kHowToWrite);
  EXPECT_EQ(error("22,,80"), "ports '22,,80': nothing stands beside a comma" + kHowToWrite);
  EXPECT_EQ(error("22,"), "ports '22,': nothing stands beside a comma" + kHowToWrite);
  EXPECT_EQ(error(","), "ports ',': nothing stands beside a comma" + kHowToWrite);
}

TEST(ParsePorts, AnUnknownServiceIsRefusedWithTheNearest) {
  EXPECT_EQ(error("22,htps"), "ports 'htps': no service of this name is known (did you mean https?)");
  EXPECT_EQ(error("qqqqqqqqqqqq"), "ports 'qqqqqqqqqqqq': no service of this name is known" + kHowToWrite);
  EXPECT_EQ(error("+22"), "ports '+22': no service of this name is known" + kHowToWrite);
}

TEST(ParsePorts, WhatIsNeitherIsRefused) {
  EXPECT_EQ(error("1-2-3"), "ports '1-2-3': not a range of ports" + kHowToWrite);
  EXPECT_EQ(error("--"), "ports '--': not a range of ports" + kHowToWrite);
  EXPECT_EQ(error("22 80"), "ports '22 80': spaces may stand around commas only (did you mean 22,80?)");
  EXPECT_EQ(error("22 - 80"), "ports '22 - 80': spaces may stand around commas only (did you mean 22-80?)");
}

TEST(ParsePorts, TheErrorIsInThePersonsLanguage) {
  EXPECT_EQ(error("8100-8000", base::Language::ru),
            "порты «8100-8000»: начало диапазона больше его конца (может быть, 8000-8100?)");
  EXPECT_EQ(error("8100-8000", base::Language::uk),
            "порти «8100-8000»: початок діапазону більший за його кінець (може, 8000-8100?)");
}

TEST(AllPorts, AreEveryPortButZero) {
  const Ports all = all_ports();
  EXPECT_EQ(all.size(), 65'535u);
  EXPECT_EQ(all.front(), 1);
  EXPECT_EQ(all.back(), 65535);
}

TEST(TopPorts, AreTheFirstOfTheTableAscending) {
  Ports wanted;
  for (const Service& service : services().first(10)) wanted.push_back(service.port);
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(top_ports(10, kEnglish), wanted);
  EXPECT_EQ(top_ports(services().size(), kEnglish)->size(), services().size());
}

TEST(TopPorts, BeyondTheTableTheErrorSaysItsSize) {
  const std::string range = "must be a number from 1 to " + std::to_string(services().size());
  EXPECT_EQ(top_ports(10'000, kEnglish).error().text(), "--top 10000: " + range + " (-p - scans all ports)");
  EXPECT_EQ(top_ports(0, kEnglish).error().text(), "--top 0: " + range);
}

}  // namespace
}  // namespace veche::scan

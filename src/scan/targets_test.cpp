#include "scan/targets.h"

#include "net/address.h"

#include <gtest/gtest.h>

namespace veche::scan {
namespace {

using base::AddressBits;
using Words = std::vector<std::string>;

const base::Translator kEnglish;
const std::string kHowToWrite =
    " (write it like example.org, 192.0.2.7, 192.0.2.0/24, 192.0.2.1-20 or 2001:db8::7)";
const std::string kHowToWriteRange =
    " (write it like 192.0.2.1-20, 192.0.2.1-192.0.2.20 or 2001:db8::1-2001:db8::20)";

AddressBits bits(std::string_view text) { return net::Address::parse(text, 0).value().bits(); }

std::string shown(const AddressRange& range) {
  const std::string first = base::address_text(range.first);
  return range.first == range.last ? first : first + ' ' + base::address_text(range.last);
}

/// A name, an address or "FIRST LAST" for each; or the error.
Words shown(const base::Result<ParsedTargets>& parsed) {
  if (!parsed) return {parsed.error().text()};
  Words words;
  for (const TargetExpression& expression : parsed->expressions) {
    words.push_back(expression.name.empty() ? shown(expression.range) : expression.name);
  }
  return words;
}

Words hosts(std::string_view text) { return shown(parse_targets(text, kEnglish)); }
Words in_file(std::string_view text) { return shown(parse_target_file(text, "hosts.txt", kEnglish)); }
std::string error(std::string_view text) {
  const auto parsed = parse_targets(text, kEnglish);
  return parsed ? "accepted" : parsed.error().text();
}

/// As a program does it, with a name server that knows example.org (192.0.2.7 and 2001:db8::7).
TargetList list(std::string_view text, std::string_view excluded = {}) {
  const auto resolved = [](std::string_view of) {
    std::vector<ResolvedTarget> targets;
    if (of.empty()) return targets;
    const ParsedTargets parsed = parse_targets(of, kEnglish).value();
    for (const TargetExpression& expression : parsed.expressions) {
      if (expression.name.empty()) {
        targets.push_back({"", expression.range});
      } else {
        for (const char* const ip : {"192.0.2.7", "2001:db8::7"}) {
          targets.push_back({expression.name, {bits(ip), bits(ip)}});
        }
      }
    }
    return targets;
  };
  std::vector<AddressRange> ranges;
  for (const ResolvedTarget& target : resolved(excluded)) ranges.push_back(target.range);
  return TargetList(resolved(text), ranges);
}

Words walk(TargetList targets) {
  Words words;
  while (const auto target = targets.next()) {
    const std::string address = base::address_text(target->address);
    words.push_back(target->name.empty() ? address : target->name + '=' + address);
  }
  EXPECT_EQ(words.size(), targets.size());
  return words;
}

TEST(ParseTargets, AddressesAndNamesAreRead) {
  EXPECT_EQ(hosts("192.0.2.7"), Words{"192.0.2.7"});
  EXPECT_EQ(hosts("2001:DB8::7"), Words{"2001:db8::7"});
  EXPECT_EQ(hosts("[::1]"), Words{"::1"});
  EXPECT_EQ(hosts("::ffff:192.0.2.7"), Words{"192.0.2.7"});
  EXPECT_EQ(hosts("example.org"), Words{"example.org"});
  EXPECT_EQ(hosts("дом.укр"), Words{"дом.укр"});
}

TEST(ParseTargets, ANameMayHaveDashesAndDigits) {
  EXPECT_EQ(hosts("web-1"), Words{"web-1"});
  EXPECT_EQ(hosts("10-0-0-1.example.org"), Words{"10-0-0-1.example.org"});
  EXPECT_EQ(hosts("192.0.2.7-dsl.example.org"), Words{"192.0.2.7-dsl.example.org"});
}

TEST(ParseTargets, AListIsSeparatedByCommasOrWhiteSpace) {
  EXPECT_EQ(hosts(" example.org,::1 , 192.0.2.7\t192.0.2.8,"),
            (Words{"example.org", "::1", "192.0.2.7", "192.0.2.8"}));
}

TEST(ParseTargets, ANetworkIsAllItsAddresses) {
  EXPECT_EQ(hosts("192.0.2.0/24"), Words{"192.0.2.0 192.0.2.255"});
  EXPECT_EQ(hosts("192.0.2.6/31"), Words{"192.0.2.6 192.0.2.7"});
  EXPECT_EQ(hosts("192.0.2.7/32"), Words{"192.0.2.7"});
  EXPECT_EQ(hosts("0.0.0.0/0"), Words{"0.0.0.0 255.255.255.255"});
  EXPECT_EQ(hosts("2001:db8::/120"), Words{"2001:db8:: 2001:db8::ff"});
  EXPECT_EQ(hosts("[2001:db8::]/127"), Words{"2001:db8:: 2001:db8::1"});
}

TEST(ParseTargets, BitsBehindThePrefixAreTakenWithANote) {
  const auto parsed = parse_targets("192.0.2.7/24,192.0.2.0/24,2001:db8::7/120", kEnglish);
  EXPECT_EQ(shown(parsed),
            (Words{"192.0.2.0 192.0.2.255", "192.0.2.0 192.0.2.255", "2001:db8:: 2001:db8::ff"}));
  EXPECT_EQ(parsed->notes, (Words{"192.0.2.7/24: scanning the whole network 192.0.2.0/24",
                                  "2001:db8::7/120: scanning the whole network 2001:db8::/120"}));
}

TEST(ParseTargets, RangesAreRead) {
  EXPECT_EQ(hosts("192.0.2.1-20"), Words{"192.0.2.1 192.0.2.20"});
  EXPECT_EQ(hosts("192.0.2.7-7"), Words{"192.0.2.7"});
  EXPECT_EQ(hosts("192.0.2.250-192.0.3.5"), Words{"192.0.2.250 192.0.3.5"});
  EXPECT_EQ(hosts("2001:db8::1-2001:db8::20"), Words{"2001:db8::1 2001:db8::20"});
  EXPECT_EQ(hosts("[::1]-[::5]"), Words{"::1 ::5"});
}

TEST(ParseTargets, AnInvertedRangeIsRefusedWithTheRightOne) {
  EXPECT_EQ(error("192.0.2.20-1"),
            "host '192.0.2.20-1': the range is upside down (did you mean 192.0.2.1-20?)");
  EXPECT_EQ(error("192.0.2.20-192.0.2.1"),
            "host '192.0.2.20-192.0.2.1': the range is upside down (did you "
            "mean 192.0.2.1-192.0.2.20?)");
  EXPECT_EQ(error("::2-::1"), "host '::2-::1': the range is upside down (did you mean ::1-::2?)");
}

TEST(ParseTargets, WhatIsNoRangeIsRefused) {
  EXPECT_EQ(error("192.0.2.1-300"),
            "host '192.0.2.1-300': a range ends at 255 at most (did you mean 192.0.2.1-255?)");
  EXPECT_EQ(error("192.0.2.1-2.20"), "host '192.0.2.1-2.20': not a range of addresses" + kHowToWriteRange);
  EXPECT_EQ(error("192.0.2.1-"), "host '192.0.2.1-': not a range of addresses" + kHowToWriteRange);
  EXPECT_EQ(error("192.0.2.1-::1"), "host '192.0.2.1-::1': not a range of addresses" + kHowToWriteRange);
  EXPECT_EQ(error("::1-20"), "host '::1-20': not a range of addresses" + kHowToWriteRange);
  EXPECT_EQ(error("192.0.1-3.1-5"), "host '192.0.1-3.1-5': not an IPv4 or IPv6 address" + kHowToWrite);
}

TEST(ParseTargets, WhatIsNoNetworkIsRefused) {
  EXPECT_EQ(error("192.0.2.0/33"), "host '192.0.2.0/33': the prefix must be a number from 0 to 32");
  EXPECT_EQ(error("192.0.2.0/"), "host '192.0.2.0/': the prefix must be a number from 0 to 32");
  EXPECT_EQ(error("192.0.2.0/255.255.255.0"),
            "host '192.0.2.0/255.255.255.0': the prefix must be a number from 0 to 32");
  EXPECT_EQ(error("::1/129"), "host '::1/129': the prefix must be a number from 0 to 128");
  EXPECT_EQ(error("example.org/24"),
            "host 'example.org/24': what stands before / is not an address (write a network like "
            "192.0.2.0/24 or 2001:db8::/120)");
}

TEST(ParseTargets, HugeNetworksOfIPv6AreRefused) {
  EXPECT_EQ(hosts("2001:db8::/104"), Words{"2001:db8:: 2001:db8::ff:ffff"});
  EXPECT_EQ(error("2001:db8::/103"),
            "host '2001:db8::/103': too many addresses to scan (a /104 is the largest IPv6 network)");
  EXPECT_EQ(error("::/0"), "host '::/0': too many addresses to scan (a /104 is the largest IPv6 network)");
  EXPECT_EQ(hosts("2001:db8::1-2001:db8::100:0"), Words{"2001:db8::1 2001:db8::100:0"});
  EXPECT_EQ(
      error("2001:db8::1-2001:db8::100:1"),
      "host '2001:db8::1-2001:db8::100:1': too many addresses to scan (a /104 is the largest IPv6 network)");
}

TEST(ParseTargets, WhatIsNoHostIsRefused) {
  EXPECT_EQ(error(""), "host '': no host is given" + kHowToWrite);
  EXPECT_EQ(error(" , "), "host ' , ': no host is given" + kHowToWrite);
  EXPECT_EQ(error("192.0.2.7,256.1.1.1"), "host '256.1.1.1': not an IPv4 or IPv6 address" + kHowToWrite);
  EXPECT_EQ(error("192.0.2"), "host '192.0.2': not an IPv4 or IPv6 address" + kHowToWrite);
  EXPECT_EQ(error("192.0.2.*"), "host '192.0.2.*': not an IPv4 or IPv6 address" + kHowToWrite);
  EXPECT_EQ(error("-x"), "host '-x': neither a name nor an address" + kHowToWrite);
  EXPECT_EQ(error("1:2:3"), "host '1:2:3': neither a name nor an address" + kHowToWrite);
  EXPECT_EQ(error("[::1"), "host '[::1': neither a name nor an address" + kHowToWrite);
}

TEST(ParseTargets, WhatBelongsElsewhereIsSentThere) {
  EXPECT_EQ(error("80"), "host '80': not an IPv4 or IPv6 address (for a port: -p 80)");
  EXPECT_EQ(error("example.org:80"),
            "host 'example.org:80': a port does not belong here (did you mean example.org -p 80?)");
  EXPECT_EQ(error("[::1]:80"), "host '[::1]:80': a port does not belong here (did you mean ::1 -p 80?)");
  EXPECT_EQ(error("https://example.org/x"),
            "host 'https://example.org/x': a URL is not a host (did you mean example.org?)");
  EXPECT_EQ(error("fe80::1%eth0"),
            "host 'fe80::1%eth0': an interface cannot be chosen here (leave % and what follows it out)");
}

TEST(ParseTargets, AnErrorShowsTheBeginningOfWhatIsLong) {
  const std::string text = error("-" + std::string(58, 'x') + "ж" + std::string(100'000, 'y'));
  EXPECT_EQ(text, "host '-" + std::string(58, 'x') + "...': neither a name nor an address" + kHowToWrite);
}

TEST(ParseTargets, TheErrorIsInThePersonsLanguage) {
  const auto text = [](base::Language language) {
    return parse_targets("::/0", base::Translator(language)).error().text();
  };
  EXPECT_EQ(text(base::Language::ru),
            "хост '::/0': слишком много адресов для сканирования (самая большая сеть IPv6 — /104)");
  EXPECT_EQ(text(base::Language::uk),
            "хост '::/0': забагато адрес для сканування (найбільша мережа IPv6 — /104)");
}

TEST(ParseTargetFile, LinesListsAndCommentsAreRead) {
  EXPECT_EQ(
      in_file("\xef\xbb\xbf# ours\n\n192.0.2.7, example.org # the first\r\n\t::1 192.0.2.1-3\n#192.0.2.9"),
      (Words{"192.0.2.7", "example.org", "::1", "192.0.2.1 192.0.2.3"}));
}

TEST(ParseTargetFile, ErrorsAndNotesSayTheLine) {
  EXPECT_EQ(in_file("::1\n\n::2,192.0.2.0/99\n"),
            Words{"hosts.txt:3: host '192.0.2.0/99': the prefix must be a number from 0 to 32"});
  EXPECT_EQ(parse_target_file("::1\n192.0.2.7/24", "-", kEnglish)->notes,
            Words{"standard input:2: 192.0.2.7/24: scanning the whole network 192.0.2.0/24"});
  EXPECT_EQ(parse_target_file("\nexample.org", "a.txt", kEnglish)->expressions[0].place, "a.txt:2");
}

TEST(ParseTargetFile, AFileWithoutAHostIsRefused) {
  EXPECT_EQ(in_file(""), Words{"hosts.txt: there is no host in it"});
  EXPECT_EQ(in_file("# nobody\n\n"), Words{"hosts.txt: there is no host in it"});
}

TEST(ParseTargetFile, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(in_file(std::string("a\0b", 3)).at(0).find("hosts.txt:1: host 'a"), 0u);
  EXPECT_EQ(in_file("\x7f"
                    "ELF\x02\n")
                .at(0)
                .find("hosts.txt:1: host '\x7f"
                      "ELF"),
            0u);
}

TEST(TargetList, WalksInTheOrderAsWritten) {
  EXPECT_EQ(walk(list("192.0.2.8-9,example.org,192.0.2.0/31")),
            (Words{"192.0.2.8", "192.0.2.9", "example.org=192.0.2.7", "example.org=2001:db8::7", "192.0.2.0",
                   "192.0.2.1"}));
}

TEST(TargetList, GivesEachAddressOnceWhereItComesFirst) {
  EXPECT_EQ(walk(list("192.0.2.5,192.0.2.3-7,192.0.2.1-8")),
            (Words{"192.0.2.5", "192.0.2.3", "192.0.2.4", "192.0.2.6", "192.0.2.7", "192.0.2.1", "192.0.2.2",
                   "192.0.2.8"}));
  EXPECT_EQ(walk(list("example.org,192.0.2.7")), (Words{"example.org=192.0.2.7", "example.org=2001:db8::7"}));
}

TEST(TargetList, LeavesOutWhatIsExcluded) {
  EXPECT_EQ(walk(list("192.0.2.0/29", "192.0.2.0,192.0.2.2-4,192.0.2.3,192.0.2.7")),
            (Words{"192.0.2.1", "192.0.2.5", "192.0.2.6"}));
  EXPECT_EQ(walk(list("192.0.2.6-8,2001:db8::6-2001:db8::8", "example.org")),
            (Words{"192.0.2.6", "192.0.2.8", "2001:db8::6", "2001:db8::8"}));
  EXPECT_EQ(walk(list("192.0.2.1-3", "0.0.0.0/0")), Words{});
  EXPECT_EQ(walk(TargetList({}, {})), Words{});
}

TEST(TargetList, TheEndsOfAllAddressesAreNoTrap) {
  const std::string last = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  EXPECT_EQ(walk(list("255.255.255.254/31,::/127," + last + ",ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127")),
            (Words{"255.255.255.254", "255.255.255.255", "::", "::1", last,
                   "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"}));
  EXPECT_EQ(walk(list("::/127", "::")), Words{"::1"});
}

TEST(TargetList, SizeIsKnownBeforeTheWalk) {
  EXPECT_EQ(list("0.0.0.0/0").size(), std::uint64_t{1} << 32);
  EXPECT_EQ(list("10.0.0.0/8,10.1.0.0/16,2001:db8::/104", "10.2.0.0/16").size(),
            (1u << 24) - (1u << 16) + (1u << 24));
}

TEST(TargetList, SizeSaturates) {
  const AddressBits zero{};
  AddressBits ones;
  ones.fill(0xff);
  EXPECT_EQ(TargetList({{"", {zero, ones}}}, {}).size(), UINT64_MAX);
  const AddressRange half{bits("2001:db8::"), bits("2001:db8::7fff:ffff:ffff:ffff")};
  EXPECT_EQ(TargetList({{"", half}}, {}).size(), std::uint64_t{1} << 63);
  const AddressRange other{bits("2001:db8:1::"), bits("2001:db8:1::7fff:ffff:ffff:ffff")};
  EXPECT_EQ(TargetList({{"", half}, {"", other}}, {}).size(), UINT64_MAX);
}

TEST(TargetList, StartsAtAnyOfItsAddresses) {
  TargetList targets = list("example.org,10.0.0.0/8,192.0.2.1", "10.0.0.5");
  EXPECT_EQ(targets.left(), targets.size());
  ASSERT_TRUE(targets.start_at(bits("10.255.255.255")));
  EXPECT_EQ(targets.left(), 2u);
  EXPECT_EQ(targets.next(), (Target{"", bits("10.255.255.255")}));
  EXPECT_EQ(targets.next(), (Target{"", bits("192.0.2.1")}));
  EXPECT_EQ(targets.next(), std::nullopt);
  EXPECT_EQ(targets.left(), 0u);
  ASSERT_TRUE(targets.start_at(bits("2001:db8::7")));
  EXPECT_EQ(targets.next(), (Target{"example.org", bits("2001:db8::7")}));
}

TEST(TargetList, DoesNotStartWhereItNeverComes) {
  TargetList targets = list("10.0.0.4-6", "10.0.0.5");
  EXPECT_FALSE(targets.start_at(bits("10.0.0.5")));
  EXPECT_FALSE(targets.start_at(bits("192.0.2.1")));
  EXPECT_EQ(targets.next()->address, bits("10.0.0.4"));
}

TEST(TargetList, ThousandsOfHostsAreNoEffort) {
  std::vector<ResolvedTarget> targets;
  AddressBits address = bits("10.0.0.0");
  for (unsigned i = 0; i < 60'000; ++i) {
    const unsigned scattered = i * 40'503u % 65'536u;  // odd, so that each comes once
    address[14] = static_cast<std::uint8_t>(scattered >> 8);
    address[15] = static_cast<std::uint8_t>(scattered);
    targets.push_back({"", {address, address}});
  }
  targets.push_back({"", {bits("10.0.0.0"), bits("10.0.255.255")}});
  EXPECT_EQ(TargetList(targets, {}).size(), 65'536u);
}

}  // namespace
}  // namespace veche::scan

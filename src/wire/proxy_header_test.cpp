#include "wire/proxy_header.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace veche::wire {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using std::string;
using State = ProxyHeader::State;

const string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
const string kRest = "NICK ann\r\n";
const string kBlock4 =
    "\xC0\x00\x02\x07\xC6\x33\x64\x01\xDC\x04\x1A\x29"s;  // 192.0.2.7:56324, 198.51.100.1:6697
const string kBlock6 =
    "\x20\x01\x0d\xb8"s + string(11, '\0') + "\x07" + string(16, '\1') + "\xDC\x04\x1A\x29";

string binary(char command, char family, const string& rest) {
  return kSignature + command + family + static_cast<char>(rest.size() >> 8) +
         static_cast<char>(rest.size()) + rest;
}

/// What becomes of the header with kRest behind it, however it is split.
string read(const string& header) {
  const string bytes = header + kRest;
  string outcome;
  for (std::size_t split = 0; split <= bytes.size(); ++split) {
    ProxyHeader reader;
    std::string_view first = std::string_view(bytes).substr(0, split);
    std::string_view second = std::string_view(bytes).substr(split);
    reader.take(first);
    if (reader.state() == State::more) {
      EXPECT_TRUE(first.empty());
      reader.take(second);
    }
    string now;
    if (reader.state() == State::bad) {
      now = reader.why();
    } else if (reader.state() == State::more) {
      now = "more";
    } else {
      EXPECT_EQ(string(first) + string(second), kRest) << "split at " << split;
      now = reader.source()
                ? base::address_text(reader.source()->address) + " " + std::to_string(reader.source()->port)
                : "the proxy";
    }
    if (split > 0) {
      EXPECT_EQ(now, outcome) << "split at " << split;
    }
    outcome = now;
  }
  return outcome;
}

TEST(ProxyHeader, ALineSaysWhomTheProxySpeaksFor) {
  EXPECT_EQ(read("PROXY TCP4 192.0.2.7 198.51.100.1 56324 6697\r\n"), "192.0.2.7 56324");
  EXPECT_EQ(read("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), "255.255.255.255 65535");
  EXPECT_EQ(read("PROXY TCP6 2001:db8::7 ::1 0 1\r\n"), "2001:db8::7 0");
  EXPECT_EQ(read("PROXY TCP6 ::ffff:192.0.2.7 ::1 5 1\r\n"), "192.0.2.7 5");
}

TEST(ProxyHeader, OfUnknownTheRestIsIgnored) {
  EXPECT_EQ(read("PROXY UNKNOWN\r\n"), "the proxy");
  const string longest = "PROXY UNKNOWN ffff:f" + string(107 - 22, 'f') + "\r\n";
  ASSERT_EQ(longest.size(), 107u);
  EXPECT_EQ(read(longest), "the proxy");
}

TEST(ProxyHeader, ALineIsReadStrictly) {
  const string line = "PROXY UNKNOWN " + string(107 - 16 + 1, 'f') + "\r\n";
  ASSERT_EQ(line.size(), 108u);
  EXPECT_EQ(read(line), "a PROXY header longer than 107 bytes");
  EXPECT_EQ(read("PROXY TCP4 192.0.2.7 198.51.100.1 56324 6697\n"), "a PROXY header ends with CR LF");
  for (const char* protocol : {"", "TCP", "TCP5", "tcp4", "UDP4", "UNKNOWNS"})
    EXPECT_EQ(read("PROXY "s + protocol + " 192.0.2.7 198.51.100.1 1 2\r\n"),
              "a PROXY header of an unknown protocol");
  for (const char* fields : {"", " ", " 192.0.2.7", " 192.0.2.7 198.51.100.1 1",
                             " 192.0.2.7 198.51.100.1 1 2 3", " 192.0.2.7 198.51.100.1 1 2 "})
    EXPECT_NE(read("PROXY TCP4"s + fields + "\r\n").find("a PROXY header with"), string::npos) << fields;
  for (const char* fields :
       {"192.0.2 198.51.100.1 1 2", "192.0.2.07 198.51.100.1 1 2", "192.0.2.256 198.51.100.1 1 2",
        "::1 ::1 1 2", "192.0.2.7 198.51.100 1 2", "192.0.2.7 198.51.100.1 65536 2",
        "192.0.2.7 198.51.100.1 1 02", "192.0.2.7 198.51.100.1 -1 2", "192.0.2.7 198.51.100.1  2",
        " 192.0.2.7 198.51.100.1 1", "192.0.2.7 198.51.100.1 +1 2"})
    EXPECT_EQ(read("PROXY TCP4 "s + fields + "\r\n"), "a PROXY header with a broken address or port")
        << fields;
  EXPECT_EQ(read("PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n"),
            "a PROXY header with a broken address or port");
}

TEST(ProxyHeader, BytesSayWhomTheProxySpeaksFor) {
  EXPECT_EQ(read(binary('\x21', '\x11', kBlock4)), "192.0.2.7 56324");
  EXPECT_EQ(read(binary('\x21', '\x21', kBlock6)), "2001:db8::7 56324");
  string mapped(16, '\0');
  mapped.replace(10, 6, "\xff\xff\xC0\x00\x02\x07"sv);
  EXPECT_EQ(read(binary('\x21', '\x21', mapped + string(16, '\1') + "\x00\x05\x00\x01"s)), "192.0.2.7 5");
}

TEST(ProxyHeader, ExtensionsAreSkipped) {
  EXPECT_EQ(read(binary('\x21', '\x11',
                        kBlock4 + "\x03\x00\x04"
                                  "abcd"
                                  "\x20\x00\x00"s)),
            "192.0.2.7 56324");
  EXPECT_EQ(read(binary('\x21', '\x11', kBlock4 + "\x03\xff"s)), "192.0.2.7 56324")
      << "torn ones too: nobody looks";
  EXPECT_EQ(read(binary('\x21', '\x21', kBlock6 + string(3000, 'x'))), "2001:db8::7 56324");
}

TEST(ProxyHeader, TheLongestOneIsSkippedToItsEnd) {
  const string header = binary('\x21', '\x11', kBlock4 + string(65535 - 12, 'x'));
  ProxyHeader reader;
  std::string_view most = std::string_view(header).substr(0, header.size() - 1);
  EXPECT_EQ(reader.take(most), State::more);
  std::string_view last =
      "x"
      "NICK";
  EXPECT_EQ(reader.take(last), State::done);
  EXPECT_EQ(last, "NICK");
}

TEST(ProxyHeader, WhereThereIsNoInternetAddressTheConnectionsOwnCounts) {
  EXPECT_EQ(read(binary('\x20', '\x00', "")), "the proxy");
  EXPECT_EQ(read(binary('\x20', '\x11', kBlock4)), "the proxy") << "LOCAL: whatever follows is discarded";
  EXPECT_EQ(read(binary('\x20', '\x77', "??")), "the proxy");
  EXPECT_EQ(read(binary('\x21', '\x00', "")), "the proxy");
  EXPECT_EQ(read(binary('\x21', '\x00', "\x03\x00\x00"s)), "the proxy");
  EXPECT_EQ(read(binary('\x21', '\x31', string(216, '/'))), "the proxy");
  EXPECT_EQ(read(binary('\x21', '\x32', string(220, '/'))), "the proxy");
  EXPECT_EQ(read(binary('\x21', '\x12', kBlock4)), "the proxy") << "UDP";
}

TEST(ProxyHeader, BytesAreReadStrictly) {
  EXPECT_EQ(read(binary('\x11', '\x11', kBlock4)), "a PROXY header of an unknown version");
  EXPECT_EQ(read(binary('\x22', '\x11', kBlock4)), "a PROXY header with an unknown command");
  EXPECT_EQ(read(binary('\x21', '\x41', kBlock4)), "a PROXY header of an unknown family or protocol");
  EXPECT_EQ(read(binary('\x21', '\x13', kBlock4)), "a PROXY header of an unknown family or protocol");
  EXPECT_EQ(read(binary('\x21', '\x11', kBlock4.substr(1))), "a PROXY header shorter than its addresses");
  EXPECT_EQ(read(binary('\x21', '\x21', kBlock4)), "a PROXY header shorter than its addresses");
  EXPECT_EQ(read(binary('\x21', '\x31', kBlock6)), "a PROXY header shorter than its addresses");
}

TEST(ProxyHeader, WhatIsNoHeaderIsSeenAtItsFirstWrongByte) {
  for (const auto& [bytes, wrong_at] : std::vector<std::pair<string, std::size_t>>{
           {"NICK ann\r\n", 0}, {"\x16\x03\x01", 0}, {"PROXz", 4}, {"PROXY\t", 5}, {"\r\n\r\nNICK", 4}}) {
    for (std::size_t i = 0; i <= wrong_at; ++i) {
      ProxyHeader reader;
      string front = bytes.substr(0, i + 1);
      std::string_view view = front;
      EXPECT_EQ(reader.take(view), i == wrong_at ? State::bad : State::more) << front;
    }
  }
}

}  // namespace
}  // namespace veche::wire

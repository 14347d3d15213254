#include "wire/telnet.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace veche::wire {
namespace {

using namespace std::literals;

// Telnet's bytes, so that a case reads as it would be spoken.
#define IAC "\xff"
#define DONT "\xfe"
#define DO "\xfd"
#define WONT "\xfc"
#define WILL "\xfb"
#define SB "\xfa"
#define SE "\xf0"
#define NOP "\xf1"
#define DM "\xf2"
#define BRK "\xf3"
#define IP "\xf4"
#define AO "\xf5"
#define AYT "\xf6"
#define EC "\xf7"
#define EL "\xf8"
#define GA "\xf9"
#define BINARY "\0"
#define ECHO "\x01"
#define SGA "\x03"
#define TIMING_MARK "\x06"
#define TTYPE "\x18"
#define NAWS "\x1f"
#define LINEMODE "\x22"
#define ENVIRON "\x24"
#define MSSP "\x46"
#define COMPRESS2 "\x56"
#define ZMP "\x5d"

struct Heard {
  std::string text;
  std::string reply;
  bool broken = false;
  friend bool operator==(const Heard&, const Heard&) = default;
  friend void PrintTo(const Heard& heard, std::ostream* out) {
    *out << "text " << testing::PrintToString(heard.text) << ", reply " << testing::PrintToString(heard.reply)
         << (heard.broken ? ", broken" : "");
  }
};

Heard hear(Telnet& telnet, const std::vector<std::string_view>& pieces) {
  Heard heard;
  for (const auto piece : pieces) telnet.receive(piece, heard.text, heard.reply);
  heard.broken = telnet.broken();
  return heard;
}

std::vector<std::string_view> bytes_of(std::string_view bytes) {
  std::vector<std::string_view> single;
  for (std::size_t at = 0; at < bytes.size(); ++at) single.push_back(bytes.substr(at, 1));
  return single;
}

struct Case {
  std::string_view bytes;
  Heard heard;
};

const Case kCases[] = {
    // Text is passed through as it is, line ends and all.
    {"hello\r\nпривіт\r\0"sv, {"hello\r\nпривіт\r\0"s, ""}},
    {"a" IAC IAC "z", {"a\xffz", ""}},
    {IAC IAC IAC IAC, {"\xff\xff", ""}},
    // Every option is refused, once per request; what refuses us already is owed nothing.
    {"a" IAC DO SGA "b", {"ab", IAC WONT SGA}},
    {IAC WILL NAWS, {"", IAC DONT NAWS}},
    {IAC WILL TTYPE IAC DO TTYPE "x", {"x", IAC DONT TTYPE IAC WONT TTYPE}},
    {IAC DO SGA IAC DO SGA, {"", IAC WONT SGA IAC WONT SGA}},
    {IAC DONT SGA IAC WONT LINEMODE, {"", ""}},
    {IAC DO ECHO, {"", IAC WONT ECHO}},
    {IAC WILL ECHO, {"", IAC DONT ECHO}},
    {IAC DONT ECHO IAC WONT ECHO, {"", ""}},
    {IAC DO IAC "a", {"a", IAC WONT IAC}},  // option 255, extended options
    {IAC DO "\0"sv, {"", IAC WONT "\0"s}},  // option 0, binary
    // What Debian's telnet sends for ^C: it shows nothing more until the timing mark is answered.
    {IAC IP IAC DO TIMING_MARK "x\r\n", {"x\r\n", IAC WONT TIMING_MARK}},
    // Commands without an option are ignored; these are EOF, SUSP, ABORT and EOR.
    {"a" IAC "\xec" IAC "\xed" IAC "\xee" IAC "\xef" IAC SE "b", {"ab", ""}},
    {"a" IAC NOP IAC DM IAC BRK IAC IP IAC AO "b", {"ab", ""}},
    {"a" IAC AYT IAC EC IAC EL IAC GA "b", {"ab", ""}},
    {"a" IAC "zb", {"ab", ""}},  // no command at all
    // What stands in a subnegotiation is dropped, well formed or not.
    {"a" IAC SB NAWS "\0\x50\0\x18" IAC SE "b"sv, {"ab", ""}},
    {"a" IAC SB NAWS "\0" IAC IAC "\0\x18" IAC SE "b"sv, {"ab", ""}},
    {"a" IAC SB TTYPE "\0xterm" IAC SE "b"sv, {"ab", ""}},
    {"a" IAC SB TTYPE "\x07" IAC SE IAC SB TTYPE IAC SE "b", {"ab", ""}},
    {"a" IAC SB ENVIRON "\0\0USER\x01me" IAC SE "b"sv, {"ab", ""}},
    {"a" IAC SB ENVIRON "\x07" IAC SE IAC SB ENVIRON "\0\0\x02" IAC SE "b"sv, {"ab", ""}},
    {"a" IAC SB MSSP "\1A\2B" IAC SE IAC SB MSSP "x" IAC SE "b", {"ab", ""}},
    {"a" IAC SB ZMP "one\0two\0" IAC SE IAC SB ZMP "x" IAC SE "b"sv, {"ab", ""}},
    {"a" IAC SB IAC IAC SE "b", {"ab", ""}},
    // A subnegotiation that another command cuts short is a broken peer.
    {"a" IAC SB NAWS "x" IAC WILL ECHO "b", {"a", "", true}},
    {"a" IAC SB NAWS "x" IAC NOP "b", {"a", "", true}},
};

TEST(Telnet, BytesBecomeTextAndReply) {
  for (const auto& [bytes, heard] : kCases) {
    Telnet telnet;
    EXPECT_EQ(hear(telnet, {bytes}), heard) << testing::PrintToString(std::string(bytes));
  }
}

TEST(Telnet, EverySplitGivesTheSameTextAndReply) {
  for (const auto& [bytes, heard] : kCases) {
    for (std::size_t at = 0; at <= bytes.size(); ++at) {
      Telnet telnet;
      EXPECT_EQ(hear(telnet, {bytes.substr(0, at), bytes.substr(at)}), heard)
          << testing::PrintToString(std::string(bytes)) << " split at " << at;
    }
    Telnet telnet;
    EXPECT_EQ(hear(telnet, bytes_of(bytes)), heard)
        << testing::PrintToString(std::string(bytes)) << " byte by byte";
  }
}

// One step: what the server announces, or what the client says and is answered.
struct Step {
  enum { will, wont, peer } who;
  std::string_view says;
  std::string_view reply = "";
};

TEST(Telnet, EchoIsNegotiatedWithoutLoops) {
  const std::vector<Step> conversations[] = {
      // A password is typed; both announcements are acknowledged.
      {{Step::will, IAC WILL ECHO},
       {Step::peer, IAC DO ECHO, IAC DO BINARY ""sv},
       {Step::wont, IAC WONT ECHO},
       {Step::peer, IAC DONT ECHO}},
      // Eight bits are asked for once, and the answer to that needs none; an offer out of the blue is
      // refused.
      {{Step::peer, IAC WILL BINARY ""sv, IAC DONT BINARY ""sv},
       {Step::will, IAC WILL ECHO},
       {Step::peer, IAC DO ECHO, IAC DO BINARY ""sv},
       {Step::peer, IAC WILL BINARY ""sv},
       {Step::wont, IAC WONT ECHO},
       {Step::peer, IAC DONT ECHO},
       {Step::will, IAC WILL ECHO},
       {Step::peer, IAC DO ECHO},
       {Step::peer, IAC WONT BINARY ""sv}},
      // Telling it twice says nothing twice.
      {{Step::wont, ""},
       {Step::will, IAC WILL ECHO},
       {Step::will, ""},
       {Step::wont, IAC WONT ECHO},
       {Step::wont, ""}},
      // The client refuses, twice.
      {{Step::will, IAC WILL ECHO},
       {Step::peer, IAC DONT ECHO},
       {Step::wont, IAC WONT ECHO},
       {Step::will, IAC WILL ECHO},
       {Step::peer, IAC DONT ECHO},
       {Step::wont, IAC WONT ECHO}},
      // Two prompts have passed before the first answer comes.
      {{Step::will, IAC WILL ECHO},
       {Step::wont, IAC WONT ECHO},
       {Step::will, IAC WILL ECHO},
       {Step::wont, IAC WONT ECHO},
       {Step::peer, IAC DO ECHO IAC DONT ECHO IAC DO ECHO IAC DONT ECHO, IAC DO BINARY ""sv},
       {Step::peer, IAC DO ECHO, IAC WONT ECHO}},
      // The client repeats itself, then stops us, then wants it again.
      {{Step::will, IAC WILL ECHO},
       {Step::peer, IAC DO ECHO IAC DO ECHO, IAC DO BINARY ""sv},
       {Step::peer, IAC DONT ECHO, IAC WONT ECHO},
       {Step::peer, IAC DONT ECHO},
       {Step::wont, ""},
       {Step::peer, IAC DO ECHO, IAC WONT ECHO},
       {Step::will, IAC WILL ECHO},
       {Step::peer, IAC DO ECHO}},
      // Other options do not touch it.
      {{Step::will, IAC WILL ECHO},
       {Step::peer, IAC DO SGA, IAC WONT SGA},
       {Step::peer, IAC DO ECHO, IAC DO BINARY ""sv},
       {Step::wont, IAC WONT ECHO}},
  };
  for (const auto& conversation : conversations) {
    Telnet telnet;
    int number = 0;
    for (const auto& [who, says, reply] : conversation) {
      ++number;
      if (who == Step::will) {
        EXPECT_EQ(telnet.will_echo(), says) << "step " << number;
      } else if (who == Step::wont) {
        EXPECT_EQ(telnet.wont_echo(), says) << "step " << number;
      } else {
        EXPECT_EQ(hear(telnet, {says}), (Heard{"", std::string(reply)})) << "step " << number;
      }
    }
  }
}

TEST(Telnet, IsIdleBetweenTwoCommandsOnly) {
  Telnet telnet;
  EXPECT_TRUE(telnet.idle());
  for (const auto piece : {IAC, DO}) {
    hear(telnet, {piece});
    EXPECT_FALSE(telnet.idle());
  }
  hear(telnet, {SGA});
  EXPECT_TRUE(telnet.idle());
  hear(telnet, {IAC SB COMPRESS2 IAC SE});
  EXPECT_FALSE(telnet.idle()) << "a broken session hears nothing";
}

TEST(Telnet, APeerIsSilentFromItsConsentUntilItIsToldOtherwise) {
  Telnet telnet;
  telnet.will_echo();
  EXPECT_FALSE(telnet.peer_is_silent()) << "nc never answers";
  hear(telnet, {IAC DO ECHO});
  EXPECT_TRUE(telnet.peer_is_silent());
  telnet.wont_echo();
  EXPECT_FALSE(telnet.peer_is_silent());
  hear(telnet, {IAC DONT ECHO});
  telnet.will_echo();
  hear(telnet, {IAC DONT ECHO});
  EXPECT_FALSE(telnet.peer_is_silent()) << "it refused";
}

TEST(Telnet, AFloodOfRequestsIsAnsweredOnceEach) {
  Telnet telnet;
  std::string flood;
  std::string refusals;
  for (int i = 0; i < 20'000; ++i) {
    flood += IAC DO SGA IAC DONT SGA;
    refusals += IAC WONT SGA;
  }
  EXPECT_EQ(hear(telnet, {flood}), (Heard{"", refusals}));
}

// libtelnet obeyed an unasked IAC SB COMPRESS2 IAC SE and inflated what followed: 10 KB sent became 10 MB of
// text.
TEST(Telnet, CompressionThatNobodyAskedForBreaksTheSession) {
  // A zlib stream of 1,000 letters a.
  const auto stream = "\x78\xda\x4b\x4c\x1c\x05\xa3\x60\x14\x0c\x77\x00\x00\xf9\xd8\x7a\xf8"sv;
  const std::string bytes = "a" IAC SB COMPRESS2 IAC SE + std::string(stream);
  const Heard heard{"a", "", true};
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    Telnet telnet;
    const std::string_view all = bytes;
    EXPECT_EQ(hear(telnet, {all.substr(0, at), all.substr(at)}), heard) << "split at " << at;
  }
}

// libtelnet 0.21 called itself for the rest of its input after each IAC SB ENVIRON ... IAC SE, so that 64 KiB
// of them overflowed the stack: one client could end the server.
TEST(Telnet, AFloodOfSubnegotiationsDoesNotRecurse) {
  std::string flood;
  for (int i = 0; i < 50'000; ++i) flood += IAC SB ENVIRON "\0\0x" IAC SE ""sv;
  Telnet telnet;
  EXPECT_EQ(hear(telnet, {flood, "hello"}), (Heard{"hello", ""}));
}

TEST(Telnet, ASubnegotiationWithoutBoundBreaksTheSession) {
  const std::string begin = IAC SB NAWS;
  const std::string end = IAC SE;
  const std::string largest(Telnet::kCommandBytesMax - begin.size() - end.size(), 'x');
  {
    Telnet telnet;
    EXPECT_EQ(hear(telnet, {begin, largest, end, "b"}), (Heard{"b", ""}));
  }
  {
    Telnet telnet;
    EXPECT_EQ(hear(telnet, {begin, largest, "x", end, "b"}), (Heard{"", "", true}));
  }
  {  // Nothing of an endless one reaches the text, where libtelnet would let it at 16 KiB.
    Telnet telnet;
    EXPECT_EQ(hear(telnet, {begin + std::string(100'000, 'x')}), (Heard{"", "", true}));
  }
}

TEST(Telnet, ABrokenSessionHearsNothingMore) {
  Telnet telnet;
  EXPECT_TRUE(hear(telnet, {IAC SB COMPRESS2 IAC SE}).broken);
  EXPECT_EQ(hear(telnet, {"text" IAC DO SGA}), (Heard{"", "", true}));
}

TEST(Telnet, CostsAnIdleClientFewBytes) { EXPECT_LE(sizeof(Telnet), 24u); }

}  // namespace
}  // namespace veche::wire

#include "control/config.h"

#include <gtest/gtest.h>

#include <string>

namespace veche::control {
namespace {

struct Right {
  const char* text;
  const char* protocol;
  const char* address;
  int port;
  bool named;
  bool tls = false;
};

class RightListen : public testing::TestWithParam<Right> {};

TEST_P(RightListen, IsReadWithItsDefaults) {
  const auto listen = parse_listen(GetParam().text);
  ASSERT_TRUE(listen) << listen.error().text();
  EXPECT_EQ(listen->protocol, GetParam().protocol);
  EXPECT_EQ(listen->address, GetParam().address);
  EXPECT_EQ(listen->port, GetParam().port);
  EXPECT_EQ(listen->named, GetParam().named);
  EXPECT_EQ(listen->tls, GetParam().tls);
}

constexpr Right kRight[] = {
    {"line://0.0.0.0:2000", "line", "0.0.0.0", 2000, true},
    {"line://", "line", "127.0.0.1", 1898, false},
    {"line://10.0.0.1", "line", "10.0.0.1", 1898, false},
    {"line://:2000", "line", "127.0.0.1", 2000, true},
    {"line://[::1]:2000", "line", "::1", 2000, true},
    {"line://[::]", "line", "::", 1898, false},
    {"line://127.0.0.1:1898", "line", "127.0.0.1", 1898, true},
    {"line://127.0.0.1:0", "line", "127.0.0.1", 0, true},
    {"irc://", "irc", "127.0.0.1", 6667, false},
    {"irc://[::]", "irc", "::", 6667, false},
    {"irc://0.0.0.0:6667", "irc", "0.0.0.0", 6667, true},
    {"ircs://", "irc", "127.0.0.1", 6697, false, true},
    {"ircs://0.0.0.0:7000", "irc", "0.0.0.0", 7000, true, true},
    {"lines://", "line", "127.0.0.1", 1899, false, true},
};
INSTANTIATE_TEST_SUITE_P(All, RightListen, testing::ValuesIn(kRight));

struct Wrong {
  const char* text;
  const char* error;
};

class WrongListen : public testing::TestWithParam<Wrong> {};

TEST_P(WrongListen, IsAnErrorThatSaysHowToWriteIt) {
  const auto listen = parse_listen(GetParam().text);
  ASSERT_FALSE(listen);
  EXPECT_EQ(listen.error().text(), std::string("--listen ") + GetParam().text + ": " + GetParam().error);
}

constexpr const char* kAddress =
    "not a numeric address (for example: 127.0.0.1, ::1, or 0.0.0.0 for every interface)";
constexpr const char* kPort = "a port is a number up to 65535 (0: any free one)";
constexpr const char* kForm = "expected PROTOCOL://ADDRESS:PORT (for example: line://0.0.0.0:1898)";

constexpr Wrong kWrong[] = {
    {"", kForm},
    {"1898", kForm},
    {"127.0.0.1:1898", kForm},
    {"web://127.0.0.1:80", "'web' is not in this version (one of: line, irc)"},
    {"webs://", "'web' is not in this version (one of: line, irc)"},
    {"telnet://", "'telnet' is not known (one of: line, irc)"},
    {"line://localhost:1898", kAddress},
    {"line://[127.0.0.1]x:5", "text behind the address (for example: line://0.0.0.0:1898)"},
    {"line://::1:1898", "an IPv6 address stands in brackets (for example: line://[::1]:1898)"},
    {"line://127.0.0.1:65536", kPort},
    {"line://127.0.0.1:99999999999", kPort},
    {"line://127.0.0.1:+5", kPort},
    {"line://127.0.0.1:5x", kPort},
};
INSTANTIATE_TEST_SUITE_P(All, WrongListen, testing::ValuesIn(kWrong));

}  // namespace
}  // namespace veche::control

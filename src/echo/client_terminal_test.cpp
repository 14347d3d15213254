#include "echo/client_terminal.h"

#include "echo/test_pty.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <sys/eventfd.h>

#include <array>

namespace veche::echo {
namespace {

const base::Translator kEnglish;

struct Person {
  explicit Person(std::string_view typed) {
    EXPECT_EQ(::write(pty.person.get(), typed.data(), typed.size()), static_cast<ssize_t>(typed.size()));
  }
  /// "HOST PORT", or "nothing".
  std::string asked(int stop_fd = -1) {
    const auto target = ask_target(terminal, "127.0.0.1", 7007, stop_fd, kEnglish);
    return target ? target->host + ' ' + std::to_string(target->port.value_or(0)) : "nothing";
  }

  testing::Pty pty;
  ClientTerminal terminal{{pty.terminal.get(), pty.out(), pty.out()}};
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

TEST(ClientTerminal, PersonIsThereWhenInputAndOutputAreATerminal) {
  EXPECT_TRUE(Person("").terminal.is_interactive());
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const net::Fd read(ends[0]), write(ends[1]);
  const testing::Pty pty;
  EXPECT_FALSE(ClientTerminal({read.get(), pty.out(), pty.out()}).is_interactive());
}

TEST(ClientTerminal, EmptyAnswersAreTheDefaults) {
  Person person("\n\n");
  EXPECT_EQ(person.asked(), "127.0.0.1 7007");
  const std::string seen = person.pty.seen();
  EXPECT_TRUE(contains(seen, "Host [127.0.0.1]: ")) << seen;
  EXPECT_TRUE(contains(seen, "Port [7007]: ")) << seen;
}

TEST(ClientTerminal, PortBehindTheHostNeedsNoQuestion) {
  Person person(" [::1]:7 \n");
  EXPECT_EQ(person.asked(), "::1 7");
  EXPECT_FALSE(contains(person.pty.seen(), "Port"));
}

TEST(ClientTerminal, BadAnswersAreAskedAgainWithWhatWouldBeRight) {
  Person person("a b\nexample.org\nseven\n70000\n7\n");
  EXPECT_EQ(person.asked(), "example.org 7");
  const std::string seen = person.pty.seen();
  EXPECT_TRUE(contains(seen, "veche: host 'a b': neither a name nor an address (write it like ")) << seen;
  EXPECT_TRUE(contains(seen, "veche: port 'seven': must be a number from 1 to 65535")) << seen;
  EXPECT_TRUE(contains(seen, "veche: port '70000': must be a number from 1 to 65535")) << seen;
}

TEST(ClientTerminal, WhatIsTypedAheadIsStillThereAfterTheQuestions) {
  Person person("\n\nhello\n");
  EXPECT_EQ(person.asked(), "127.0.0.1 7007");
  person.terminal.feed();
  EXPECT_EQ(person.terminal.take_line(), "hello");
}

TEST(ClientTerminal, EndOfInputAndStopEndTheQuestions) {
  EXPECT_EQ(Person("\n\x04").asked(), "nothing");
  const net::Fd stop(::eventfd(1, EFD_CLOEXEC));
  EXPECT_EQ(Person("").asked(stop.get()), "nothing");
}

TEST(ClientTerminal, ComplaintBehindAPromptBeginsALineOfItsOwn) {
  Person person("");
  person.terminal.prompt("> ");
  person.terminal.complain("gone");
  person.terminal.complain("for good");
  EXPECT_EQ(person.pty.seen(), "> \r\nveche: gone\r\nveche: for good\r\n");
}

TEST(ClientTerminal, NobodyWhoReadsIsNoError) {
  ::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  ::close(ends[0]);
  std::FILE* out = ::fdopen(ends[1], "w");
  ClientTerminal terminal({-1, out, stderr});
  EXPECT_FALSE(terminal.print("hello\n"));
  EXPECT_FALSE(terminal.has_failed());
  std::fclose(out);
}

TEST(ClientTerminal, ComplaintCannotDisturbTheTerminal) {
  Person person("");
  person.terminal.complain("a\x1b[2Jb\xff");
  EXPECT_EQ(person.pty.seen(), "veche: a[2Jb?\r\n");
}

}  // namespace
}  // namespace veche::echo

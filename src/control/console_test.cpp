#include "control/console.h"

#include "control/test_terminal.h"
#include "net/signals.h"
#include "net/test_peer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/ioctl.h>

#include <cstdio>
#include <string>
#include <vector>

namespace veche::control {
namespace {

using net::Fd;
using testing::Pty;
using testing::same_modes;
using testing::Screen;

/// Commands: "echo WORDS" answers at once, "fail" fails, "clear" asks for CLEAR; all others stay unanswered
/// until `reply` is used.
class ConsoleTest : public net::testing::LoopTest {
 protected:
  ConsoleHooks hooks() {
    return {.run =
                [this](std::string_view line, std::shared_ptr<Reply> asked) {
                  commands.emplace_back(line);
                  reply = asked;
                  if (line.starts_with("echo ")) {
                    asked->text(std::string(line.substr(5)) + "\n");
                    asked->end(0);
                  } else if (line == "fail") {
                    asked->error({"fail", "as told", "try echo"});
                    asked->end(1);
                  } else if (line == "clear") {
                    asked->confirm("Type CLEAR to go on.", "CLEAR", [this] {
                      ++cleared;
                      if (const auto listening = reply.lock()) {
                        listening->text("cleared\n");
                        listening->end(0);
                      }
                    });
                  }
                },
            .complete = [](std::string_view) { return std::vector<std::string>{"status"}; },
            .translator = base::Translator(),
            .in_foreground = [this] { return foreground; }};
  }

  std::vector<std::string> commands;
  std::weak_ptr<Reply> reply;
  int cleared = 0;
  bool foreground = true;
};

// On a terminal. ----------------------------------------------------------------------------------

class TerminalConsoleTest : public ConsoleTest {
 protected:
  void SetUp() override {
    before = pty.modes();
    ::fcntl(pty.person.get(), F_SETFL, O_NONBLOCK);
    out = Fd(::dup(pty.terminal.get()));
    start();
  }
  void TearDown() override { console.reset(); }

  void start() { console.emplace(*loop, ConsoleFds{pty.terminal.get(), out.get()}, hooks()); }

  void type(std::string_view keys) {
    ASSERT_EQ(::write(pty.person.get(), keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  /// What the terminal was sent since the last call.
  std::string received() {
    std::string bytes;
    std::array<char, 65536> buffer;
    for (ssize_t got; (got = ::read(pty.person.get(), buffer.data(), buffer.size())) > 0;)
      bytes.append(buffer.data(), static_cast<std::size_t>(got));
    return bytes;
  }
  bool shows(std::string_view text) {
    return turn_until([&] {
      screen.show(received());
      return screen.text() == text;
    });
  }

  Pty pty;
  Screen screen;
  termios before{};
  Fd out;
  std::optional<Console> console;
};

TEST_F(TerminalConsoleTest, CommandIsRunAndAnsweredAboveTheNextPrompt) {
  EXPECT_TRUE(shows("veche>\n"));
  type("echo Привет\n");
  EXPECT_TRUE(shows("veche> echo Привет\nПривет\nveche>\n")) << screen.text();
  EXPECT_EQ(commands, std::vector<std::string>{"echo Привет"});
}

TEST_F(TerminalConsoleTest, ErrorSaysWhatWhyAndAHint) {
  type("fail\n");
  EXPECT_TRUE(shows("veche> fail\nveche: fail: as told (try echo)\nveche>\n")) << screen.text();
}

TEST_F(TerminalConsoleTest, TypedLineSurvivesAHundredNotices) {
  type("ban mallory\033[D");
  ASSERT_TRUE(shows("veche> ban mallory\n"));
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    const std::string notice = std::to_string(i) + " has come\n";
    console->print(notice);
    expected += notice;
    ASSERT_TRUE(shows(expected + "veche> ban mallory\n")) << screen.text();
    ASSERT_EQ(screen.cursor_column(), 17u);
  }
}

TEST_F(TerminalConsoleTest, NoticesOfOneTurnAreOneRedraw) {
  ASSERT_TRUE(shows("veche>\n"));
  for (int i = 0; i < 50; ++i) console->print("note\n");
  std::string bytes;
  ASSERT_TRUE(turn_until([&] { return (bytes += received()).ends_with("veche> "); }));
  EXPECT_EQ(bytes.find("veche> "), bytes.rfind("veche> "));
}

TEST_F(TerminalConsoleTest, NoticeMovesNoCursor) {
  console->print("a\033[2Jb\n");
  EXPECT_TRUE(shows("a[2Jb\nveche>\n")) << screen.text();
}

TEST_F(TerminalConsoleTest, TabCompletes) {
  type("sta\t");
  EXPECT_TRUE(shows("veche> status\n"));
}

TEST_F(TerminalConsoleTest, ArrowUpBringsTheLastCommandBack) {
  type("echo one\n");
  ASSERT_TRUE(shows("veche> echo one\none\nveche>\n"));
  type("\033[A\n");
  EXPECT_TRUE(shows("veche> echo one\none\nveche> echo one\none\nveche>\n")) << screen.text();
}

TEST_F(TerminalConsoleTest, CtrlDEndsTheConsoleAndRestoresTheModes) {
  ASSERT_TRUE(shows("veche>\n"));
  type("\x04");
  EXPECT_TRUE(shows("The console is closed; the server goes o\nn.\n")) << screen.text();
  EXPECT_TRUE(console->ended());
  EXPECT_TRUE(same_modes(pty.modes(), before));
  console->print("but still\n");
  EXPECT_TRUE(shows("The console is closed; the server goes o\nn.\nbut still\n")) << screen.text();
}

TEST_F(TerminalConsoleTest, CommandThatRunsOutlivesTheEndOfInput) {
  type("long\n");
  ASSERT_TRUE(turn_until([&] { return commands.size() == 1; }));
  type("\x04");
  ASSERT_TRUE(turn_until([&] { return same_modes(pty.modes(), before); }));
  EXPECT_FALSE(console->ended());
  ASSERT_FALSE(reply.expired());
  reply.lock()->text("done\n");
  reply.lock()->end(0);
  EXPECT_TRUE(turn_until([&] { return console->ended(); }));
  EXPECT_TRUE(turn_until([&] { return screen.show(received()), screen.last_row() == "done"; }));
}

TEST_F(TerminalConsoleTest, HungUpTerminalIsTheEndOfInput) {
  pty.person.reset();
  EXPECT_TRUE(turn_until([&] { return console->ended(); }));
}

TEST_F(TerminalConsoleTest, ModesAreAsBeforeWhenItIsGone) {
  ASSERT_TRUE(shows("veche>\n"));
  EXPECT_FALSE(same_modes(pty.modes(), before));
  console.reset();
  EXPECT_TRUE(same_modes(pty.modes(), before));
}

TEST_F(TerminalConsoleTest, CommandsWaitForTheAnswerBefore) {
  type("long\necho two\n");
  ASSERT_TRUE(turn_until([&] { return commands.size() == 1; }));
  settle();
  EXPECT_EQ(commands.size(), 1u);
  reply.lock()->end(0);
  EXPECT_TRUE(turn_until([&] { return commands.size() == 2; }));
}

TEST_F(TerminalConsoleTest, EnterEndsACommandThatGoesOn) {
  type("logs --follow\n");
  ASSERT_TRUE(turn_until([&] { return commands.size() == 1; }));
  const auto held = reply.lock();
  ASSERT_TRUE(held);
  type("\n");
  type("echo next\n");
  ASSERT_TRUE(turn_until([&] { return commands.size() == 2; }));
  held->text("unheard\n");
  held->end(0);
  EXPECT_TRUE(shows("veche> logs --follow\nveche>\nveche> echo next\nnext\nveche>\n")) << screen.text();
}

TEST_F(TerminalConsoleTest, RightWordConfirms) {
  type("clear\n");
  ASSERT_TRUE(shows("veche> clear\nType CLEAR to go on.\n>\n")) << screen.text();
  type("CLEAR\n");
  EXPECT_TRUE(shows("veche> clear\nType CLEAR to go on.\n> CLEAR\ncleared\nveche>\n")) << screen.text();
  EXPECT_EQ(cleared, 1);
  type("\033[A");
  EXPECT_TRUE(turn_until([&] { return screen.show(received()), screen.last_row() == "veche> clear"; }))
      << "the answer is not in the history";
}

TEST_F(TerminalConsoleTest, WrongWordDoesNothing) {
  for (const char* word : {"clear\n", "\n", "CLEAR it\n", "\x04"}) {
    if (console->ended()) break;
    type("clear\n");
    ASSERT_TRUE(turn_until([&] { return screen.show(received()), screen.last_row() == ">"; }));
    type(word);
    ASSERT_TRUE(turn_until([&] {
      screen.show(received());
      return screen.text().find("Nothing was done.\nveche>\n") != std::string::npos ||
             screen.text().ends_with("Nothing was done.\n");
    })) << screen.text();
    EXPECT_TRUE(reply.expired());
    screen = Screen();
  }
  EXPECT_TRUE(console->ended());
  EXPECT_EQ(cleared, 0);
}

TEST_F(TerminalConsoleTest, LineTooLongIsRefused) {
  const std::string half(2040, 'x');
  type("echo " + half);  // a terminal holds 4,095 bytes that nobody has read
  ASSERT_TRUE(turn_until([&] { return screen.show(received()), screen.text().size() > 2040; }));
  type(half + "abcdefghijklmnopq\n");
  EXPECT_TRUE(turn_until([&] {
    screen.show(received());
    return screen.text().find("veche: this line: longer than 4096 bytes") != std::string::npos;
  })) << screen.text();
  EXPECT_TRUE(commands.empty());
}

TEST_F(TerminalConsoleTest, TerminalIsLeftAloneInTheBackground) {
  console.reset();
  received();
  foreground = false;
  start();
  type("echo mine\n");  // to the shell
  console->print("unseen\n");
  clock.advance(std::chrono::seconds{1});
  settle();
  EXPECT_TRUE(commands.empty());
  EXPECT_TRUE(same_modes(pty.modes(), before));
  EXPECT_EQ(received().find("veche"), std::string::npos);

  foreground = true;
  clock.advance(std::chrono::seconds{1});
  EXPECT_TRUE(turn_until([&] { return commands.size() == 1; }))
      << "the second look finds it in the foreground";
  foreground = false;
  console->print("unseen\n");
  settle();
  const termios ours = pty.modes();
  console.reset();
  EXPECT_TRUE(same_modes(pty.modes(), ours)) << "what is the shell's by now is not restored";
}

TEST_F(TerminalConsoleTest, SuspendGivesTheTerminalBackAndResumeTakesItWithTheLine) {
  type("stat");
  ASSERT_TRUE(shows("veche> stat\n"));
  console->suspend();
  EXPECT_TRUE(same_modes(pty.modes(), before));
  EXPECT_TRUE(shows("\n")) << screen.text();
  console->print("unseen\n");
  settle();
  console->resumed();
  EXPECT_TRUE(shows("veche> stat\n")) << screen.text();
  EXPECT_FALSE(same_modes(pty.modes(), before));
}

TEST_F(TerminalConsoleTest, ResizedTerminalKeepsTheLine) {
  type("status");
  ASSERT_TRUE(shows("veche> status\n"));
  pty.resize(20, 5);
  console->resized();
  console->print("note\n");
  EXPECT_TRUE(shows("note\nveche> status\n"));
}

TEST_F(TerminalConsoleTest, TerminalThatTakesNothingBlocksNobody) {
  ASSERT_TRUE(shows("veche>\n"));
  ASSERT_EQ(::tcflow(pty.terminal.get(), TCOOFF), 0);  // Ctrl-S
  for (int i = 0; i < 1'700; ++i) console->print("note " + std::to_string(i) + "\n");
  settle();
  EXPECT_EQ(received(), "");
  ASSERT_EQ(::tcflow(pty.terminal.get(), TCOON), 0);
  ASSERT_TRUE(turn_until([&] {
    screen.show(received());
    return screen.last_row() == "veche>" && screen.cursor_row() > 1'000;
  })) << screen.last_row();
  EXPECT_EQ(screen.row(999), "note 999");
  EXPECT_EQ(screen.row(1'000), "(700 lines were left out)");
}

// From a pipe or a file. --------------------------------------------------------------------------

class PlainConsoleTest : public ConsoleTest {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    in = Fd(ends[0]);
    person = Fd(ends[1]);
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    answers = Fd(ends[0]);
    out = Fd(ends[1]);
    ::fcntl(answers.get(), F_SETFL, O_NONBLOCK);
  }
  void TearDown() override { console.reset(); }

  void start() { console.emplace(*loop, ConsoleFds{in.get(), out.get()}, hooks()); }
  void write(std::string_view bytes) {
    ASSERT_EQ(::write(person.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  bool says(std::string_view expected) {
    return turn_until([&] { return read_answers(), text == expected; });
  }
  void read_answers() {
    std::array<char, 65536> buffer;
    for (ssize_t got; (got = ::read(answers.get(), buffer.data(), buffer.size())) > 0;)
      text.append(buffer.data(), static_cast<std::size_t>(got));
  }

  Fd in, person, answers, out;
  std::string text;
  std::optional<Console> console;
};

TEST_F(PlainConsoleTest, AnswersComeWithoutPromptAndEndOfInputEndsIt) {
  start();
  write("echo one\r\n\n  \nec");
  write("ho two\nfail\necho last");
  person.reset();
  EXPECT_TRUE(says("one\ntwo\nveche: fail: as told (try echo)\nlast\n")) << text;
  EXPECT_TRUE(console->ended());
}

TEST_F(PlainConsoleTest, LinesThatCannotBeRunAreNamed) {
  start();
  write("echo one\n" + std::string(5'000, 'x') + "\necho \xff\n" + "echo " + std::string(4'092, 'y') +
        "\necho four\n");
  EXPECT_TRUE(
      says("one\nveche: line 2: longer than 4096 bytes\nveche: line 3: is not UTF-8\n"
           "veche: line 4: longer than 4096 bytes\nfour\n"))
      << text;
}

TEST_F(PlainConsoleTest, LineOf4096BytesIsRun) {
  start();
  write("echo " + std::string(4'091, 'x') + "\r\n");
  EXPECT_TRUE(says(std::string(4'091, 'x') + "\n"));
}

TEST_F(PlainConsoleTest, PipeIsNotReadFurtherWhileACommandIsUnanswered) {
  start();
  write("long\n");
  ASSERT_TRUE(turn_until([&] { return commands.size() == 1; }));
  write("echo next\n");
  settle();
  int unread = 0;
  ASSERT_EQ(::ioctl(in.get(), FIONREAD, &unread), 0);
  EXPECT_EQ(unread, 10);
  reply.lock()->end(0);
  EXPECT_TRUE(says("next\n"));
}

TEST_F(PlainConsoleTest, NobodyCanConfirm) {
  start();
  write("clear\necho next\n");
  EXPECT_TRUE(says("veche: clear: needs confirmation (add --yes)\nnext\n")) << text;
  EXPECT_EQ(cleared, 0);
}

// epoll does not watch files: EPERM.
TEST_F(PlainConsoleTest, FileIsReadToItsEnd) {
  std::FILE* const file = std::tmpfile();
  std::string expected;
  for (int i = 0; i < 2'000; ++i) {
    std::fprintf(file, "echo %d\n", i);
    expected += std::to_string(i) + "\n";
  }
  std::rewind(file);
  in = Fd(::dup(::fileno(file)));
  std::fclose(file);
  start();
  EXPECT_TRUE(says(expected));
  EXPECT_TRUE(console->ended());
}

TEST_F(PlainConsoleTest, DevNullEndsItQuietly) {
  in = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  start();
  EXPECT_TRUE(turn_until([&] { return console->ended(); }));
  console->print("a notice\n");
  EXPECT_TRUE(says("a notice\n"));
}

TEST_F(PlainConsoleTest, LongAnswerIsWholeForASlowReader) {
  start();
  write("long\n");
  ASSERT_TRUE(turn_until([&] { return commands.size() == 1; }));
  std::string expected;
  for (int i = 0; i < 50'000; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    reply.lock()->text(line);
    expected += line;
  }
  reply.lock()->end(0);
  settle();
  EXPECT_TRUE(says(expected));
}

TEST_F(PlainConsoleTest, ReaderThatHasGoneStopsNothing) {
  net::ignore_write_signals();
  start();
  answers.reset();
  write("echo one\necho two\n");
  EXPECT_TRUE(turn_until([&] { return commands.size() == 2; }));
}

TEST_F(PlainConsoleTest, LastWordsAreWrittenWhenItGoes) {
  start();
  console->print("bye\n");
  console.reset();
  read_answers();
  EXPECT_EQ(text, "bye\n");
}

TEST_F(PlainConsoleTest, ReplyOutlivesTheConsole) {
  start();
  write("long\n");
  ASSERT_TRUE(turn_until([&] { return commands.size() == 1; }));
  const auto held = reply.lock();
  console.reset();
  held->text("unheard\n");
  held->end(0);
  read_answers();
  EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace veche::control

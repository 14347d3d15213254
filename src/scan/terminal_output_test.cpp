#include "scan/terminal_output.h"

#include "control/test_terminal.h"
#include "net/fd.h"
#include "tests/fakes/pipe.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace veche::scan {
namespace {

using namespace std::chrono_literals;
using control::testing::Pty;
using control::testing::Screen;
using fakes::Pipe;
using fakes::take;

const base::Translator kEnglish;

using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;
File writer_to(int fd) { return {::fdopen(::dup(fd), "w"), &std::fclose}; }

/// A person's terminal for both streams, or for standard error only; the bar is ASCII.
class Seen {
 public:
  explicit Seen(bool out_is_terminal = true, int columns = 60) : pty_(columns), screen_(columns) {
    ::setenv("LC_ALL", "C", 1);
    ::setenv("TERM", "xterm", 1);
    out_ = writer_to(out_is_terminal ? pty_.terminal.get() : pipe_.write.get());
    err_ = writer_to(pty_.terminal.get());
    progress_.decided = 50;
    progress_.ports = 100;
    progress_.hosts = 1;
  }
  ~Seen() { ::unsetenv("LC_ALL"); }

  OutputStreams streams() const { return {out_.get(), err_.get()}; }
  TerminalOutput& start(bool wants_bar = true) {
    return *(output_ = std::make_unique<TerminalOutput>(streams(), wants_bar, kEnglish));
  }
  TerminalOutput& output() { return *output_; }
  void end() { output_.reset(); }

  bool refresh_after(std::chrono::milliseconds time) {
    clock_.advance(time);
    progress_.elapsed += time;
    return output_->refresh(progress_, clock_.mono());
  }
  /// The bytes since the last time.
  std::string bytes() {
    std::string bytes = take(pty_.person.get());
    screen_.show(bytes);
    return bytes;
  }
  /// All rows.
  std::string screen() {
    bytes();
    return screen_.text();
  }

  Pty pty_;
  Pipe pipe_;
  Progress progress_;

 private:
  Screen screen_;
  File out_{nullptr, &std::fclose}, err_{nullptr, &std::fclose};
  base::ManualClock clock_;
  std::unique_ptr<TerminalOutput> output_;
};

const std::string kBar = "###############...............   50%  0 open  - left\n";

TEST(TerminalOutput, ResultsStandAboveTheBarAndAreNotTorn) {
  Seen seen;
  seen.start();
  EXPECT_TRUE(seen.refresh_after(0ms));
  EXPECT_EQ(seen.screen(), kBar);
  EXPECT_TRUE(seen.output().print("Port 22 open  ssh\n"));
  EXPECT_EQ(seen.screen(), "Port 22 open  ssh\n" + kBar);
  EXPECT_TRUE(seen.output().print("Port 80 open  http\n"));
  seen.refresh_after(100ms);
  EXPECT_EQ(seen.screen(), "Port 22 open  ssh\nPort 80 open  http\n" + kBar);
  EXPECT_TRUE(seen.output().finish());
  EXPECT_EQ(seen.screen(), "Port 22 open  ssh\nPort 80 open  http\n");
}

TEST(TerminalOutput, BarIsDrawnAtMostEvery100Ms) {
  Seen seen;
  seen.start();
  seen.refresh_after(0ms);
  EXPECT_FALSE(seen.bytes().empty());
  seen.refresh_after(99ms);
  EXPECT_TRUE(seen.bytes().empty());
  seen.refresh_after(1ms);
  EXPECT_FALSE(seen.bytes().empty());
}

TEST(TerminalOutput, FloodOfResultsGetsOneBarAndThenNoneUntilItIsDue) {
  Seen seen;
  seen.start();
  seen.refresh_after(0ms);
  seen.bytes();
  for (int i = 0; i < 3; ++i) seen.output().print("line\n");
  const std::string bytes = seen.bytes();
  EXPECT_EQ(bytes.find('%'), bytes.rfind('%')) << bytes;
  EXPECT_TRUE(bytes.ends_with("line\r\n")) << bytes;
  seen.refresh_after(100ms);
  EXPECT_EQ(seen.screen(), "line\nline\nline\n" + kBar);
}

TEST(TerminalOutput, ResultsToAPipeDoNotDisturbTheBar) {
  Seen seen(false);
  seen.start();
  seen.refresh_after(0ms);
  seen.bytes();
  seen.output().print("Port 22 open\n");
  EXPECT_TRUE(seen.bytes().empty());
  seen.refresh_after(100ms);
  EXPECT_EQ(take(seen.pipe_.read.get()), "Port 22 open\n");
  seen.output().print("Port 80 open\n");
  seen.output().finish();
  EXPECT_EQ(take(seen.pipe_.read.get()), "Port 80 open\n");
  EXPECT_EQ(seen.screen(), "\n");
}

TEST(TerminalOutput, NotesStandAboveTheBarToo) {
  Seen seen;
  seen.start();
  seen.refresh_after(0ms);
  seen.output().note("scanning\x1b[2J the whole network");
  seen.output().complain({"host 'x'", "unknown host", "is the name right?"});
  seen.refresh_after(100ms);
  EXPECT_EQ(
      seen.screen(),
      "veche: scanning[2J the whole network\nveche: host 'x': unknown host (is the name right?)\n" + kBar);
}

TEST(TerminalOutput, SummaryFollowsTheResultsWithoutABar) {
  Seen seen;
  seen.start();
  seen.refresh_after(0ms);
  seen.output().print("Port 22 open\n");
  seen.output().finish();
  seen.output().say("1 open");
  EXPECT_EQ(seen.screen(), "Port 22 open\n1 open\n");
}

TEST(TerminalOutput, BarTakesTheWidthThatTheTerminalHasByThen) {
  Seen seen;
  seen.start();
  seen.refresh_after(0ms);
  seen.pty_.resize(11, 10);
  seen.refresh_after(100ms);
  EXPECT_EQ(seen.screen(), " 50%\n");
}

TEST(TerminalOutput, BarNeverFillsTheLastColumn) {
  for (int columns = 2; columns < 60; ++columns) {
    Seen seen(true, columns);
    seen.start();
    seen.refresh_after(0ms);
    const std::string bytes = seen.bytes();
    ASSERT_TRUE(bytes.starts_with('\r') && bytes.ends_with("\x1b[K")) << bytes;
    EXPECT_LT(columns_of(bytes.substr(1, bytes.size() - 4)), columns);
  }
}

TEST(TerminalOutput, BlocksAreShownWhereTheLocaleIsUtf8) {
  Seen seen;
  ::setenv("LC_ALL", "uk_UA.UTF-8", 1);
  seen.start();
  seen.refresh_after(0ms);
  EXPECT_NE(seen.bytes().find("█░"), std::string::npos);
}

TEST(TerminalOutput, BarIsErasedWhenTheOutputGoesAway) {
  Seen seen;
  seen.start();
  seen.refresh_after(0ms);
  seen.end();
  EXPECT_EQ(seen.screen(), "\n");
}

TEST(TerminalOutput, ThereIsNoBarWhereItIsNotWantedOrCannotBeErased) {
  Seen seen;
  EXPECT_TRUE(seen.start().has_bar());
  EXPECT_FALSE(seen.start(false).has_bar());
  seen.refresh_after(0ms);
  seen.output().print("Port 22 open\n");
  EXPECT_EQ(seen.bytes(), "Port 22 open\r\n");
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(seen.start().has_bar());
  ::unsetenv("TERM");
  EXPECT_FALSE(seen.start().has_bar());
  ::setenv("TERM", "xterm", 1);
  const Pipe pipe;
  const File err = writer_to(pipe.write.get());
  EXPECT_FALSE(TerminalOutput({seen.streams().out, err.get()}, true, kEnglish).has_bar());
}

TEST(TerminalOutput, BothStreamsInOneFileKeepTheirOrder) {
  const Pipe pipe;
  const File out = writer_to(pipe.write.get()), err = writer_to(pipe.write.get());
  TerminalOutput output({out.get(), err.get()}, true, kEnglish);
  output.print("Port 22 open\n");
  output.note("interrupted");
  EXPECT_EQ(take(pipe.read.get()), "Port 22 open\nveche: interrupted\n");
}

TEST(TerminalOutput, NobodyWhoReadsEndsItQuietly) {
  ::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  const Pipe told;
  pipe.read = net::Fd();
  const File out = writer_to(pipe.write.get()), err = writer_to(told.write.get());
  TerminalOutput output({out.get(), err.get()}, true, kEnglish);
  output.print("Port 22 open\n");
  EXPECT_FALSE(output.refresh({}, base::ManualClock().mono()));
  EXPECT_FALSE(output.print("Port 80 open\n"));
  EXPECT_FALSE(output.finish());
  EXPECT_FALSE(output.has_failed());
  EXPECT_EQ(take(told.read.get()), "");
}

TEST(TerminalOutput, FullDiskIsToldOnce) {
  const Pipe told;
  const File out(std::fopen("/dev/full", "w"), &std::fclose), err = writer_to(told.write.get());
  TerminalOutput output({out.get(), err.get()}, true, kEnglish);
  output.print("Port 22 open\n");
  EXPECT_FALSE(output.finish());
  EXPECT_FALSE(output.finish());
  EXPECT_TRUE(output.has_failed());
  EXPECT_EQ(take(told.read.get()), "veche: standard output: No space left on device\n");
}

}  // namespace
}  // namespace veche::scan

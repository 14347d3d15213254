#include "base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <thread>
#include <vector>

namespace veche::base {
namespace {

namespace fs = std::filesystem;

class LogFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "veche_log_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    options_.file = directory_ / "veche.log";
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::unique_ptr<Log> open() {
    auto log = Log::open(options_);
    EXPECT_TRUE(log) << (log ? "" : log.error().text());
    return log ? std::move(*log) : Log::nowhere();
  }
  static std::vector<std::string> lines_of(const fs::path& file) {
    std::ifstream in(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  std::vector<std::string> lines() const { return lines_of(options_.file); }

  fs::path directory_;
  LogOptions options_;
};

TEST_F(LogFile, TextLineHasATimeALevelAndTheWords) {
  const auto log = open();
  log->info("{} connected", "Їжак");
  log->warning("disk {} % full", 97);
  log->error("no\nforged line");
  log->flush();
  const auto written = lines();
  ASSERT_EQ(written.size(), 3u);
  const std::string time = R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} )";
  EXPECT_TRUE(std::regex_match(written[0], std::regex(time + "info    Їжак connected"))) << written[0];
  EXPECT_TRUE(std::regex_match(written[1], std::regex(time + "warning disk 97 % full"))) << written[1];
  EXPECT_TRUE(std::regex_match(written[2], std::regex(time + R"(error   no\\nforged line)"))) << written[2];
}

TEST_F(LogFile, JsonLineIsAnObjectWithUtcTime) {
  options_.format = LogFormat::json;
  ::setenv("TZ", "Asia/Tokyo", 1);
  ::tzset();
  const auto log = open();
  const auto now = std::chrono::floor<std::chrono::hours>(std::chrono::system_clock::now());
  log->info("said \"{}\" %v\n", "hi");
  log->flush();
  ::unsetenv("TZ");
  ::tzset();

  const auto written = lines();
  ASSERT_EQ(written.size(), 1u);
  std::smatch match;
  const std::regex object(
      R"re(\{"time":"\d{4}-\d\d-\d\dT(\d\d):\d\d:\d\d\.\d{3}Z","level":"info","message":"said \\"hi\\" %v\\n"\})re");
  ASSERT_TRUE(std::regex_match(written[0], match, object)) << written[0];
  const auto hour = std::chrono::duration_cast<std::chrono::hours>(now.time_since_epoch()).count() % 24;
  const auto late = (std::stoll(match[1]) - hour + 24) % 24;  // the hour may have turned meanwhile
  EXPECT_LE(late, 1) << written[0];
}

TEST_F(LogFile, LinesBelowTheLevelAreNotWritten) {
  options_.level = LogLevel::warning;
  const auto log = open();
  EXPECT_FALSE(log->enabled(LogLevel::info));
  EXPECT_TRUE(log->enabled(LogLevel::warning));
  log->debug("a");
  log->info("b");
  log->write(LogLevel::info, "c");
  log->warning("d");
  log->flush();
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_TRUE(lines()[0].ends_with("warning d"));
}

TEST_F(LogFile, WhatWasThereIsKept) {
  for (const char* const words : {"first", "second"}) {
    const auto log = open();
    log->info("{}", words);
  }
  ASSERT_EQ(lines().size(), 2u);
  EXPECT_TRUE(lines()[0].ends_with("first"));
}

TEST_F(LogFile, EndingTheLogWritesWhatIsQueued) {
  {
    const auto log = open();
    for (int i = 0; i < 1000; ++i) log->info("line {}", i);
  }
  const auto written = lines();
  ASSERT_EQ(written.size(), 1000u);
  for (std::size_t i = 0; i < written.size(); ++i)
    EXPECT_TRUE(written[i].ends_with("info    line " + std::to_string(i))) << written[i];
}

TEST_F(LogFile, AFullFileIsRotated) {
  options_.rotate_bytes = 1000;
  options_.rotated_files = 2;
  const auto log = open();
  for (int i = 0; i < 100; ++i) log->info("line {:03}", i);
  log->flush();
  EXPECT_TRUE(lines().back().ends_with("line 099"));
  EXPECT_LE(fs::file_size(options_.file), 1000u);
  EXPECT_EQ(lines_of(directory_ / "veche.1.log").size(), lines_of(directory_ / "veche.2.log").size());
  EXPECT_FALSE(fs::exists(directory_ / "veche.3.log"));
}

TEST_F(LogFile, ThreadsDoNotTearEachOthersLines) {
  constexpr int kThreads = 4;
  constexpr int kLinesEach = 2000;
  {
    const auto log = open();
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread)
      threads.emplace_back([&log, thread] {
        for (int i = 0; i < kLinesEach; ++i) {
          log->info("{}", std::string(50, static_cast<char>('a' + thread)));
          if (i % 500 == 0) log->flush();
        }
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(log->dropped(), 0u);
  }
  const std::regex whole(R"(.* info    (a{50}|b{50}|c{50}|d{50}))");
  const auto written = lines();
  EXPECT_EQ(written.size(), static_cast<std::size_t>(kThreads * kLinesEach));
  EXPECT_TRUE(std::all_of(written.begin(), written.end(),
                          [&whole](const std::string& line) { return std::regex_match(line, whole); }));
}

// The target is a pipe that nobody empties, so the writer stands still and the queue runs over.
TEST_F(LogFile, WhenTheWriterFallsBehindTheOldestLinesGoAndAreCounted) {
  constexpr std::size_t kLines = 300;
  ASSERT_EQ(::mkfifo(options_.file.c_str(), 0600), 0);
  const int pipe = ::open(options_.file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(pipe, 0);
  ASSERT_EQ(::fcntl(pipe, F_SETFL, 0), 0);  // reads below wait for the writer
  options_.queue_lines = 4;
  auto log = open();
  for (std::size_t i = 0; i < kLines; ++i) log->info("{:03} {}", i, std::string(1000, 'x'));
  const std::uint64_t dropped = log->dropped();
  EXPECT_GT(dropped, 100u);  // a pipe holds 64 KiB

  std::thread ending([&log] { log.reset(); });
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(pipe, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  ending.join();
  ::close(pipe);

  std::istringstream in(text);
  std::size_t written = 0;
  std::uint64_t reported = 0;  // in several warnings, if the writer caught up before the pipe was full
  std::string last_written;
  const std::regex warning(R"(.* warning (\d+) log lines were lost.*)");
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (std::regex_match(line, match, warning)) {
      reported += std::stoull(match[1]);
    } else {
      ++written;
      last_written = line;
    }
  }
  EXPECT_EQ(reported, dropped);
  EXPECT_EQ(written, kLines - dropped);
  EXPECT_NE(last_written.find(" 299 xxx"), std::string::npos) << "the newest stay";
}

TEST_F(LogFile, AFullDiskLosesLinesAndNothingElse) {
  options_.file = "/dev/full";
  const auto log = open();
  log->info("one");
  log->flush();
  log->info("two");
  log->flush();
  EXPECT_EQ(log->dropped(), 2u);
}

// spdlog's file stays closed after a rotation that failed (no descriptor left, say), and writes to it crash.
TEST_F(LogFile, ARotationThatFailsLosesLinesUntilTheFileCanBeOpenedAgain) {
  options_.file = directory_ / "logs" / "veche.log";
  options_.rotate_bytes = 200;
  const auto log = open();
  log->info("{}", std::string(100, 'a'));
  log->flush();
  fs::rename(directory_ / "logs", directory_ / "elsewhere");
  std::ofstream(directory_ / "logs") << "a file where the directory should be";
  log->info("{}", std::string(100, 'b'));  // this line is the one that rotates
  log->info("c");
  log->flush();
  EXPECT_EQ(log->dropped(), 2u);

  fs::remove(directory_ / "logs");
  log->info("d");
  log->flush();
  const auto written = lines();
  ASSERT_EQ(written.size(), 2u);
  EXPECT_TRUE(written[0].ends_with("info    d")) << written[0];
  EXPECT_NE(written[1].find("warning 2 log lines were lost"), std::string::npos) << written[1];
}

TEST_F(LogFile, AFileThatCannotBeOpenedIsAnError) {
  options_.file = directory_ / "veche.log";
  fs::create_directory(options_.file);
  const auto log = Log::open(options_);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().what, "log file " + options_.file.string());
  EXPECT_EQ(log.error().why, "Is a directory");
}

TEST_F(LogFile, TheWriterTakesNoSignals) {
  sigset_t before, after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  const auto log = open();
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  log->info("the thread has come so far");
  log->flush();
  EXPECT_EQ(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM)) << "the caller's mask is put back";

  bool found = false;
  for (const auto& task : fs::directory_iterator("/proc/self/task")) {
    std::ifstream status(task.path() / "status");
    std::string name, blocked;
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("Name:\t")) name = line.substr(6);
      if (line.starts_with("SigBlk:\t")) blocked = line.substr(8);
    }
    if (name != "log") continue;
    found = true;
    EXPECT_NE(std::stoull(blocked, nullptr, 16) & (1ull << (SIGTERM - 1)), 0u);
    EXPECT_NE(std::stoull(blocked, nullptr, 16) & (1ull << (SIGINT - 1)), 0u);
  }
  EXPECT_TRUE(found);
}

TEST(LogStderr, LineGoesToStandardError) {
  LogOptions options;
  options.target = LogTarget::stderr_;
  testing::internal::CaptureStderr();
  {
    const auto log = Log::open(options).value();
    log->info("hello");
  }
  EXPECT_TRUE(testing::internal::GetCapturedStderr().ends_with(" info    hello\n"));
}

TEST(LogStderr, JournalLineBeginsWithItsPriority) {
  LogOptions options;
  options.target = LogTarget::journal;
  options.level = LogLevel::debug;
  testing::internal::CaptureStderr();
  {
    const auto log = Log::open(options).value();
    log->debug("a");
    log->info("b");
    log->warning("c\n<0>forged");
    log->error("d");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "<7>a\n<6>b\n<4>c\\n<0>forged\n<3>d\n");
}

TEST(LogNowhere, KeepsNothing) {
  const auto log = Log::nowhere();
  EXPECT_FALSE(log->enabled(LogLevel::error));
  log->error("lost");
  log->flush();
  EXPECT_EQ(log->dropped(), 0u);

  LogOptions options;
  options.target = LogTarget::none;
  EXPECT_TRUE(Log::open(options));
}

TEST(LogLevels, HaveNames) {
  EXPECT_EQ(level_name(LogLevel::debug), "debug");
  EXPECT_EQ(level_name(LogLevel::info), "info");
  EXPECT_EQ(level_name(LogLevel::warning), "warning");
  EXPECT_EQ(level_name(LogLevel::error), "error");
}

}  // namespace
}  // namespace veche::base

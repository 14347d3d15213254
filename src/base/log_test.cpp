#include "base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <future>
#include <regex>
#include <sstream>
#include <thread>
#include <vector>

namespace veche::base {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> texts(const std::vector<LogRecord>& records) {
  std::vector<std::string> found;
  for (const LogRecord& record : records) found.push_back(record.text);
  return found;
}

using Texts = std::vector<std::string>;

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

TEST_F(LogFile, TheLevelCanBeChanged) {
  const auto log = open();
  EXPECT_EQ(log->level(), LogLevel::info);
  log->set_level(LogLevel::debug);
  EXPECT_EQ(log->level(), LogLevel::debug);
  log->debug("a");
  log->set_level(LogLevel::error);
  EXPECT_FALSE(log->enabled(LogLevel::warning));
  log->warning("b");
  log->error("c");
  EXPECT_EQ(texts(log->last({.count = 10}).value()), (Texts{"a", "c"}));
}

TEST_F(LogFile, LastLinesAreTheRecordsThatWereWatched) {
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {  // one file has both
    options_.format = format;
    options_.level = LogLevel::debug;
    const auto log = open();
    std::vector<LogRecord> watched;
    const auto watch = log->watch([&watched](const LogRecord& record) { watched.push_back(record); });
    log->debug("");
    log->info("Їжак said \"{}\" \\ %v\n", "hi");
    log->warning("\x1B[2J\xFF\t");
    log->error(" spaces at both ends ");
    EXPECT_EQ(log->last({.count = 4}).value(), watched);
    ASSERT_EQ(watched.size(), 4u);
    EXPECT_EQ(watched[3].level, LogLevel::error);
    EXPECT_EQ(watched[3].text, " spaces at both ends ");
  }
  EXPECT_EQ(open()->last({.count = 100}).value().size(), 8u);
}

TEST_F(LogFile, LastLinesAreThoseAskedFor) {
  const auto log = open();
  for (int i = 0; i < 10; ++i) log->write(i % 2 == 0 ? LogLevel::info : LogLevel::error, std::to_string(i));
  EXPECT_EQ(texts(log->last({.count = 3}).value()), (Texts{"7", "8", "9"}));
  EXPECT_EQ(texts(log->last({.count = 2, .level = LogLevel::warning}).value()), (Texts{"7", "9"}));
  EXPECT_EQ(log->last({.count = 0}).value().size(), 0u);
  const auto all = log->last({.count = 100}).value();
  EXPECT_EQ(log->last({.count = 100, .since = all.front().time}).value(), all);
  EXPECT_EQ(log->last({.count = 100, .since = all.back().time + std::chrono::seconds(1)}).value().size(), 0u);
}

TEST_F(LogFile, LastLinesAreFoundInRotatedFiles) {
  options_.rotate_bytes = 1000;
  const auto log = open();
  for (int i = 0; i < 100; ++i) log->info("{}", i);
  const auto last = log->last({.count = 100}).value();
  ASSERT_EQ(last.size(), 100u);
  for (std::size_t i = 0; i < last.size(); ++i) EXPECT_EQ(last[i].text, std::to_string(i));
  EXPECT_TRUE(fs::exists(directory_ / "veche.3.log"));
}

TEST_F(LogFile, LastLinesHaveNoGapWhileTheLogIsRotated) {
  constexpr std::size_t kCount = 40;  // in two or three files
  options_.rotate_bytes = 1000;
  options_.queue_lines = 100'000;
  const auto log = open();
  std::atomic<bool> enough = false;
  std::thread writing([&] {
    for (int i = 0; i < 50'000 && !enough; ++i) log->info("{}", i);
  });
  for (int asked = 0; asked < 50; ++asked) {
    const auto last = log->last({.count = kCount});
    ASSERT_TRUE(last) << last.error().text();
    for (std::size_t i = 1; i < last->size(); ++i)
      EXPECT_EQ(std::stoi((*last)[i].text), std::stoi((*last)[i - 1].text) + 1);
  }
  enough = true;
  writing.join();
  EXPECT_EQ(log->dropped(), 0u);
}

TEST_F(LogFile, WatcherIsToldEveryLineInOrderUntilItEnds) {
  const auto log = open();
  Texts first, second;
  log->info("before");
  log->flush();
  auto watch = log->watch([&first](const LogRecord& record) { first.push_back(record.text); });
  log->info("a");
  log->debug("below the level");
  log->flush();
  {
    const auto other = log->watch([&second](const LogRecord& record) { second.push_back(record.text); });
    log->info("b");
    log->flush();
  }
  log->info("c");
  log->flush();
  watch = LogWatch();
  log->info("d");
  log->flush();
  EXPECT_EQ(first, (Texts{"a", "b", "c"}));
  EXPECT_EQ(second, Texts{"b"});
}

TEST_F(LogFile, WatcherIsToldLinesThatTheTargetRefuses) {
  options_.file = "/dev/full";
  const auto log = open();
  Texts watched;
  const auto watch = log->watch([&watched](const LogRecord& record) { watched.push_back(record.text); });
  log->info("a");
  log->flush();
  log->info("b");
  log->flush();
  EXPECT_EQ(log->dropped(), 2u);
  EXPECT_EQ(watched, (Texts{"a", "b"}));
}

TEST_F(LogFile, WatcherIsToldOnceOfLinesThatWereLost) {
  options_.file = directory_ / "logs" / "veche.log";
  options_.rotate_bytes = 200;
  const auto log = open();
  log->info("{}", std::string(100, 'a'));
  log->flush();
  Texts watched;
  const auto watch = log->watch([&watched](const LogRecord& record) { watched.push_back(record.text); });
  fs::rename(directory_ / "logs", directory_ / "elsewhere");
  std::ofstream(directory_ / "logs") << "a file where the directory should be";
  log->info("{}", std::string(100, 'b'));
  log->flush();
  fs::remove(directory_ / "logs");
  log->info("c");
  log->flush();
  ASSERT_EQ(watched.size(), 3u);
  EXPECT_EQ(watched[1], "c");
  EXPECT_EQ(watched[2], "1 log lines were lost: they could not be written in time");
}

TEST_F(LogFile, EndingAWatchWaitsForTheCallUnderWay) {
  const auto log = open();
  std::promise<void> called, ending;
  std::atomic<bool> left = false;
  auto watch = std::make_unique<LogWatch>(log->watch([&](const LogRecord&) {
    called.set_value();
    ending.get_future().wait();
    left = true;
  }));
  log->info("a");
  called.get_future().wait();
  std::thread ender([&] {
    ending.set_value();
    watch.reset();
    EXPECT_TRUE(left);
  });
  ender.join();
  log->info("b");  // a second call would break its promise
  log->flush();
}

TEST_F(LogFile, WatchMayOutliveTheLog) {
  auto log = open();
  int lines = 0;
  const auto watch = log->watch([&lines](const LogRecord&) { ++lines; });
  log->info("a");
  log.reset();
  EXPECT_EQ(lines, 1);
}

TEST_F(LogFile, WatcherMayLog) {
  const auto log = open();
  const auto watch = log->watch([&log](const LogRecord& record) {
    if (record.text == "a") log->info("b");
  });
  log->info("a");
  log->flush();
  EXPECT_EQ(texts(log->last({.count = 10}).value()), (Texts{"a", "b"}));
}

TEST_F(LogFile, ClearMovesEveryLineToTheBackups) {
  options_.rotate_bytes = 1000;
  options_.rotated_files = 9;
  const auto log = open();
  for (int i = 0; i < 100; ++i) log->info("{}", i);
  const auto moved = log->clear(directory_ / "backups");
  ASSERT_TRUE(moved) << moved.error().text();
  EXPECT_EQ(moved->parent_path(), directory_ / "backups");
  EXPECT_TRUE(std::regex_match(moved->filename().string(), std::regex(R"(log-\d{8}-\d{6})"))) << *moved;
  EXPECT_TRUE(fs::exists(options_.file));
  EXPECT_EQ(lines(), Texts());
  EXPECT_FALSE(fs::exists(directory_ / "veche.1.log"));

  log->info("new");
  log->flush();
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_TRUE(lines()[0].ends_with("info    new"));

  options_.file = *moved / "veche.log";
  const auto archived = open()->last({.count = 1000}).value();
  ASSERT_EQ(archived.size(), 100u);
  for (std::size_t i = 0; i < archived.size(); ++i) EXPECT_EQ(archived[i].text, std::to_string(i));
}

TEST_F(LogFile, ClearWhileOthersLogLosesNoLine) {
  constexpr int kLines = 5000;
  options_.queue_lines = kLines;
  std::vector<fs::path> files;
  {
    const auto log = open();
    std::thread writing([&log] {
      for (int i = 0; i < kLines; ++i) log->info("{}", i);
    });
    for (int i = 0; i < 5; ++i) {
      const auto moved = log->clear(directory_ / "backups");
      EXPECT_TRUE(moved) << moved.error().text();
      if (moved) files.push_back(*moved / "veche.log");
    }
    writing.join();
    EXPECT_EQ(log->dropped(), 0u);
  }
  files.push_back(options_.file);
  int next = 0;
  for (const fs::path& file : files)
    for (const std::string& line : lines_of(file))
      EXPECT_TRUE(line.ends_with("info    " + std::to_string(next++))) << line;
  EXPECT_EQ(next, kLines);
}

TEST_F(LogFile, ClearThatFailsChangesNothing) {
  const auto log = open();
  log->info("a");
  std::ofstream(directory_ / "backups") << "a file";
  const auto moved = log->clear(directory_ / "backups");
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().why, "Not a directory");
  log->info("b");
  EXPECT_EQ(texts(log->last({.count = 10}).value()), (Texts{"a", "b"}));
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

TEST(LogStderr, TheNewestLinesAreRemembered) {
  LogOptions options;
  options.target = LogTarget::journal;
  options.format = LogFormat::json;
  testing::internal::CaptureStderr();
  {
    const auto log = Log::open(options).value();
    for (std::size_t i = 0; i < kLogRingLines + 10; ++i) {
      log->write(i % 2 == 0 ? LogLevel::info : LogLevel::error, fmt::format("\"{}\"", i));
      if (i % 1000 == 0) log->flush();
    }
    const auto all = log->last({.count = 2 * kLogRingLines}).value();
    ASSERT_EQ(all.size(), kLogRingLines);
    EXPECT_EQ(all.front().text, R"(\"10\")");
    EXPECT_EQ(all.back().text, R"(\"2009\")");
    EXPECT_EQ(texts(log->last({.count = 2, .level = LogLevel::error}).value()),
              (Texts{R"(\"2007\")", R"(\"2009\")"}));
    EXPECT_EQ(log->last({.count = 10, .since = all.back().time + std::chrono::seconds(1)}).value().size(),
              0u);

    EXPECT_EQ(log->clear("/nonexistent"), fs::path());
    EXPECT_EQ(log->last({.count = 10}).value().size(), 0u);
  }
  testing::internal::GetCapturedStderr();
}

TEST(LogNowhere, KeepsNothing) {
  const auto log = Log::nowhere();
  EXPECT_FALSE(log->enabled(LogLevel::error));
  log->error("lost");
  log->flush();
  EXPECT_EQ(log->dropped(), 0u);
  log->set_level(LogLevel::debug);
  EXPECT_FALSE(log->enabled(LogLevel::debug));
  const auto watch = log->watch([](const LogRecord&) { FAIL(); });
  log->error("lost");
  EXPECT_EQ(log->last({.count = 10}).value().size(), 0u);
  EXPECT_EQ(log->clear("/nonexistent"), fs::path());

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

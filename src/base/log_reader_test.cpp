#include "base/log_reader.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <ctime>
#include <fstream>

namespace veche::base {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr WallTime kNoon{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h};

/// The local time zone, for one test.
class TimeZone {
 public:
  explicit TimeZone(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  ~TimeZone() {
    ::unsetenv("TZ");
    ::tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;
};

LogRecord record(WallTime time, LogLevel level, std::string text) { return {time, level, std::move(text)}; }

TEST(LogReader, TextLineIsInLocalTime) {
  const TimeZone zone("EET-2EEST,M3.5.0/3,M10.5.0/4");
  EXPECT_EQ(parse_log_line("2026-11-21 14:00:00.123 info    Їжак connected"),
            record(kNoon + 123ms, LogLevel::info, "Їжак connected"));
  EXPECT_EQ(parse_log_line("2026-07-01 15:00:00.000 debug   x")->time,
            std::chrono::sys_days(std::chrono::year(2026) / 7 / 1) + 12h)
      << "in summer";
  EXPECT_EQ(parse_log_line("2026-11-21 14:00:00.000 warning disk 97 % full"),
            record(kNoon, LogLevel::warning, "disk 97 % full"));
  EXPECT_EQ(parse_log_line("2026-11-21 14:00:00.000 error   "), record(kNoon, LogLevel::error, ""));
}

TEST(LogReader, AnHourThatHappensTwiceIsOneOfTheTwo) {
  const TimeZone zone("EET-2EEST,M3.5.0/3,M10.5.0/4");
  const WallTime first{std::chrono::sys_days(std::chrono::year(2026) / 10 / 25) + 30min};
  const auto parsed = parse_log_line("2026-10-25 03:30:00.000 info    x");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->time == first || parsed->time == first + 1h);
}

TEST(LogReader, JsonLineIsInUtcAndItsTextStaysEscaped) {
  const TimeZone zone("Asia/Tokyo");
  EXPECT_EQ(
      parse_log_line(R"({"time":"2026-11-21T12:00:00.500Z","level":"warning","message":"said \"hi\"\n\\"})"),
      record(kNoon + 500ms, LogLevel::warning, R"(said \"hi\"\n\\)"));
  EXPECT_EQ(parse_log_line(R"({"time":"2026-11-21T12:00:00.000Z","level":"error","message":""})"),
            record(kNoon, LogLevel::error, ""));
}

TEST(LogReader, WhatTheLogDoesNotWriteIsNoLine) {
  for (const char* const line : {
           "",
           "hello",
           "2026-11-21 12:00:00.000 info",
           "2026-11-21 12:00:00.000 info   one space too few",
           "2026-11-21 12:00:00.000 notice  x",
           "2026-11-21 12:00:00,000 info    x",
           "2026-11-21T12:00:00.000 info    x",
           "2026-11-21 24:00:00.000 info    x",
           "2026-11-21 12:60:00.000 info    x",
           "2026-11-21 12:00:60.000 info    x",
           "2026-02-29 12:00:00.000 info    x",
           "2026-00-21 12:00:00.000 info    x",
           "1969-12-31 12:00:00.000 info    x",
           "2262-01-01 12:00:00.000 info    x",
           " 2026-11-21 12:00:00.000 info    x",
           "2026-11-21 12:00:00.000 info    a\x1B[2J",
           "2026-11-21 12:00:00.000 info    a\xFF",
           "2026-11-21 12:00:00.000 info    a\tb",
           "{",
           "{}",
           R"({"time":"2026-11-21T12:00:00.000Z","level":"info","message":"})",
           R"({"time":"2026-11-21T12:00:00.000Z","level":"info","message":"x"} )",
           R"({"time":"2026-11-21T12:00:00.000","level":"info","message":"x"})",
           R"({"time":"2026-11-21T12:00:00.000Z","level":"info   ","message":"x"})",
           R"({"time":"2026-11-21T12:00:00.000Z","level":"info","message":"a"b"})",
           R"({"time":"2026-11-21T12:00:00.000Z","level":"info","message":"a\"})",
           R"({"time":"2026-11-21T12:00:00.000Z","level":"info","message":"a\x"})",
           R"({"time":"2026-11-21T12:00:00.000Z","level":"info","message":"a\u00G0"})",
           R"({"time":"2026-11-21T12:00:00.000Z","level":"info","message":"a\u001"})",
           "{\"time\":\"2026-11-21T12:00:00.000Z\",\"level\":\"info\",\"message\":\"a\tb\"}",
       })
    EXPECT_FALSE(parse_log_line(line)) << line;
}

std::string text_line(int second, std::string_view level, std::string_view text) {
  return fmt::format("2026-11-21 12:00:{:02}.000 {:7} {}\n", second, level, text);
}

std::vector<std::string> texts(const std::vector<LogRecord>& records) {
  std::vector<std::string> found;
  for (const LogRecord& record : records) found.push_back(record.text);
  return found;
}

using Texts = std::vector<std::string>;

class LastOfBytes : public testing::Test {
 protected:
  /// The answer, if the bytes come in blocks of this size.
  static Texts last(std::string_view file, const LogQuery& query, std::size_t block) {
    LastRecords records(query);
    records.start_file();
    for (std::size_t left = file.size(); left > 0;) {
      const std::size_t bytes = std::min(left, block);
      left -= bytes;
      records.take_before(file.substr(left, bytes));
    }
    records.finish_file();
    return texts(records.take());
  }
  static void expect(const Texts& wanted, std::string_view file, const LogQuery& query) {
    for (std::size_t block = 1; block <= file.size() + 1; ++block)
      EXPECT_EQ(last(file, query, block), wanted) << "in blocks of " << block;
  }

  const TimeZone zone_{"UTC0"};
};

TEST_F(LastOfBytes, AreTheSameHoweverTheBytesAreCut) {
  const std::string file = text_line(1, "info", "a") + text_line(2, "debug", "b") +
                           text_line(3, "error", "c") + text_line(4, "info", "d");
  expect({"a", "b", "c", "d"}, file, {.count = 10});
  expect({"c", "d"}, file, {.count = 2});
  expect({}, file, {.count = 0});
  expect({"a", "c", "d"}, file, {.count = 10, .level = LogLevel::info});
  expect({"c"}, file, {.count = 10, .level = LogLevel::warning});
  expect({"c", "d"}, file, {.count = 10, .since = kNoon + 3s});
  expect({"d"}, file, {.count = 1, .since = kNoon + 3s});
  expect({}, file, {.count = 10, .since = kNoon + 5s});
  expect({}, "", {.count = 10});
}

TEST_F(LastOfBytes, PassOverWhatIsNoWholeLine) {
  expect({"a", "b"}, "torn\n" + text_line(1, "info", "a") + "\n\nrubbish\n" + text_line(2, "info", "b"),
         {.count = 10});
  expect({"a"}, text_line(1, "info", "a") + "2026-11-21 12:00:02.000 info    half of wh", {.count = 10});
  expect({}, "2026-11-21 12:00:02.000 info    only half", {.count = 10});
}

TEST_F(LastOfBytes, EndAtTheFirstLineThatIsTooOldThoughTheClockWasSetBack) {
  const std::string file = text_line(9, "info", "a") + text_line(1, "debug", "b") + text_line(5, "info", "c");
  expect({"c"}, file, {.count = 10, .level = LogLevel::info, .since = kNoon + 3s});
}

TEST_F(LastOfBytes, HaveNoLineLongerThanTheLimit) {
  const std::string longest(kLogLineBytesMax - 32, 'x');  // with time and level in front
  const std::string file =
      text_line(1, "info", "a") + text_line(2, "info", longest + 'x') + text_line(3, "info", longest);
  for (const std::size_t block : {std::size_t{4096}, std::size_t{65'536}, file.size()})
    EXPECT_EQ(last(file, {.count = 10}, block), (Texts{"a", longest})) << "in blocks of " << block;
}

class LogFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "veche_log_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { fs::remove_all(directory_); }

  void write(const char* name, const std::string& bytes) { std::ofstream(directory_ / name) << bytes; }
  LogFiles open() { return LogFiles::open(directory_ / "veche.log", 3).value(); }
  Texts last(const LogQuery& query) { return texts(open().last(query).value()); }

  const TimeZone zone_{"UTC0"};
  fs::path directory_;
};

TEST_F(LogFilesTest, AreReadFromTheNewestToTheOldest) {
  write("veche.log", text_line(6, "info", "f"));
  write("veche.1.log", text_line(4, "info", "d") + text_line(5, "info", "e"));
  write("veche.3.log", text_line(2, "info", "b") + text_line(3, "info", "c"));  // the 2 is missing
  write("veche.4.log", text_line(1, "info", "not the log's any more"));
  EXPECT_EQ(last({.count = 10}), (Texts{"b", "c", "d", "e", "f"}));
  EXPECT_EQ(last({.count = 4}), (Texts{"c", "d", "e", "f"}));
  EXPECT_EQ(last({.count = 10, .since = kNoon + 5s}), (Texts{"e", "f"}));
}

TEST_F(LogFilesTest, LinesOfTwoFilesAreNotGluedTogether) {
  write("veche.log", "x\n" + text_line(2, "info", "b"));
  write("veche.1.log", text_line(1, "info", "a") + "2026-11-21 12:00:01.500 info    torn");
  EXPECT_EQ(last({.count = 10}), (Texts{"a", "b"}));
}

TEST_F(LogFilesTest, AreReadWholeThoughLongerThanABlock) {
  std::string bytes;
  Texts wanted;
  for (int i = 0; i < 5000; ++i) {
    wanted.push_back(fmt::format("line {}", i));
    bytes += text_line(i / 100, "info", wanted.back());
  }
  write("veche.log", bytes);
  EXPECT_EQ(last({.count = 5000}), wanted);
  EXPECT_EQ(last({.count = 3000}), Texts(wanted.end() - 3000, wanted.end()));
}

TEST_F(LogFilesTest, MayBeRotatedAndRemovedWhileTheyAreRead) {
  write("veche.log", text_line(2, "info", "b"));
  write("veche.1.log", text_line(1, "info", "a"));
  const LogFiles files = open();
  fs::remove(directory_ / "veche.1.log");
  fs::rename(directory_ / "veche.log", directory_ / "veche.1.log");
  write("veche.log", text_line(3, "info", "c"));
  EXPECT_EQ(texts(files.last({.count = 10}).value()), (Texts{"a", "b"}));
}

TEST_F(LogFilesTest, CutShortMeanwhileHaveWhatIsLeft) {
  write("veche.log", text_line(1, "info", "a") + text_line(2, "info", "b"));
  const LogFiles files = open();
  fs::resize_file(directory_ / "veche.log", text_line(1, "info", "a").size() + 20);
  EXPECT_EQ(texts(files.last({.count = 10}).value()), (Texts{"a"}));
}

TEST_F(LogFilesTest, HaveNoLinesIfTheyAreNoRegularFiles) {
  EXPECT_EQ(last({.count = 10}), Texts());
  fs::create_directory(directory_ / "veche.log");
  ASSERT_EQ(::mkfifo((directory_ / "veche.1.log").c_str(), 0600), 0);
  EXPECT_EQ(last({.count = 10}), Texts());
}

TEST_F(LogFilesTest, ThatCannotBeOpenedAreAnError) {
  write("file", "");
  const auto files = LogFiles::open(directory_ / "file" / "veche.log", 3);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().why, "Not a directory");
}

TEST(RotatedLog, HasItsNumberBeforeTheSuffix) {
  EXPECT_EQ(rotated_log("/data/veche.log", 0), "/data/veche.log");
  EXPECT_EQ(rotated_log("/data/veche.log", 2), "/data/veche.2.log");
  EXPECT_EQ(rotated_log("veche", 1), "veche.1");
}

}  // namespace
}  // namespace veche::base

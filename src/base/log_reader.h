// The way back from the log's files to its lines, for whoever asks for the last of them. The files may be
// long and the lines asked for are the newest, so reading goes backwards, block by block, through veche.log
// and then veche.1.log, veche.2.log, ... Both formats may stand in one file: the configuration can change.
//
// What is no whole line of ours (torn by a crash, or somebody else's) is passed over. The parsing is pure.
#pragma once

#include "base/log.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veche::base {

// By these spdlog writes the lines that are parsed here.
inline constexpr char kLogTextPattern[] = "%Y-%m-%d %H:%M:%S.%e %-7l %v";  // local time
inline constexpr char kLogJsonPattern[] =
    R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})";  // UTC

/// A longer line is passed over.
inline constexpr std::size_t kLogLineBytesMax = 1024 * 1024;

/// The record in one line of a log, without its end of line, in either format. Nothing if log.cpp would not
/// have written it so; the record's text therefore has no controls. A local time that happened twice (the end
/// of summer time) is one of the two. Any thread.
std::optional<LogRecord> parse_log_line(std::string_view line);

/// Picks what a query asks for out of a log that is given from its end to its beginning. One thread.
class LastRecords {
 public:
  explicit LastRecords(const LogQuery& query) : query_(query), satisfied_(query.count == 0) {}

  /// No more is wanted: there are enough, or a line was too old.
  bool satisfied() const { return satisfied_; }
  /// One record, older than those before it.
  void add(LogRecord record);

  /// What follows is the end of a file.
  void start_file();
  /// The bytes before those given last, cut anywhere.
  void take_before(std::string_view block);
  /// The file's first byte has been given.
  void finish_file();

  /// What was picked, oldest first. Ends the search.
  std::vector<LogRecord> take();

 private:
  void take_line(std::string_view line_start);

  LogQuery query_;
  bool satisfied_;
  std::string line_end_;        // of the line whose beginning has not come yet
  bool line_is_whole_ = false;  // an end of line stands behind it
  bool line_is_too_long_ = false;
  std::vector<LogRecord> records_;  // newest first
};

/// The name of a log's rotated file: ("veche.log", 2) -> "veche.2.log"; 0 is the log itself.
std::filesystem::path rotated_log(const std::filesystem::path& file, std::size_t index);

/// The files of a log, opened all at once: renaming and removing them does not disturb who reads.
class LogFiles {
 public:
  /// Opens `file` and up to `rotated_files` rotated ones; those that do not exist, and what is no regular
  /// file, have no lines. The log must not be rotated meanwhile. Fails if one cannot be opened.
  static Result<LogFiles> open(const std::filesystem::path& file, std::size_t rotated_files);
  ~LogFiles();

  LogFiles(LogFiles&& other) noexcept = default;
  LogFiles& operator=(LogFiles&&) = delete;

  /// The newest lines that match, oldest first, of what the files held when they were opened. Fails if one
  /// cannot be read. Any thread.
  Result<std::vector<LogRecord>> last(const LogQuery& query) const;

 private:
  struct OpenFile {
    int descriptor;
    std::size_t bytes;
    std::filesystem::path path;
  };
  LogFiles() = default;

  std::vector<OpenFile> files_;  // newest first
};

}  // namespace veche::base

// The server's log: lines with a time and a level, as text or JSON, to a rotated file, standard error or the
// service manager's journal. Over spdlog's asynchronous logger: the caller formats and queues; when the disk
// cannot keep up the oldest lines go, and their number is logged. One Log, owned by main, passed by
// reference.
#pragma once

#include "base/result.h"

#include <fmt/core.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace veche::base {

enum class LogLevel : std::uint8_t { debug, info, warning, error };
enum class LogFormat : std::uint8_t { text, json };
enum class LogTarget : std::uint8_t { file, stderr_, journal, none };

/// "debug", "info", "warning", "error".
std::string_view level_name(LogLevel level);

struct LogOptions {
  LogTarget target = LogTarget::file;
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
  std::filesystem::path file;                   ///< for LogTarget::file
  std::size_t rotate_bytes = 16 * 1024 * 1024;  ///< a full veche.log becomes veche.1.log, and so on
  std::size_t rotated_files = 5;                ///< how many are kept beside the current one
  std::size_t queue_lines = 8192;               ///< lines that may wait for the writer
};

class Log {
 public:
  /// Opens the target and starts the writer thread. Fails if the file cannot be opened.
  static Result<std::unique_ptr<Log>> open(const LogOptions& options);
  /// A log that keeps nothing, for tests.
  static std::unique_ptr<Log> nowhere();
  /// Writes what is queued, then ends the writer thread.
  ~Log();

  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Any thread. Queues one line. Controls in `text` are escaped: a peer cannot forge a line of its own.
  void write(LogLevel level, std::string_view text);

  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(LogLevel::debug)) write(LogLevel::debug, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(LogLevel::info)) write(LogLevel::info, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::warning, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) {
    write(LogLevel::error, fmt::format(format, std::forward<Args>(args)...));
  }

  bool enabled(LogLevel level) const;
  /// Any thread. Lines lost because the writer fell behind or the target could not be written (disk full).
  /// Once it catches up, a warning in the log says how many.
  std::uint64_t dropped() const;
  /// Any thread. Waits until what is queued now has been written.
  void flush();

 private:
  struct Impl;
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace veche::base

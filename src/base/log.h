// The server's log: lines with a time and a level, as text or JSON, to a rotated file, standard error or the
// service manager's journal. Over spdlog's asynchronous logger: the caller formats and queues; when the disk
// cannot keep up the oldest lines go, and their number is logged. One Log, owned by main, passed by
// reference.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <fmt/core.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// How many lines are remembered when the target is no file.
inline constexpr std::size_t kLogRingLines = 2'000;

/// One line of the log.
struct LogRecord {
  WallTime time;  ///< whole milliseconds, wherever it comes from: the same line is the same record
  LogLevel level = LogLevel::info;
  std::string text;  ///< escaped as in the file (log_line.h); in a JSON log, the inside of a JSON string

  friend bool operator==(const LogRecord&, const LogRecord&) = default;
};

/// Which lines are asked for.
struct LogQuery {
  std::size_t count = 0;               ///< the newest, at most so many
  LogLevel level = LogLevel::debug;    ///< the least
  std::optional<WallTime> since = {};  ///< none older
};

class LogWatchers;

/// Somebody watches the log as long as this lives. May outlive the log.
class LogWatch {
 public:
  /// Watches nothing.
  LogWatch() = default;
  LogWatch(LogWatch&& other) noexcept = default;
  LogWatch& operator=(LogWatch&& other) noexcept;
  /// Any thread but the writer's. Waits until no call of a watcher is under way; there will be no other.
  ~LogWatch();

 private:
  friend class Log;
  LogWatch(std::shared_ptr<LogWatchers> watchers, std::uint64_t number)
      : watchers_(std::move(watchers)), number_(number) {}
  void end() noexcept;

  std::shared_ptr<LogWatchers> watchers_;  // empty: watches nothing
  std::uint64_t number_ = 0;
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
  /// Any thread. Lines below `level` are no longer queued; those that are queued are written.
  void set_level(LogLevel level);
  /// Any thread.
  LogLevel level() const;
  /// Any thread. Lines lost because the writer fell behind or the target could not be written (disk full).
  /// Once it catches up, a warning in the log says how many.
  std::uint64_t dropped() const;
  /// Any thread. Waits until what is queued now has been written.
  void flush();

  // A watcher must call neither flush() nor any of these, nor wait for a thread that does: they wait for it.

  /// Any thread. The newest lines that match, oldest first, with all that was queued before the call: from
  /// the file and its rotated ones, or of the last kLogRingLines if the target is another. The search ends at
  /// the first line older than `since`. Fails if a file cannot be read.
  Result<std::vector<LogRecord>> last(const LogQuery& query);
  /// Any thread but the writer's. `watcher` is called on the writer's thread for every line from now on, in
  /// order, whether or not the target takes it; for lines queued but not yet written, too. It must be quick,
  /// since the log waits for it, and must not throw. A line that it logs is one more for it to be called for.
  [[nodiscard]] LogWatch watch(std::function<void(const LogRecord&)> watcher);
  /// Any thread. Moves the file and its rotated ones into a fresh directory BACKUPS/log-YYYYMMDD-HHMMSS (see
  /// log_archive.h), whose path it gives, and goes on in an empty file. All or nothing, even if the process
  /// is killed, given finish_interrupted_clear() at the next start. Fails, and the log goes on as it was, if
  /// `backups` cannot be written or is on another file system. With another target: forgets the lines
  /// remembered, and gives an empty path.
  Result<std::filesystem::path> clear(const std::filesystem::path& backups);

 private:
  struct Impl;
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace veche::base

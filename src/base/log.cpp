#include "base/log.h"

#include "base/check.h"
#include "base/log_archive.h"
#include "base/log_line.h"
#include "base/log_reader.h"

#include <fcntl.h>
#include <pthread.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace veche::base {

/// Who is told of every line. Shared with the LogWatches, which may outlive the log.
class LogWatchers {
 public:
  /// Any thread but the writer's.
  std::uint64_t add(std::function<void(const LogRecord&)> watcher) {
    check(teller_ != std::this_thread::get_id(), "a watcher does not watch the log once more");
    const std::lock_guard lock(mutex_);
    watchers_.emplace(++last_number_, std::move(watcher));
    any_ = true;
    return last_number_;
  }

  /// Any thread but the writer's. Waits for the calls under way.
  void remove(std::uint64_t number) {
    check(teller_ != std::this_thread::get_id(), "a watcher does not end a watch");
    const std::lock_guard lock(mutex_);
    watchers_.erase(number);
    any_ = !watchers_.empty();
  }

  bool any() const { return any_; }

  /// The writer's thread.
  void tell(const LogRecord& record) {
    const std::lock_guard lock(mutex_);
    teller_ = std::this_thread::get_id();
    for (const auto& [number, watcher] : watchers_) watcher(record);
    teller_ = std::thread::id();
  }

 private:
  std::atomic<bool> any_ = false;             // read without the lock, once per line
  std::atomic<std::thread::id> teller_ = {};  // the thread that calls watchers now
  std::mutex mutex_;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, std::function<void(const LogRecord&)>> watchers_;  // in the order they came
};

namespace {

using OpenTarget = std::function<spdlog::sink_ptr()>;  // throws spdlog_ex

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

LogLevel level_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return LogLevel::debug;
    case spdlog::level::info:
      return LogLevel::info;
    case spdlog::level::warn:
      return LogLevel::warning;
    default:
      return LogLevel::error;
  }
}

/// "<6>" and the like, by which the service manager's journal knows a line's priority (sd-daemon(3)).
class JournalPriority final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string_view prefix = message.level == spdlog::level::debug  ? "<7>"
                                    : message.level == spdlog::level::info ? "<6>"
                                    : message.level == spdlog::level::warn ? "<4>"
                                                                           : "<3>";
    out.append(prefix.data(), prefix.data() + prefix.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JournalPriority>();
  }
};

std::unique_ptr<spdlog::formatter> formatter(const LogOptions& options) {
  const bool json = options.format == LogFormat::json;
  const bool journal = options.target == LogTarget::journal;
  // The journal keeps a time and a level of its own.
  std::string pattern = json ? kLogJsonPattern : journal ? "%v" : kLogTextPattern;
  if (journal) pattern.insert(0, "%*");
  auto result = std::make_unique<spdlog::pattern_formatter>(
      json ? spdlog::pattern_time_type::utc : spdlog::pattern_time_type::local, "\n");
  result->add_flag<JournalPriority>('*').set_pattern(std::move(pattern));
  return result;
}

/// The newest lines, for a target that cannot be read back. Any thread.
class LogRing {
 public:
  void keep(LogRecord record) {
    const std::lock_guard lock(mutex_);
    if (records_.size() == kLogRingLines) records_.pop_front();
    records_.push_back(std::move(record));
  }

  std::vector<LogRecord> last(const LogQuery& query) const {
    LastRecords found(query);
    const std::lock_guard lock(mutex_);
    for (auto at = records_.rbegin(); at != records_.rend() && !found.satisfied(); ++at) found.add(*at);
    return found.take();
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    records_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::deque<LogRecord> records_;
};

/// The writer's side: hands lines to the target, and knows what has been written and what was lost. spdlog's
/// own flush is a message in the queue, which an overrun may throw away, so lines are counted instead.
/// What is not marked otherwise is the writer thread's.
class Writer final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  /// `ring` may be null.
  Writer(spdlog::details::thread_pool& pool, OpenTarget open, std::shared_ptr<LogWatchers> watchers,
         LogRing* ring)
      : pool_(pool), open_(std::move(open)), watchers_(std::move(watchers)), ring_(ring) {
    target_ = open_();
  }

  /// Any thread. Waits until the first `lines` that were queued have been written or dropped.
  void wait_for(std::uint64_t lines) {
    std::unique_lock lock(mutex_);
    wanted_ = std::max(wanted_.load(), lines);
    flushed_changed_.wait(lock, [&] { return flushed_ >= lines; });
  }

  /// Any thread. Lines that the target refused.
  std::uint64_t failed() const { return failed_; }

  /// Any thread. The log's files as they are between two lines, so not in the middle of a rotation.
  Result<LogFiles> open_files(const LogOptions& options) {
    const std::lock_guard lock(target_mutex_);
    flush_target();
    return LogFiles::open(options.file, options.rotated_files);
  }

  /// Any thread. Archives the log's files between two lines. spdlog's file is closed meanwhile: it would go
  /// on writing to the file that has moved.
  Result<std::filesystem::path> clear_files(const LogOptions& options, const std::filesystem::path& backups) {
    const std::lock_guard lock(target_mutex_);
    flush_target();
    target_.reset();
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    auto archive = archive_log(options.file, backups, now);
    try {
      target_ = open_();
    } catch (const spdlog::spdlog_ex&) {
      target_.reset();  // the next line tries again, and is counted if it cannot be written
    }
    return archive;
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    tell(message);
    std::unique_lock target_lock(target_mutex_);
    write(message);
    const bool caught_up = pool_.queue_size() == 0;
    const std::uint64_t left_queue = ++taken_ + pool_.overrun_counter();
    if (!caught_up && left_queue < wanted_) return;

    if (flush_target() && caught_up) report_losses();
    target_lock.unlock();
    {
      const std::lock_guard lock(mutex_);
      flushed_ = left_queue;
    }
    flushed_changed_.notify_all();
  }

  void flush_() override {
    const std::lock_guard lock(target_mutex_);
    flush_target();
  }

  /// Tells those who listen beside the target, whether or not it takes the line.
  void tell(const spdlog::details::log_msg& message) {
    if (!ring_ && !watchers_->any()) return;
    LogRecord record{std::chrono::floor<std::chrono::milliseconds>(message.time), level_of(message.level),
                     std::string(message.payload.data(), message.payload.size())};
    if (watchers_->any()) watchers_->tell(record);
    if (ring_) ring_->keep(std::move(record));
  }

  // With target_mutex_ held, from here on.

  bool write(const spdlog::details::log_msg& message) {
    ++unflushed_;
    try {
      if (!target_) target_ = open_();
      target_->log(message);
      return true;
    } catch (const spdlog::spdlog_ex&) {
      give_up_target();
      return false;
    }
  }

  bool flush_target() {
    if (!target_) return false;
    try {
      target_->flush();
      unflushed_ = 0;
      return true;
    } catch (const spdlog::spdlog_ex&) {
      give_up_target();
      return false;
    }
  }

  /// After a failure (disk full, no descriptor left while rotating) spdlog's file may be closed for good, and
  /// writing to it again would crash. The next line opens it anew.
  void give_up_target() {
    failed_ += std::exchange(unflushed_, 0);
    target_.reset();
  }

  void report_losses() {
    const std::uint64_t lost = pool_.overrun_counter() + failed_;
    if (lost == reported_) return;
    const std::string text =
        fmt::format("{} log lines were lost: they could not be written in time", lost - reported_);
    const std::uint64_t failed_before = failed_;
    const spdlog::details::log_msg report("", spdlog::level::warn, text);
    if (write(report) && flush_target()) {
      reported_ = lost;
      tell(report);  // only now: it is tried again until it succeeds
    } else {
      failed_ = failed_before;  // the report itself is nobody's line
    }
  }

  spdlog::details::thread_pool& pool_;
  OpenTarget open_;
  std::shared_ptr<LogWatchers> watchers_;
  LogRing* ring_;
  std::mutex target_mutex_;
  spdlog::sink_ptr target_;      // empty after a failure; guarded by target_mutex_
  std::uint64_t unflushed_ = 0;  // guarded by target_mutex_
  std::uint64_t taken_ = 0;
  std::uint64_t reported_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
  std::atomic<std::uint64_t> wanted_ = 0;  // somebody waits for this many lines
  std::mutex mutex_;
  std::uint64_t flushed_ = 0;  // lines that left the queue and, if not dropped, reached the target
  std::condition_variable flushed_changed_;
};

/// A pool of one thread that takes no signals: they are the main thread's.
std::shared_ptr<spdlog::details::thread_pool> start_writer_thread(std::size_t queue_lines) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  auto pool = std::make_shared<spdlog::details::thread_pool>(
      queue_lines, 1, [] { pthread_setname_np(pthread_self(), "log"); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return pool;
}

/// spdlog's error has no errno, so what cannot be opened is found out before.
Result<> try_file(const std::filesystem::path& file) {
  std::error_code error;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return fail("log file " + file.string(), errno_text(errno), "[log] target = \"stderr\" needs no file");
  ::close(descriptor);
  return {};
}

OpenTarget target_opener(const LogOptions& options) {
  return [options]() -> spdlog::sink_ptr {
    spdlog::sink_ptr sink;
    if (options.target == LogTarget::file) {
      spdlog::file_event_handlers events;
      events.after_open = [](const spdlog::filename_t&, std::FILE* file) {
        ::fcntl(::fileno(file), F_SETFD, FD_CLOEXEC);
      };
      sink = std::make_shared<spdlog::sinks::rotating_file_sink_st>(
          options.file.string(), options.rotate_bytes, options.rotated_files, false, events);
    } else {
      sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
    }
    sink->set_formatter(formatter(options));
    return sink;
  };
}

}  // namespace

std::string_view level_name(LogLevel level) { return kLevelNames[static_cast<std::size_t>(level)]; }

LogWatch& LogWatch::operator=(LogWatch&& other) noexcept {
  if (this == &other) return *this;
  end();
  watchers_ = std::move(other.watchers_);
  number_ = other.number_;
  return *this;
}

LogWatch::~LogWatch() { end(); }

void LogWatch::end() noexcept {
  if (watchers_) watchers_->remove(number_);
  watchers_.reset();
}

struct Log::Impl {
  LogOptions options;
  std::atomic<LogLevel> level = LogLevel::info;
  std::atomic<std::uint64_t> queued = 0;
  std::shared_ptr<LogWatchers> watchers = std::make_shared<LogWatchers>();
  LogRing ring;  // stays empty if the target is a file
  // All three are empty in a log that keeps nothing. The pool goes first: its thread uses the others.
  std::shared_ptr<Writer> writer;
  std::shared_ptr<spdlog::async_logger> logger;
  std::shared_ptr<spdlog::details::thread_pool> pool;
};

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Log>> Log::open(const LogOptions& options) {
  if (options.target == LogTarget::none) return nowhere();
  check(options.queue_lines > 0 && options.rotate_bytes > 0, "a log has room for a line");
  if (options.target == LogTarget::file)
    if (const auto tried = try_file(options.file); !tried) return tl::unexpected(tried.error());

  auto impl = std::make_unique<Impl>();
  impl->options = options;
  impl->level = options.level;
  try {
    impl->pool = start_writer_thread(options.queue_lines);
    LogRing* const ring = options.target == LogTarget::file ? nullptr : &impl->ring;
    impl->writer = std::make_shared<Writer>(*impl->pool, target_opener(options), impl->watchers, ring);
    impl->logger = std::make_shared<spdlog::async_logger>("veche", impl->writer, impl->pool,
                                                          spdlog::async_overflow_policy::overrun_oldest);
  } catch (const std::exception& error) {  // spdlog_ex, or system_error: no thread to be had
    return fail("log", error.what());
  }
  impl->logger->set_level(spdlog::level::trace);
  impl->logger->set_error_handler([](const std::string&) { check(false, "a log line can be queued"); });
  return std::unique_ptr<Log>(new Log(std::move(impl)));
}

std::unique_ptr<Log> Log::nowhere() { return std::unique_ptr<Log>(new Log(std::make_unique<Impl>())); }

Log::~Log() { flush(); }

void Log::write(LogLevel level, std::string_view text) {
  if (!enabled(level)) return;
  ++impl_->queued;  // before the line is in the queue, so that flush() never waits for too few
  impl_->logger->log(spdlog_level(level), log_line(text, impl_->options.format));
}

bool Log::enabled(LogLevel level) const { return impl_->logger && level >= this->level(); }

void Log::set_level(LogLevel level) { impl_->level.store(level, std::memory_order_relaxed); }

LogLevel Log::level() const { return impl_->level.load(std::memory_order_relaxed); }

std::uint64_t Log::dropped() const {
  return impl_->logger ? impl_->pool->overrun_counter() + impl_->writer->failed() : 0;
}

void Log::flush() {
  if (impl_->writer) impl_->writer->wait_for(impl_->queued);
}

Result<std::vector<LogRecord>> Log::last(const LogQuery& query) {
  flush();
  if (!impl_->writer || impl_->options.target != LogTarget::file) return impl_->ring.last(query);
  const auto files = impl_->writer->open_files(impl_->options);
  if (!files) return tl::unexpected(files.error());
  return files->last(query);
}

LogWatch Log::watch(std::function<void(const LogRecord&)> watcher) {
  return {impl_->watchers, impl_->watchers->add(std::move(watcher))};
}

Result<std::filesystem::path> Log::clear(const std::filesystem::path& backups) {
  flush();
  if (impl_->writer && impl_->options.target == LogTarget::file)
    return impl_->writer->clear_files(impl_->options, backups);
  impl_->ring.clear();
  return std::filesystem::path();
}

}  // namespace veche::base

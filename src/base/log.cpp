#include "base/log.h"

#include "base/check.h"
#include "base/log_line.h"

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
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <utility>

namespace veche::base {
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
  std::string pattern = json      ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})"
                        : journal ? "%v"
                                  : "%Y-%m-%d %H:%M:%S.%e %-7l %v";
  if (journal) pattern.insert(0, "%*");
  auto result = std::make_unique<spdlog::pattern_formatter>(
      json ? spdlog::pattern_time_type::utc : spdlog::pattern_time_type::local, "\n");
  result->add_flag<JournalPriority>('*').set_pattern(std::move(pattern));
  return result;
}

/// The writer's side: hands lines to the target, and knows what has been written and what was lost. spdlog's
/// own flush is a message in the queue, which an overrun may throw away, so lines are counted instead.
/// Everything but wait_for and failed is the writer thread's.
class Writer final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  Writer(spdlog::details::thread_pool& pool, OpenTarget open) : pool_(pool), open_(std::move(open)) {
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

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    write(message);
    const bool caught_up = pool_.queue_size() == 0;
    const std::uint64_t left_queue = ++taken_ + pool_.overrun_counter();
    if (!caught_up && left_queue < wanted_) return;

    if (flush_target() && caught_up) report_losses();
    {
      const std::lock_guard lock(mutex_);
      flushed_ = left_queue;
    }
    flushed_changed_.notify_all();
  }

  void flush_() override { flush_target(); }

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
    if (write({"", spdlog::level::warn, text}) && flush_target())
      reported_ = lost;
    else
      failed_ = failed_before;  // the report itself is nobody's line
  }

  spdlog::details::thread_pool& pool_;
  OpenTarget open_;
  spdlog::sink_ptr target_;  // empty after a failure
  std::uint64_t taken_ = 0;
  std::uint64_t unflushed_ = 0;
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

struct Log::Impl {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
  std::atomic<std::uint64_t> queued = 0;
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
  impl->level = options.level;
  impl->format = options.format;
  try {
    impl->pool = start_writer_thread(options.queue_lines);
    impl->writer = std::make_shared<Writer>(*impl->pool, target_opener(options));
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
  impl_->logger->log(spdlog_level(level), log_line(text, impl_->format));
}

bool Log::enabled(LogLevel level) const { return impl_->logger && level >= impl_->level; }

std::uint64_t Log::dropped() const {
  return impl_->logger ? impl_->pool->overrun_counter() + impl_->writer->failed() : 0;
}

void Log::flush() {
  if (impl_->writer) impl_->writer->wait_for(impl_->queued);
}

}  // namespace veche::base

#include "base/log_reader.h"

#include "base/log_line.h"

#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

namespace veche::base {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr std::size_t kLevelColumns = 7;  // of %-7l
// What the system clock's nanoseconds can say.
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2261;

struct CivilTime {
  std::chrono::year_month_day date;
  int hour = 0, minute = 0, second = 0, millisecond = 0;
};

// These take what they look for off the front of `rest`, and say whether it was there.

bool take(std::string_view& rest, std::string_view literal) {
  if (!rest.starts_with(literal)) return false;
  rest.remove_prefix(literal.size());
  return true;
}

bool take_digits(std::string_view& rest, std::size_t count, int& number) {
  if (rest.size() < count) return false;
  number = 0;
  for (const char c : rest.substr(0, count)) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + (c - '0');
  }
  rest.remove_prefix(count);
  return true;
}

bool take_time(std::string_view& rest, std::string_view behind_date, CivilTime& time) {
  int year = 0, month = 0, day = 0;
  const bool there =
      take_digits(rest, 4, year) && take(rest, "-") && take_digits(rest, 2, month) && take(rest, "-") &&
      take_digits(rest, 2, day) && take(rest, behind_date) && take_digits(rest, 2, time.hour) &&
      take(rest, ":") && take_digits(rest, 2, time.minute) && take(rest, ":") &&
      take_digits(rest, 2, time.second) && take(rest, ".") && take_digits(rest, 3, time.millisecond);
  time.date = {std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
               std::chrono::day(static_cast<unsigned>(day))};
  return there && year >= kFirstYear && year <= kLastYear && time.date.ok() && time.hour < 24 &&
         time.minute < 60 && time.second < 60;
}

bool take_level(std::string_view& rest, LogLevel& level) {
  for (const LogLevel candidate : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
    if (!take(rest, level_name(candidate))) continue;
    level = candidate;
    return true;
  }
  return false;
}

WallTime from_utc(const CivilTime& time) {
  return std::chrono::sys_days(time.date) + std::chrono::hours(time.hour) +
         std::chrono::minutes(time.minute) + std::chrono::seconds(time.second) +
         std::chrono::milliseconds(time.millisecond);
}

WallTime from_local(const CivilTime& time) {
  std::tm fields{};
  fields.tm_year = static_cast<int>(time.date.year()) - 1900;
  fields.tm_mon = static_cast<int>(static_cast<unsigned>(time.date.month())) - 1;
  fields.tm_mday = static_cast<int>(static_cast<unsigned>(time.date.day()));
  fields.tm_hour = time.hour;
  fields.tm_min = time.minute;
  fields.tm_sec = time.second;
  fields.tm_isdst = -1;                              // whether it was summer time is for the time zone to say
  const std::time_t seconds = std::mktime(&fields);  // fails for no year of four digits
  return WallTime(std::chrono::seconds(seconds)) + std::chrono::milliseconds(time.millisecond);
}

/// Whether every quote and backslash is part of an escape that log_line() writes.
bool is_inside_of_json_string(std::string_view text) {
  while (!text.empty()) {
    if (text.front() == '"') return false;
    if (!take(text, "\\")) {
      text.remove_prefix(1);
      continue;
    }
    if (text.empty()) return false;
    const char escape = text.front();
    text.remove_prefix(1);
    if (escape == 'u') {
      if (text.size() < 4 || text.substr(0, 4).find_first_not_of("0123456789abcdef") != text.npos)
        return false;
      text.remove_prefix(4);
    } else if (std::string_view("\"\\nrt").find(escape) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

/// Nothing would be escaped once more.
bool has_no_controls(std::string_view text) { return log_line(text, LogFormat::text) == text; }

std::optional<LogRecord> parse_json(std::string_view rest) {
  CivilTime time;
  LogRecord record;
  if (!take(rest, R"({"time":")") || !take_time(rest, "T", time) || !take(rest, R"(Z","level":")") ||
      !take_level(rest, record.level) || !take(rest, R"(","message":")") || !rest.ends_with("\"}"))
    return std::nullopt;
  rest.remove_suffix(2);
  if (!is_inside_of_json_string(rest) || !has_no_controls(rest)) return std::nullopt;
  record.time = from_utc(time);
  record.text = rest;
  return record;
}

std::optional<LogRecord> parse_text(std::string_view rest) {
  CivilTime time;
  LogRecord record;
  if (!take_time(rest, " ", time) || !take(rest, " ") || !take_level(rest, record.level)) return std::nullopt;
  const std::string padding(kLevelColumns - level_name(record.level).size() + 1, ' ');
  if (!take(rest, padding) || !has_no_controls(rest)) return std::nullopt;
  record.time = from_local(time);
  record.text = rest;
  return record;
}

/// Reads the `bytes` at `offset`, fewer if the file has been cut short. False: errno says why not.
bool read_at(int descriptor, std::size_t offset, std::size_t bytes, std::string& block) {
  block.resize(bytes);
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t n =
        ::pread(descriptor, block.data() + done, bytes - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  block.resize(done);
  return true;
}

}  // namespace

std::optional<LogRecord> parse_log_line(std::string_view line) {
  return line.starts_with('{') ? parse_json(line) : parse_text(line);
}

void LastRecords::add(LogRecord record) {
  if (satisfied_) return;
  if (query_.since && record.time < *query_.since) {
    satisfied_ = true;
    return;
  }
  if (record.level < query_.level) return;
  records_.push_back(std::move(record));
  satisfied_ = records_.size() >= query_.count;
}

void LastRecords::start_file() {
  line_end_.clear();
  line_is_whole_ = false;  // the writer, or a crash, may have left half a line
  line_is_too_long_ = false;
}

void LastRecords::take_before(std::string_view block) {
  for (std::size_t end = 0; (end = block.rfind('\n')) != std::string_view::npos && !satisfied_;) {
    take_line(block.substr(end + 1));
    block = block.substr(0, end);
  }
  if (satisfied_ || line_is_too_long_) return;
  line_is_too_long_ = block.size() + line_end_.size() > kLogLineBytesMax;
  if (line_is_too_long_)
    line_end_.clear();
  else
    line_end_.insert(0, block);
}

void LastRecords::finish_file() { take_line({}); }

void LastRecords::take_line(std::string_view line_start) {
  const bool wanted =
      line_is_whole_ && !line_is_too_long_ && line_start.size() + line_end_.size() <= kLogLineBytesMax;
  if (wanted) {
    if (!line_end_.empty()) line_start = line_end_.insert(0, line_start);
    if (auto record = parse_log_line(line_start)) add(std::move(*record));
  }
  line_end_.clear();
  line_is_whole_ = true;
  line_is_too_long_ = false;
}

std::vector<LogRecord> LastRecords::take() {
  satisfied_ = true;
  std::reverse(records_.begin(), records_.end());
  return std::move(records_);
}

fs::path rotated_log(const fs::path& file, std::size_t index) {
  if (index == 0) return file;
  return file.parent_path() / fmt::format("{}.{}{}", file.stem().string(), index, file.extension().string());
}

Result<LogFiles> LogFiles::open(const fs::path& file, std::size_t rotated_files) {
  LogFiles files;
  for (std::size_t index = 0; index <= rotated_files; ++index) {
    fs::path path = rotated_log(file, index);
    struct stat status {};
    // Asked before it is opened: opening a pipe is seen by its writer.
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) continue;
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0 && errno == ENOENT) continue;
    if (descriptor < 0) return fail("log file " + path.string(), errno_text(errno));
    files.files_.push_back({descriptor, 0, std::move(path)});
    if (::fstat(descriptor, &status) != 0)
      return fail("log file " + files.files_.back().path.string(), errno_text(errno));
    files.files_.back().bytes = static_cast<std::size_t>(status.st_size);
  }
  return files;
}

LogFiles::~LogFiles() {
  for (const OpenFile& file : files_) ::close(file.descriptor);
}

Result<std::vector<LogRecord>> LogFiles::last(const LogQuery& query) const {
  LastRecords records(query);
  std::string block;
  for (const OpenFile& file : files_) {
    records.start_file();
    std::size_t left = file.bytes;
    while (left > 0 && !records.satisfied()) {
      const std::size_t bytes = std::min(left, kBlockBytes);
      if (!read_at(file.descriptor, left - bytes, bytes, block))
        return fail("log file " + file.path.string(), errno_text(errno));
      if (block.size() < bytes) records.start_file();  // cut short meanwhile: what came behind is gone
      records.take_before(block);
      left -= bytes;
    }
    if (!records.satisfied()) records.finish_file();
  }
  return records.take();
}

}  // namespace veche::base

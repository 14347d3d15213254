// What is parsed as a line is exactly what spdlog writes for the record; any text that is logged comes back;
// and a file gives the same lines however it is cut into blocks.
#include "base/check.h"
#include "base/log_line.h"
#include "base/log_reader.h"

#include <spdlog/pattern_formatter.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

using namespace veche::base;

spdlog::level::level_enum spdlog_level(LogLevel level) {
  return level == LogLevel::debug     ? spdlog::level::debug
         : level == LogLevel::info    ? spdlog::level::info
         : level == LogLevel::warning ? spdlog::level::warn
                                      : spdlog::level::err;
}

std::string written(const LogRecord& record, LogFormat format) {
  // Local time is UTC here, so that no hour happens twice.
  static spdlog::pattern_formatter text(kLogTextPattern, spdlog::pattern_time_type::local, "");
  static spdlog::pattern_formatter json(kLogJsonPattern, spdlog::pattern_time_type::utc, "");
  const spdlog::details::log_msg message(record.time, {}, "", spdlog_level(record.level), record.text);
  spdlog::memory_buf_t line;
  (format == LogFormat::json ? json : text).format(message, line);
  return fmt::to_string(line);
}

std::vector<LogRecord> last(std::string_view file, const LogQuery& query, std::size_t block) {
  LastRecords records(query);
  records.start_file();
  for (std::size_t left = file.size(); left > 0;) {
    const std::size_t bytes = std::min(left, block);
    left -= bytes;
    records.take_before(file.substr(left, bytes));
  }
  records.finish_file();
  return records.take();
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  ::setenv("TZ", "UTC0", 1);
  ::tzset();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  // The choices come first, the text after them.
  const auto level = static_cast<LogLevel>(data[0] % 4);
  const std::size_t block = 1 + data[1];
  // To 2260; not the first second of 1970, which spdlog's formatters take for one that they have formatted.
  const WallTime time{std::chrono::milliseconds(1000 + std::int64_t{data[2]} * 36'000'000'123)};
  const std::string_view input(reinterpret_cast<const char*>(data) + 3, size - 3);

  if (const auto record = parse_log_line(input)) {
    const LogFormat format = input.starts_with('{') ? LogFormat::json : LogFormat::text;
    check(written(*record, format) == input, "what is parsed is what is written");
  }

  std::string file(input);
  file += '\n';
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    const LogRecord record{time, level, log_line(input, format)};
    const std::string line = written(record, format);
    check(parse_log_line(line) == record, "what is written is parsed");
    file += line + '\n' + std::string(input) + '\n';
  }

  const LogQuery query{.count = 1 + size % 4, .level = level};
  const auto found = last(file, query, block);
  check(found == last(file, query, file.size()), "blocks make no difference");
  check(found.size() <= query.count && (found.size() == query.count || found.size() >= 2),
        "the lines that were written are found");
  return 0;
}

// What a command answers, once for people and once as JSON: a table, a record, or a sentence with its facts.
// Pure; any thread.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace veche::control {

/// One value, as JSON has it and as people read it.
struct Value {
  using Data = std::variant<std::nullptr_t, std::string, std::int64_t, bool, std::vector<std::string>>;

  Value(std::string text) : data(text), shown(std::move(text)) {}
  Value(std::string_view text) : Value(std::string(text)) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(Data as_json, std::string as_shown) : data(std::move(as_json)), shown(std::move(as_shown)) {}
  template <class Number>
  requires std::is_integral_v<Number> Value(Number number)
      : data(static_cast<std::int64_t>(number)), shown(std::to_string(number)) {}

  static Value list(std::vector<std::string> items);  ///< shown with commas
  static Value yes_no(bool yes, std::string shown);
  /// RFC 3339 in UTC; 1970: null, shown as `never`.
  static Value time(base::WallTime time, std::string_view never = "-");
  /// Seconds, shown as "2h 5m".
  static Value duration(std::chrono::seconds duration);
  /// Bytes, shown as "1.5 MiB".
  static Value bytes(std::uint64_t bytes);

  Data data;
  std::string shown;
};

/// "3d 4h", "2h 5m", "40s": the two largest units.
std::string duration_text(std::chrono::seconds duration);

struct Field {
  std::string_view key;  ///< in JSON
  std::string label;     ///< for people
  Value value;
};
using Record = std::vector<Field>;

struct Table {
  struct Column {
    std::string_view key;
    std::string label;
  };
  std::vector<Column> columns;
  std::vector<std::vector<Value>> rows;  ///< a value for each column
};

/// Whole lines, each with its LF. What came from clients is made safe to print.
std::string text_of(const Record& record);
std::string text_of(const Table& table);
/// One line: an object, or an array of objects.
std::string json_of(const Record& record);
std::string json_of(const Table& table);

}  // namespace veche::control

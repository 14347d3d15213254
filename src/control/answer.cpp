#include "control/answer.h"

#include "base/check.h"
#include "base/text.h"
#include "control/account_protocol.h"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace veche::control {
namespace {

namespace json = boost::json;

/// Columns that valid UTF-8 takes on a terminal.
std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    utf8proc_int32_t code_point = 0;
    const utf8proc_ssize_t bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                                    static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (bytes <= 0) break;
    columns += static_cast<std::size_t>(std::max(0, utf8proc_charwidth(code_point)));
    text.remove_prefix(static_cast<std::size_t>(bytes));
  }
  return columns;
}

void pad(std::string& line, std::string_view cell, std::size_t columns) {
  line += cell;
  line.append(columns - std::min(columns, width(cell)), ' ');
}

json::value to_json(const Value& value) {
  return std::visit(
      []<class T>(const T& data) -> json::value {
        if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          json::array list;
          for (const std::string& item : data) list.emplace_back(item);
          return list;
        } else {
          return json::value(data);
        }
      },
      value.data);
}

json::string_view key_of(std::string_view key) { return {key.data(), key.size()}; }

}  // namespace

Value Value::list(std::vector<std::string> items) {
  std::string shown = items.empty() ? "-" : fmt::format("{}", fmt::join(items, ", "));
  return {std::move(items), std::move(shown)};
}

Value Value::yes_no(bool yes, std::string shown) { return {yes, std::move(shown)}; }

Value Value::time(base::WallTime time, std::string_view never) {
  if (time == base::WallTime{}) return {nullptr, std::string(never)};
  return Value(time_text(time));
}

Value Value::duration(std::chrono::seconds duration) {
  return {static_cast<std::int64_t>(duration.count()), duration_text(duration)};
}

Value Value::bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> kUnits = {"bytes", "KiB", "MiB", "GiB"};
  double number = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; number >= 1024 && unit + 1 < kUnits.size(); ++unit) number /= 1024;
  return {static_cast<std::int64_t>(bytes),
          unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", number, kUnits[unit])};
}

std::string duration_text(std::chrono::seconds duration) {
  constexpr std::array<std::pair<std::int64_t, char>, 4> kUnits = {
      {{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}, {1, 's'}}};
  std::int64_t left = std::max<std::int64_t>(0, duration.count());
  std::string text;
  int parts = 0;
  for (const auto& [seconds, letter] : kUnits) {
    const std::int64_t count = left / seconds;
    if (count == 0 && parts == 0) continue;
    left %= seconds;
    if (count != 0) text += fmt::format("{}{}{}", text.empty() ? "" : " ", count, letter);
    if (++parts == 2) break;
  }
  return text.empty() ? "0s" : text;
}

std::string text_of(const Record& record) {
  std::size_t widest = 0;
  for (const Field& field : record) widest = std::max(widest, width(field.label));
  std::string out;
  for (const Field& field : record) {
    pad(out, field.label + ":", widest + 2);
    out += base::printable(field.value.shown) + "\n";
  }
  return out;
}

std::string text_of(const Table& table) {
  const std::size_t count = table.columns.size();
  std::vector<std::size_t> widths;
  for (const Table::Column& column : table.columns) widths.push_back(width(column.label));
  std::vector<std::vector<std::string>> lines;
  for (const auto& row : table.rows) {
    base::check(row.size() == count, "a row has a value for each column");
    std::vector<std::string>& line = lines.emplace_back();
    for (std::size_t i = 0; i < count; ++i) {
      line.push_back(base::printable(row[i].shown));
      widths[i] = std::max(widths[i], width(line.back()));
    }
  }
  std::string out;
  const auto add = [&](const auto& cell_of) {
    for (std::size_t i = 0; i + 1 < count; ++i) pad(out, cell_of(i), widths[i] + 2);
    out += cell_of(count - 1);
    out += '\n';
  };
  add([&](std::size_t i) -> std::string_view { return table.columns[i].label; });
  for (const auto& line : lines) add([&](std::size_t i) -> std::string_view { return line[i]; });
  return out;
}

std::string json_of(const Record& record) {
  json::object object;
  for (const Field& field : record) object.emplace(key_of(field.key), to_json(field.value));
  return json::serialize(object) + "\n";
}

std::string json_of(const Table& table) {
  json::array rows;
  for (const auto& row : table.rows) {
    json::object object;
    for (std::size_t i = 0; i < row.size(); ++i)
      object.emplace(key_of(table.columns[i].key), to_json(row[i]));
    rows.push_back(std::move(object));
  }
  return json::serialize(rows) + "\n";
}

}  // namespace veche::control

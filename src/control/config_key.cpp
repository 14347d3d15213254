#include "control/config_key.h"

#include "base/units.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace veche::control {
namespace {

using base::fail;
using base::Result;
using std::chrono::milliseconds;

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\u{:04x}", c);
    else
      out += c;
  }
  return out + '"';
}

Result<> check_word(const ConfigKey& key, const std::string& word) {
  const std::string list = fmt::format("one of: {}", fmt::join(key.words, ", "));
  if (std::find(key.words.begin(), key.words.end(), word) != key.words.end()) return {};
  if (std::find(key.later.begin(), key.later.end(), word) != key.later.end()) {
    return fail("", fmt::format("'{}' is not in this version", word), list);
  }
  return fail("", fmt::format("'{}' is not known", word), list);
}

}  // namespace

std::string ConfigKey::full_name() const { return fmt::format("{}.{}", section, name); }

Result<KeyValue> parse_value(const ConfigKey& key, std::string_view text) {
  switch (key.kind) {
    case KeyKind::duration:
      return base::parse_duration(text).map(
          [](milliseconds d) -> KeyValue { return static_cast<std::uint64_t>(d.count()); });
    case KeyKind::size:
      return base::parse_size(text).map([](std::uint64_t bytes) -> KeyValue { return bytes; });
    case KeyKind::number: {
      std::uint64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error == std::errc{} && end == text.data() + text.size()) return number;
      return fail("", "not a whole number", fmt::format("for example: {}", plain_text(key, key.example)));
    }
    case KeyKind::flag:
      if (text == "true" || text == "false") return text == "true";
      return fail("", "neither true nor false");
    default:
      return std::string(text);
  }
}

Result<> check_value(const ConfigKey& key, const KeyValue& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    const auto& [min, max, zero_too] = key.range;
    if ((*number < min || *number > max) && !(zero_too && *number == 0)) {
      return fail("", fmt::format("{} is out of range", plain_text(key, value)),
                  fmt::format("{} to {}{}", plain_text(key, min), plain_text(key, max),
                              zero_too && min > 0 ? ", or 0 for no limit" : ""));
    }
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (key.kind == KeyKind::choice) return check_word(key, *text);
  }
  if (const auto* list = std::get_if<std::vector<std::string>>(&value); list && !key.words.empty()) {
    for (const std::string& word : *list) {
      if (auto known = check_word(key, word); !known) return known;
    }
  }
  return key.check ? key.check(value) : Result<>{};
}

KeyValue shown(const ConfigKey& key, KeyValue value) {
  if (key.secret && value != KeyValue(std::string())) return std::string(kHidden);
  return value;
}

std::string plain_text(const ConfigKey& key, const KeyValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* list = std::get_if<std::vector<std::string>>(&value))
    return fmt::format("{}", fmt::join(*list, ", "));
  const std::uint64_t number = std::get<std::uint64_t>(value);
  if (key.kind == KeyKind::size) return base::format_size(number);
  if (key.kind == KeyKind::duration) return base::format_duration(milliseconds(number));
  return std::to_string(number);
}

std::string value_text(const ConfigKey& key, const KeyValue& value) {
  if (key.kind == KeyKind::flag || key.kind == KeyKind::number) return plain_text(key, value);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    std::vector<std::string> items;
    for (const std::string& item : *list) items.push_back(toml_string(item));
    return fmt::format("[{}]", fmt::join(items, ", "));
  }
  return toml_string(plain_text(key, value));
}

}  // namespace veche::control

#include "session/irc_list.h"

#include "base/glob.h"
#include "base/text.h"
#include "session/irc_name.h"

#include <charconv>
#include <chrono>
#include <optional>

namespace veche::session {
namespace {

std::optional<long> number_of(std::string_view text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<bool> compare(long value, std::string_view condition) {
  if (condition.size() < 2) return std::nullopt;
  const auto bound = number_of(condition.substr(1));
  if (!bound) return std::nullopt;
  if (condition[0] == '<') return value < *bound;
  if (condition[0] == '>') return value > *bound;
  return std::nullopt;
}

bool matches(std::string_view mask, std::string_view name) {
  return base::glob_match(base::casefold(mask).value_or(""), base::casefold(name).value_or(""));
}

bool meets_one(const chat::RoomsView::Line& room, std::string_view condition, base::WallTime now) {
  const auto minutes_since = [now](base::WallTime time) {
    return std::chrono::duration_cast<std::chrono::minutes>(now - time).count();
  };
  if (const auto members = compare(static_cast<long>(room.members), condition)) return *members;
  if (condition.starts_with('C')) {
    if (const auto made = compare(minutes_since(room.created), condition.substr(1))) return *made;
  }
  if (condition.starts_with('T')) {
    const bool has_topic = room.state && !room.state->topic.text.empty();
    if (const auto set = compare(has_topic ? minutes_since(room.state->topic.at) : 0, condition.substr(1))) {
      return has_topic && *set;
    }
  }
  const std::string name = irc_channel(room.name);
  if (condition.starts_with('!')) return !matches(condition.substr(1), name);
  return matches(condition, name);
}

}  // namespace

bool meets(const chat::RoomsView::Line& room, std::span<const std::string> conditions, base::WallTime now) {
  for (const std::string& condition : conditions) {
    if (!meets_one(room, condition, now)) return false;
  }
  return true;
}

}  // namespace veche::session

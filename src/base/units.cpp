#include "base/units.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>

namespace veche::base {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest first: what formats picks the first that divides.
constexpr Unit kDurationUnits[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr Unit kSizeUnits[] = {
    {"GiB", std::uint64_t{1} << 30}, {"MiB", std::uint64_t{1} << 20}, {"KiB", std::uint64_t{1} << 10}};

constexpr std::string_view kDurationHint = "write a whole number and ms, s, m, h or d: 250ms, 5s, 2m, 1h, 7d";
constexpr std::string_view kSizeHint =
    "write a whole number and KiB, MiB or GiB, or bytes alone: 64KiB, 1MiB, 4096";

/// A kind of quantity: what errors call it, and how it is written.
struct Kind {
  std::string_view name;
  std::string_view hint;
  std::uint64_t factor_of_bare_number;
  std::uint64_t max;
};

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

template <std::size_t n>
Result<std::uint64_t> parse_quantity(std::string_view text, const Unit (&units)[n], const Kind& kind) {
  const auto refuse = [&kind](std::string why) {
    return fail(std::string(kind.name), std::move(why), std::string(kind.hint));
  };
  if (text.empty()) return refuse("nothing is written");
  if (text.front() == '-') return refuse(quoted(text) + " is negative");

  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0) return refuse(quoted(text) + " does not begin with a digit");
  const std::string_view name = text.substr(digits);
  if (!name.empty() && (name.front() == '.' || name.front() == ','))
    return refuse(quoted(text) + " is not a whole number");

  std::uint64_t factor = name.empty() ? kind.factor_of_bare_number : 0;
  for (const Unit& unit : units)
    if (unit.name == name) factor = unit.factor;
  if (factor == 0) return refuse("unknown unit " + quoted(name) + " in " + quoted(text));

  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + digits, number);
  if (read.ec != std::errc{} || number > kind.max / factor) return refuse(quoted(text) + " is too large");
  return number * factor;
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr auto max = static_cast<std::uint64_t>(std::chrono::milliseconds(kDurationMax).count());
  return parse_quantity(text, kDurationUnits, {"duration", kDurationHint, 1'000, max})
      .map([](std::uint64_t count) { return std::chrono::milliseconds(static_cast<std::int64_t>(count)); });
}

std::string format_duration(std::chrono::milliseconds duration) {
  const bool negative = duration.count() < 0;
  const auto count = static_cast<std::uint64_t>(duration.count());
  const std::uint64_t magnitude =
      negative ? 0 - count : count;  // unsigned: the smallest value has no negation
  if (magnitude == 0) return "0";
  const Unit* unit = std::begin(kDurationUnits);
  while (magnitude % unit->factor != 0) ++unit;  // ends at "ms"
  return (negative ? "-" : "") + std::to_string(magnitude / unit->factor) + std::string(unit->name);
}

Result<std::uint64_t> parse_size(std::string_view text) {
  return parse_quantity(text, kSizeUnits, {"size", kSizeHint, 1, std::numeric_limits<std::uint64_t>::max()});
}

std::string format_size(std::uint64_t bytes) {
  for (const Unit& unit : kSizeUnits)
    if (bytes != 0 && bytes % unit.factor == 0)
      return std::to_string(bytes / unit.factor) + std::string(unit.name);
  return std::to_string(bytes);
}

}  // namespace veche::base

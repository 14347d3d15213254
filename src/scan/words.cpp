#include "scan/words.h"

#include "base/text.h"

#include <fmt/core.h>

#include <utility>

namespace veche::scan {
namespace {

bool is_white(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_ascii_control_or_space(char c) { return (static_cast<unsigned char>(c) <= ' ') || c == 0x7F; }

template <class Rep, class Period>
double count_of(std::chrono::nanoseconds time, std::chrono::duration<Rep, Period>) {
  return std::chrono::duration<double, Period>(time).count();
}

}  // namespace

std::string_view state_name(PortState state) {
  switch (state) {
    case PortState::undecided:
      break;
    case PortState::open:
      return "open";
    case PortState::closed:
      return "closed";
    case PortState::filtered:
      return "filtered";
  }
  return "undecided";
}

std::string_view reason_name(Reason reason) {
  switch (reason) {
    case Reason::none:
      break;
    case Reason::accepted:
      return "accepted";
    case Reason::refused:
      return "refused";
    case Reason::no_answer:
      return "no_answer";
    case Reason::unreachable:
      return "unreachable";
    case Reason::prohibited:
      return "prohibited";
  }
  return "none";
}

std::string grouped(std::uint64_t number, const base::Translator& t) {
  std::string digits = std::to_string(number);
  const bool is_english = t.language() == base::Language::en;
  if (digits.size() < (is_english ? 4u : 5u)) return digits;
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, is_english ? "," : "\u00A0");
  }
  return digits;
}

std::string duration_text(std::chrono::nanoseconds duration, const base::Translator& t) {
  using namespace std::chrono_literals;
  if (duration < 100ms) return t("{} ms", fmt::format("{:.1f}", count_of(duration, 1ms)));
  if (duration < 1min) return t("{} s", fmt::format("{:.2f}", count_of(duration, 1s)));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (duration < 1h) return t("{} min {} s", seconds / 60, seconds % 60);
  return t("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

std::string in_line(std::string_view bytes) {
  std::string line;
  bool is_space_due = false;
  for (const char c : bytes) {
    if (is_white(c)) {
      is_space_due = !line.empty();
      continue;
    }
    if (std::exchange(is_space_due, false)) line += ' ';
    line += c;
  }
  return base::harmless(line);
}

std::string in_field(std::string_view bytes) {
  while (!bytes.empty() && is_ascii_control_or_space(bytes.front())) bytes.remove_prefix(1);
  while (!bytes.empty() && is_ascii_control_or_space(bytes.back())) bytes.remove_suffix(1);
  const std::string text = base::in_utf8(bytes);
  std::string field;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view point = first_code_point(rest);
    rest.remove_prefix(point.size());
    field += is_control(point) ? "?" : point;
  }
  return field;
}

bool is_control(std::string_view code_point) {
  if (code_point.size() == 1) return code_point[0] < ' ' || code_point[0] == 0x7F;
  return base::printable(code_point).empty();
}

std::string_view first_code_point(std::string_view utf8) {
  std::size_t size = 1;
  while (size < utf8.size() && (static_cast<unsigned char>(utf8[size]) & 0xC0) == 0x80) ++size;
  return utf8.substr(0, size);
}

}  // namespace veche::scan

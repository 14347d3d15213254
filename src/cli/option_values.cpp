#include "cli/option_values.h"

#include "base/units.h"

#include <charconv>
#include <system_error>
#include <utility>

namespace veche::cli {

void OptionValues::duration(std::chrono::milliseconds& to, const char* option, const std::string& text,
                            bool may_be_0) {
  if (text.empty() || error_) return;
  const auto value = base::parse_duration(text);
  if (!value) return refuse(option, text, value.error().why, value.error().hint);
  if (!may_be_0 && value->count() == 0) return refuse(option, text, t_("must be more than 0"));
  to = *value;
}

void OptionValues::number(std::uint64_t& to, const char* option, const std::string& text, std::uint64_t min,
                          std::uint64_t max) {
  if (text.empty() || error_) return;
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = code == std::errc{} && end == text.data() + text.size();
  if (!is_number || value < min || value > max) {
    return refuse(option, text, t_("must be a number from {} to {}", min, max));
  }
  to = value;
}

void OptionValues::size(std::size_t& to, const char* option, const std::string& text, std::size_t max) {
  if (text.empty() || error_) return;
  const auto value = base::parse_size(text);
  if (!value) return refuse(option, text, value.error().why, value.error().hint);
  if (*value == 0 || *value > max) {
    return refuse(option, text, t_("must be from {} to {}", 1, base::format_size(max)));
  }
  to = static_cast<std::size_t>(*value);
}

void OptionValues::refuse(const char* option, const std::string& text, std::string why, std::string hint) {
  error_ = base::Error{std::string(option) + ' ' + text, std::move(why), std::move(hint)};
}

}  // namespace veche::cli

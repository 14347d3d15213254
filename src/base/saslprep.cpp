#include "base/saslprep.h"

#include "base/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstddef>

namespace veche::base {
namespace {

using CodePoint = utf8proc_int32_t;

bool is_between(CodePoint c, CodePoint first, CodePoint last) { return c >= first && c <= last; }

/// RFC 3454 table C.1.2.
bool is_other_space(CodePoint c) {
  return c == 0xA0 || c == 0x1680 || is_between(c, 0x2000, 0x200B) || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

/// RFC 3454 table B.1, but for U+200B, which is a space here.
bool is_mapped_to_nothing(CodePoint c) {
  return c == 0xAD || c == 0x34F || c == 0x1806 || is_between(c, 0x180B, 0x180D) ||
         is_between(c, 0x200C, 0x200D) || c == 0x2060 || is_between(c, 0xFE00, 0xFE0F) || c == 0xFEFF;
}

/// RFC 4013 section 2.3; unassigned ones are those of utf8proc's Unicode.
bool is_prohibited(CodePoint c) {
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return is_between(c, 0xFFFC, 0xFFFD) || is_between(c, 0x2FF0, 0x2FFB) || is_between(c, 0x340, 0x341);
  }
}

template <class Function>
void for_each_code_point(std::string_view utf8, Function function) {
  while (!utf8.empty()) {
    CodePoint c = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                                       static_cast<utf8proc_ssize_t>(utf8.size()), &c);
    if (size <= 0) return;
    function(c, utf8.substr(0, static_cast<std::size_t>(size)));
    utf8.remove_prefix(static_cast<std::size_t>(size));
  }
}

}  // namespace

Secret saslprep(std::string_view text) {
  // Of ASCII nothing is mapped, and what is prohibited leaves it as it is.
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
  if (ascii || !is_utf8(text)) return text;
  Secret mapped;
  for_each_code_point(text, [&](CodePoint c, std::string_view bytes) {
    if (is_other_space(c)) {
      mapped += " ";
    } else if (!is_mapped_to_nothing(c)) {
      mapped += bytes;
    }
  });
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(mapped.data());
  const auto size = static_cast<utf8proc_ssize_t>(mapped.size());
  // Not utf8proc_map: it frees its buffer as it is. One more place is for its terminating zero.
  const auto count = utf8proc_decompose(bytes, size, nullptr, 0, options);
  if (count < 0) return text;
  WipingVector<CodePoint> code_points(static_cast<std::size_t>(count) + 1);
  utf8proc_decompose(bytes, size, code_points.data(), count, options);
  const auto prepared_size = utf8proc_reencode(code_points.data(), count, options);
  if (prepared_size < 0) return text;
  const std::string_view prepared(reinterpret_cast<const char*>(code_points.data()),
                                  static_cast<std::size_t>(prepared_size));
  bool fine = true;
  for_each_code_point(prepared, [&](CodePoint c, std::string_view) { fine = fine && !is_prohibited(c); });
  return fine ? prepared : text;
}

}  // namespace veche::base

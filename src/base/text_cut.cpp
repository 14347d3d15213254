#include "base/text_cut.h"

#include "base/text.h"

#include <utf8proc.h>

#include <algorithm>

namespace veche::base {
namespace {

/// U+FFFD for a byte that is not UTF-8.
utf8proc_int32_t code_point_at(std::string_view text) {
  utf8proc_int32_t code_point = 0;
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  return utf8proc_iterate(bytes, size, &code_point) > 0 ? code_point : 0xFFFD;
}

/// The last good place to cut behind `low` and not behind `high`, both between code points; `high` if there
/// is none. Something must follow `high`.
std::size_t best_cut(std::string_view text, std::size_t low, std::size_t high) {
  std::size_t between_characters = high;
  std::size_t behind_a_space = 0;
  utf8proc_int32_t before = code_point_at(text.substr(low));
  utf8proc_int32_t state = 0;
  for (std::size_t at = low;;) {
    at += first_code_point_bytes(text.substr(at));
    if (at > high) break;
    const utf8proc_int32_t after = code_point_at(text.substr(at));
    if (utf8proc_grapheme_break_stateful(before, after, &state)) {
      between_characters = at;
      if (before == ' ') behind_a_space = at;
    }
    before = after;
  }
  return behind_a_space > 0 ? behind_a_space : between_characters;
}

}  // namespace

std::size_t utf8_floor(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text.size();
  for (std::size_t back = 0; back < 4 && back <= max_bytes; ++back) {
    const std::size_t at = max_bytes - back;
    if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
    // A code point that begins at `at` and does not cross the bound says that what follows it is no UTF-8.
    return at + first_code_point_bytes(text.substr(at)) > max_bytes ? at : max_bytes;
  }
  return max_bytes;
}

std::string_view next_chunk(std::string_view& text, std::size_t max_bytes) {
  max_bytes = std::max(max_bytes, kChunkBytesMin);
  std::size_t cut = text.size();
  if (cut > max_bytes) {
    const std::size_t high = utf8_floor(text, max_bytes);
    cut = best_cut(text, utf8_floor(text, high - high / 5), high);
  }
  const std::string_view chunk = text.substr(0, cut);
  text.remove_prefix(cut);
  return chunk;
}

}  // namespace veche::base

#include "base/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

namespace veche::base {
namespace {

constexpr std::uint64_t kHighBits = 0x8080'8080'8080'8080;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// The first byte of [at, end) that is not ASCII, or `end`. Most of what people send is ASCII or comes in
/// long runs of it, so eight bytes are looked at together.
const unsigned char* skip_ascii(const unsigned char* at, const unsigned char* end) {
  while (end - at >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    if (word & kHighBits) break;
    at += sizeof word;
  }
  while (at < end && *at < 0x80) ++at;
  return at;
}

bool is_ascii(std::string_view text) {
  const unsigned char* const end = bytes_of(text) + text.size();
  return skip_ascii(bytes_of(text), end) == end;
}

/// Bytes of the well-formed sequence of two or more that begins at `at`; 0 if it is not one (RFC 3629,
/// section 4: the range of the second byte is what keeps out overlong forms, surrogates and what is past
/// U+10FFFF).
std::size_t sequence_bytes(const unsigned char* at, const unsigned char* end) {
  const unsigned char lead = *at;
  const auto left = static_cast<std::size_t>(end - at);
  const auto continues = [at](std::size_t i) { return (at[i] & 0xC0) == 0x80; };

  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return left >= 2 && continues(1) ? 2 : 0;
  if (lead < 0xF0) {
    const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : 0xBF;
    return left >= 3 && at[1] >= low && at[1] <= high && continues(2) ? 3 : 0;
  }
  if (lead > 0xF4) return 0;
  const unsigned char low = lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xF4 ? 0x8F : 0xBF;
  return left >= 4 && at[1] >= low && at[1] <= high && continues(2) && continues(3) ? 4 : 0;
}

/// Calls `visit(code_point, its bytes)` for each code point until it returns false. A byte that is no UTF-8
/// is passed as U+FFFD.
template <class Visit>
void for_each_code_point(std::string_view utf8, Visit visit) {
  while (!utf8.empty()) {
    utf8proc_int32_t code_point = 0;
    utf8proc_ssize_t bytes =
        utf8proc_iterate(bytes_of(utf8), static_cast<utf8proc_ssize_t>(utf8.size()), &code_point);
    if (bytes <= 0) {
      code_point = 0xFFFD;
      bytes = 1;
    }
    const std::string_view its_bytes = utf8.substr(0, static_cast<std::size_t>(bytes));
    utf8.remove_prefix(its_bytes.size());
    if (!visit(static_cast<char32_t>(code_point), its_bytes)) return;
  }
}

std::optional<std::string> mapped(std::string_view utf8, int options) {
  utf8proc_uint8_t* out = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(bytes_of(utf8), static_cast<utf8proc_ssize_t>(utf8.size()), &out,
                                             static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, &std::free);
  if (size < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
}

bool is_unseen(char32_t code_point) {
  if (code_point < 0x7F) return code_point <= ' ';
  const utf8proc_property_t* const property =
      utf8proc_get_property(static_cast<utf8proc_int32_t>(code_point));
  switch (property->category) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
      return true;
    default:
      break;
  }
  if (property->ignorable) return true;
  switch (code_point) {  // drawn as nothing, though Unicode calls them letters, marks and symbols
    case 0x2800:         // braille pattern blank
    case 0x16FE4:        // Khitan small script filler
    case 0x1D159:        // musical symbol null notehead
    case 0x13441:        // Egyptian hieroglyph full blank
    case 0x13442:        // Egyptian hieroglyph half blank
      return true;
    default:
      return false;
  }
}

bool is_unprintable(char32_t code_point) {
  if (code_point < 0x20) return code_point != '\t';
  return (code_point >= 0x7F && code_point <= 0x9F) || code_point == 0x2028 || code_point == 0x2029 ||
         (code_point >= 0x202A && code_point <= 0x202E) ||  // embeddings and overrides
         (code_point >= 0x2066 && code_point <= 0x2069);    // isolates
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

bool is_utf8(std::string_view bytes) {
  const unsigned char* at = bytes_of(bytes);
  const unsigned char* const end = at + bytes.size();
  while ((at = skip_ascii(at, end)) < end) {
    do {
      const std::size_t size = sequence_bytes(at, end);
      if (size == 0) return false;
      at += size;
    } while (at < end && *at >= 0x80);
  }
  return true;
}

std::size_t code_points(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::size_t first_code_point_bytes(std::string_view text) {
  const unsigned char* const at = bytes_of(text);
  return *at < 0x80 ? 1 : std::max<std::size_t>(sequence_bytes(at, at + text.size()), 1);
}

std::optional<std::string> nfc(std::string_view utf8) {
  if (is_ascii(utf8)) return std::string(utf8);
  return mapped(utf8, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::optional<std::string> casefold(std::string_view utf8) {
  if (is_ascii(utf8)) {
    std::string folded(utf8);
    for (char& c : folded)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return folded;
  }
  // Marks are put in canonical order first: U+0345 folds to a letter, and where it stands then matters
  // (Unicode 3.13, D145).
  const auto composed = nfc(utf8);
  if (!composed) return std::nullopt;
  return mapped(*composed, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}

bool has_unseen(std::string_view utf8) {
  bool found = false;
  for_each_code_point(utf8, [&found](char32_t code_point, std::string_view) {
    found = is_unseen(code_point);
    return !found;
  });
  return found;
}

bool starts_with_mark(std::string_view utf8) {
  bool mark = false;
  for_each_code_point(utf8, [&mark](char32_t code_point, std::string_view) {
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
    mark = category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ME;
    return false;
  });
  return mark;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for_each_code_point(text, [&out](char32_t code_point, std::string_view bytes) {
    if (!is_unprintable(code_point)) out += bytes;
    return true;
  });
  return out;
}

std::string harmless(std::string_view bytes) {
  std::string shown(bytes);
  if (!is_utf8(shown)) {
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  }
  return printable(shown);
}

std::string in_utf8(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  std::string text;
  while (!bytes.empty()) {
    std::size_t size = 1;
    while (size <= 4 && !is_utf8(bytes.substr(0, size))) ++size;
    text += size <= 4 ? bytes.substr(0, size) : "\uFFFD";
    bytes.remove_prefix(size <= 4 ? size : 1);
  }
  return text;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

FirstWord split_word(std::string_view text) {
  text = trim(text);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  return {text.substr(0, end), trim(text.substr(end))};
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment: three rows of the table, for the row of `a` before last is where a swap comes
  // from.
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace veche::base

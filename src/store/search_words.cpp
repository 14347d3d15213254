#include "store/search_words.h"

#include "base/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>

namespace veche::store {
namespace {

bool is_ascii_alnum(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

utf8proc_category_t category(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

/// A letter, digit or mark: what goes on with the word that it stands in.
bool is_word(char32_t c) {
  if (c < 0x80) return is_ascii_alnum(c);
  if (c >= 0x400 && c <= 0x52F) return c != 0x482;  // Cyrillic, all letters and marks but the thousands sign
  switch (category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_CO:
      return true;
    default:
      return false;
  }
}

/// An emoji and the like: a token by itself, wherever it stands.
bool is_symbol(char32_t c) {
  if (c < 0x80) return false;
  switch (category(c)) {
    case UTF8PROC_CATEGORY_SM:
    case UTF8PROC_CATEGORY_SC:
    case UTF8PROC_CATEGORY_SK:
    case UTF8PROC_CATEGORY_SO:
      return true;
    default:
      return false;
  }
}

bool is_space(char32_t c) {
  return c == ' ' || c == '\t' || (c >= 0x80 && category(c) == UTF8PROC_CATEGORY_ZS);
}

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
};

/// The code point that begins at `at`, which is before the end of `utf8`.
CodePoint code_point_at(std::string_view utf8, std::size_t at) {
  const auto first = static_cast<unsigned char>(utf8[at]);
  if (first < 0x80) return {first, 1};
  utf8proc_int32_t value = 0;
  const utf8proc_ssize_t bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()) + at,
                                                  static_cast<utf8proc_ssize_t>(utf8.size() - at), &value);
  if (bytes <= 0) return {0xFFFD, 1};
  return {static_cast<char32_t>(value), static_cast<std::size_t>(bytes)};
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The code point that ends at `end`, which is behind the beginning of `utf8`.
char32_t code_point_before(std::string_view utf8, std::size_t end) {
  std::size_t at = end - 1;
  while (at > 0 && is_continuation(utf8[at])) --at;
  return code_point_at(utf8, at).value;
}

/// Folds a text of ASCII, everyday Russian and Ukrainian, dashes, quotes and emoji, in which every code point
/// folds alone and none composes with its neighbour; false as soon as it meets anything else. Ten times
/// faster than the general way (search_words_test holds the two against each other), and the tail of the
/// history is folded on every search.
bool fold_everyday(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) < 0x80) {
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
      ++at;
      continue;
    }
    const auto [value, bytes] = code_point_at(text, at);
    if (value >= 0x400 && value <= 0x45F) {
      const char32_t lower = value + (value < 0x410 ? 0x50 : value < 0x430 ? 0x20 : 0);
      out += static_cast<char>(0xC0 | (lower >> 6));
      out += static_cast<char>(0x80 | (lower & 0x3F));
    } else if (value == 0x490) {
      out += "\u0491";  // Ґ
    } else if (value == 0x2018 || value == 0x2019) {
      out += '\'';
    } else if (value == 0x491 || value == 0xAB || value == 0xBB || (value >= 0x2010 && value <= 0x2027) ||
               value == 0x2116 || (value >= 0x1F300 && value <= 0x1FAFF)) {
      out += text.substr(at, bytes);
    } else if (value != 0xFE0E && value != 0xFE0F) {
      return false;
    }
    at += bytes;
  }
  return true;
}

std::string fold_anything(std::string_view text) {
  const std::string folded = base::casefold(text).value_or(std::string());
  std::string out;
  out.reserve(folded.size());
  for (std::size_t at = 0; at < folded.size();) {
    const auto [value, bytes] = code_point_at(folded, at);
    if (value == 0x2018 || value == 0x2019 || value == 0x02BC) {
      out += '\'';
    } else if (value != 0xFE0E && value != 0xFE0F) {
      out += std::string_view(folded).substr(at, bytes);
    }
    at += bytes;
  }
  return out;
}

/// Calls `visit` with every token of a folded text.
template <class Visit>
void for_each_token(std::string_view folded, Visit visit) {
  std::size_t begin = 0;  // of the run that goes on
  std::size_t at = 0;
  while (at < folded.size()) {
    const auto [value, bytes] = code_point_at(folded, at);
    if (!is_word(value)) {
      if (at > begin) visit(folded.substr(begin, at - begin));
      if (is_symbol(value)) visit(folded.substr(at, bytes));
      begin = at + bytes;
    }
    at += bytes;
  }
  if (at > begin) visit(folded.substr(begin));
}

std::string tokens_of(std::string_view folded) {
  std::string out;
  for_each_token(folded, [&out](std::string_view token) {
    if (!out.empty()) out += ' ';
    out += token;
  });
  return out;
}

bool occurs(std::string_view word, std::string_view folded) {
  const bool starts_as_word = is_word(code_point_at(word, 0).value);
  const bool ends_as_word = is_word(code_point_before(word, word.size()));
  for (std::size_t at = folded.find(word); at != std::string_view::npos; at = folded.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if (starts_as_word && at > 0 && is_word(code_point_before(folded, at))) continue;
    if (ends_as_word && end < folded.size() && is_word(code_point_at(folded, end).value)) continue;
    return true;
  }
  return false;
}

}  // namespace

std::string fold_for_search(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  if (fold_everyday(text, out)) return out;
  return fold_anything(text);
}

std::string index_text(std::string_view text) { return tokens_of(fold_for_search(text)); }

SearchWords::SearchWords(std::string_view query) {
  const std::string folded = fold_for_search(query);
  std::string word;
  const auto finish = [this, &word] {
    if (!word.empty() && std::find(words_.begin(), words_.end(), word) == words_.end())
      words_.push_back(word);
    word.clear();
  };
  for (std::size_t at = 0; at < folded.size();) {
    const auto [value, bytes] = code_point_at(folded, at);
    if (is_space(value)) {
      finish();
    } else {
      word += std::string_view(folded).substr(at, bytes);
    }
    at += bytes;
  }
  finish();
}

bool SearchWords::in(std::string_view text) const {
  if (words_.empty()) return false;
  const std::string folded = fold_for_search(text);
  return std::all_of(words_.begin(), words_.end(),
                     [&folded](const auto& word) { return occurs(word, folded); });
}

std::string SearchWords::index_query() const {
  std::string query;
  for (const std::string& word : words_) {
    const std::string tokens = tokens_of(word);  // no quotation mark is in a token, so nothing needs escaping
    if (tokens.empty()) continue;
    if (!query.empty()) query += ' ';
    query += '"' + tokens + '"';
  }
  return query;
}

}  // namespace veche::store

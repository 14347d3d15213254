// Unicode, over utf8proc: what a valid line is, and when two names are the same name.
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace veche::base {

/// Whether `bytes` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
bool is_utf8(std::string_view bytes);

/// Number of code points in valid UTF-8.
std::size_t code_points(std::string_view utf8);

/// Bytes of the first code point of `text`, which is not empty; 1 if what it begins with is not UTF-8.
std::size_t first_code_point_bytes(std::string_view text);

/// Normalization Form C of valid UTF-8; nothing if `utf8` is not valid.
std::optional<std::string> nfc(std::string_view utf8);

/// The form by which names are compared: full Unicode casefold, then NFC. АЛИСА and Алиса fold alike. Nothing
/// if `utf8` is not valid. Pinned for ever: stored names are unique by it.
std::optional<std::string> casefold(std::string_view utf8);

/// Whether valid UTF-8 has a code point that a person cannot see or that would move the cursor: white space,
/// controls, format characters, default ignorables, blanks such as U+3164 and U+2800, unassigned and private.
bool has_unseen(std::string_view utf8);

/// Whether valid UTF-8 begins with a combining mark, which would attach itself to whatever is printed before.
bool starts_with_mark(std::string_view utf8);

/// `text` made safe to print on a terminal: C0 and C1 controls but TAB, DEL, line and paragraph separators
/// and bidirectional overrides are taken out. `text` must be valid UTF-8.
std::string printable(std::string_view text);

/// Any bytes for a terminal: as printable(), and if they are not valid UTF-8, `?` for each byte past ASCII.
std::string harmless(std::string_view bytes);

/// `bytes` with U+FFFD for each byte that is not UTF-8.
std::string in_utf8(std::string_view bytes);

/// `text` without ASCII spaces and tabs at either end.
std::string_view trim(std::string_view text);

/// The first word of `text` (up to a space or tab) and what follows, trimmed.
struct FirstWord {
  std::string_view word;
  std::string_view rest;
};
FirstWord split_word(std::string_view text);

/// The candidate nearest to `word` by edit distance, if near enough to be a typing mistake; for error hints.
template <class Range>
std::optional<std::string_view> nearest(std::string_view word, const Range& candidates);

/// Edit distance (insert, delete, replace, swap of neighbours), in bytes.
std::size_t edit_distance(std::string_view a, std::string_view b);

template <class Range>
std::optional<std::string_view> nearest(std::string_view word, const Range& candidates) {
  std::optional<std::string_view> best;
  std::size_t best_distance = word.size() / 3 + 2;  // farther is another word, not a mistake
  for (std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace veche::base

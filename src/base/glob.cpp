#include "base/glob.h"

#include "base/text.h"

namespace veche::base {
namespace {

std::string_view first_character(std::string_view text) {
  return text.substr(0, first_code_point_bytes(text));
}

/// Takes what matches exactly one character off `pattern`, and says whether it matches `character`.
bool take_one(std::string_view& pattern, std::string_view character) {
  if (pattern.front() == '?') {
    pattern.remove_prefix(1);
    return true;
  }
  if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
  const std::string_view letter = first_character(pattern);
  pattern.remove_prefix(letter.size());
  return letter == character;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
  // Only the last star is tried again, with one character more: what an earlier one could take more, the last
  // one can take too.
  bool star = false;
  std::string_view pattern_behind_star;
  std::string_view text_behind_star;
  while (!text.empty()) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      if (pattern.empty()) return true;
      star = true;
      pattern_behind_star = pattern;
      text_behind_star = text;
      continue;
    }
    const std::string_view character = first_character(text);
    if (!pattern.empty() && take_one(pattern, character)) {
      text.remove_prefix(character.size());
      continue;
    }
    if (!star) return false;
    text_behind_star.remove_prefix(first_code_point_bytes(text_behind_star));
    pattern = pattern_behind_star;
    text = text_behind_star;
  }
  return pattern.find_first_not_of('*') == pattern.npos;
}

}  // namespace veche::base

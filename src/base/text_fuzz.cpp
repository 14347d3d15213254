// Any bytes: UTF-8 is told as utf8proc tells it, and normal forms are normal once and for all.
#include "base/check.h"
#include "base/text.h"

#include <utf8proc.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace veche::base;

struct Walk {
  bool valid = true;
  std::size_t code_points = 0;
};

Walk walk(std::string_view text) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
  std::size_t size = text.size();
  Walk result;
  while (size > 0) {
    utf8proc_int32_t code_point = 0;
    const utf8proc_ssize_t bytes = utf8proc_iterate(data, static_cast<utf8proc_ssize_t>(size), &code_point);
    if (bytes <= 0) return {false, 0};
    ++result.code_points;
    data += bytes;
    size -= static_cast<std::size_t>(bytes);
  }
  return result;
}

void check_valid(std::string_view text, const Walk& walked) {
  check(code_points(text) == walked.code_points, "code points are counted");

  const auto composed = nfc(text);
  check(composed && is_utf8(*composed), "valid UTF-8 has a normal form");
  check(nfc(*composed) == composed, "the normal form of a normal form is itself");

  const auto folded = casefold(text);
  check(folded && is_utf8(*folded), "valid UTF-8 can be folded");
  check(casefold(*folded) == folded, "folded once is folded");
  check(nfc(*folded) == folded, "folded text is in normal form");
  check(casefold(*composed) == folded, "canonically equal texts fold alike");

  const std::string shown = printable(text);
  check(is_utf8(shown) && printable(shown) == shown, "printable text is printable");
  check(shown.find_first_of("\x1b\r\n\x7f") == std::string::npos, "no control reaches the terminal");
}

void check_any(std::string_view text) {
  const Walk walked = walk(text);
  check(is_utf8(text) == walked.valid, "is_utf8 agrees with utf8proc");
  if (walked.valid) {
    check_valid(text, walked);
  } else {
    check(!nfc(text) && !casefold(text), "what is not UTF-8 has no form");
    printable(text);
  }
  has_unseen(text);
  starts_with_mark(text);
}

void check_words(std::string_view text) {
  const FirstWord split = split_word(text);
  check(split.word.find_first_of(" \t") == std::string_view::npos, "a word has no blanks");
  check(trim(split.rest) == split.rest, "the rest is trimmed");
  const std::string_view left = text.substr(0, text.size() / 2 % 64);
  const std::string_view right = text.substr(text.size() / 2).substr(0, 64);
  check(edit_distance(left, right) == edit_distance(right, left), "distance is the same both ways");
  check((edit_distance(left, right) == 0) == (left == right), "only the same is at no distance");
}

/// Two bytes each as a code point of the first plane: random bytes alone seldom make letters and marks that
/// meet.
std::string as_code_points(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const auto code_point = static_cast<utf8proc_int32_t>(static_cast<std::uint8_t>(bytes[i]) << 8 |
                                                          static_cast<std::uint8_t>(bytes[i + 1]));
    if (!utf8proc_codepoint_valid(code_point)) continue;
    utf8proc_uint8_t encoded[4];
    const utf8proc_ssize_t size = utf8proc_encode_char(code_point, encoded);
    text.append(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_any(text);
  check_words(text);
  const std::string letters = as_code_points(text);
  check(is_utf8(letters), "encoded code points are UTF-8");
  check_any(letters);
  return 0;
}

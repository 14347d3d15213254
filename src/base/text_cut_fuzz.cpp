// Any bytes in pieces of any size: bounded, none empty, together the text; of UTF-8, UTF-8 again.
#include "base/check.h"
#include "base/text.h"
#include "base/text_cut.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace veche::base;

void check_text(std::string_view text, std::size_t max_bytes) {
  const bool valid = is_utf8(text);
  const std::size_t floor = utf8_floor(text, max_bytes);
  check(floor <= std::min(text.size(), max_bytes), "what fits, fits");
  check(floor + 3 >= std::min(text.size(), max_bytes), "no more than part of a code point is left out");
  check(!valid || is_utf8(text.substr(0, floor)), "no code point is cut");

  std::string together;
  for (std::string_view rest = text; !rest.empty();) {
    const bool last = rest.size() <= std::max(max_bytes, kChunkBytesMin);
    const std::string_view chunk = next_chunk(rest, max_bytes);
    check(!chunk.empty() && chunk.size() <= std::max(max_bytes, kChunkBytesMin), "a chunk is bounded");
    check(last == rest.empty(), "what fits is not cut");
    check(chunk.size() * 5 + 20 >= max_bytes * 4 || last, "at most the last fifth is left to the next");
    check(!valid || is_utf8(chunk), "no chunk ends within a code point");
    together += chunk;
  }
  check(together == text, "the chunks are the text");
}

/// Letters, marks, emoji and spaces that meet.
std::string as_characters(std::string_view bytes) {
  static constexpr std::string_view kParts[] = {"a",      "ж",          " ",      "e\u0301",    "\u0301",
                                                "\u200D", "\U0001F468", "\uFE0F", "\U0001F1FA", "€"};
  std::string text;
  for (const char c : bytes) text += kParts[static_cast<unsigned char>(c) % std::size(kParts)];
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_text(bytes, data[0]);
  check_text(as_characters(bytes), data[0]);
  return 0;
}

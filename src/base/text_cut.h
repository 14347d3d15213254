// Long text in pieces of a bounded number of bytes, cut where a reader does not mind. Pure functions; any
// thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace veche::base {

/// How many bytes of `text` fit into `max_bytes` without part of a code point. Bytes that are not UTF-8 are
/// cut where they stand.
std::size_t utf8_floor(std::string_view text, std::size_t max_bytes);

/// A code point's bytes: there is no smaller piece.
inline constexpr std::size_t kChunkBytesMin = 4;

/// Takes the next piece of at most `max_bytes` (less than kChunkBytesMin counts as that) off `text`: it ends
/// behind a space in the piece's last fifth, else between characters as people see them (Unicode UAX #29: a
/// letter and its marks, an emoji sequence), else, where one of them is longer than that fifth, between code
/// points. The pieces together are the text, and none is empty unless the text is.
std::string_view next_chunk(std::string_view& text, std::size_t max_bytes);

}  // namespace veche::base

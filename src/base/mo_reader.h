// Reads a compiled gettext catalog (.mo) in place. The format (GNU gettext manual, "MO Files"): a header of
// seven 32-bit numbers, in the byte order of the machine that wrote it:
//
//   0x950412de  revision  N  at-of-originals  at-of-translations  hash-size  at-of-hash
//
// then two tables of N (length, offset) pairs, and the strings, each ended by a NUL that its length leaves
// out. The originals are sorted, so a binary search finds a key (the hash table is ignored: a catalog has a
// few hundred strings). The key of a plural is "one NUL many", its value all forms with NULs between. The
// value of the empty key is the catalog's own header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace veche::base {

/// A view of a catalog's bytes, which must outlive it. Immutable; any thread. A malformed catalog reads as
/// empty: a person then sees English, which is better than a server that does not start.
class MoReader {
 public:
  MoReader() = default;
  /// Checks every offset once, so that lookups need not.
  explicit MoReader(std::span<const unsigned char> bytes);

  struct Entry {
    std::string_view original;     ///< the key; of a plural, the one thing
    std::string_view translation;  ///< all forms, with NULs between
  };

  std::size_t size() const { return count_; }
  /// The entries in the order of their keys; `index` below size().
  Entry entry(std::size_t index) const;

  /// What `key` is translated to, all forms with NULs between; empty if it is not there.
  std::string_view find(std::string_view key) const;
  /// Form `form` (0-based) of what `key` is translated to; empty if there is none.
  std::string_view find_form(std::string_view key, int form) const;

 private:
  std::uint32_t number(std::size_t at) const;
  bool holds_string(std::size_t table, std::size_t index) const;
  std::string_view string(std::size_t table, std::size_t index) const;
  bool well_formed();

  std::span<const unsigned char> bytes_;
  bool swapped_ = false;
  std::size_t count_ = 0;
  std::size_t originals_ = 0;
  std::size_t translations_ = 0;
};

}  // namespace veche::base

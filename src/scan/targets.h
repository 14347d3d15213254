// Which hosts to scan: from what people write to a walk over addresses, in two steps, since names are looked
// up in between (net/resolver.h). Neither step does I/O. A network is walked lazily: a /8 takes no more
// memory than an address.
#pragma once

#include "base/i18n.h"
#include "base/network.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veche::scan {

/// `first` to `last`, both included, of one family; `first` is not behind `last`.
struct AddressRange {
  base::AddressBits first{};
  base::AddressBits last{};

  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

/// One expression of a list of hosts: a name, or addresses.
struct TargetExpression {
  std::string name;  ///< to be looked up; empty: `range` holds what is meant
  AddressRange range;
  std::string place;  ///< of a name in a file, for complaints: `hosts.txt:3`; else empty
};

struct ParsedTargets {
  std::vector<TargetExpression> expressions;  ///< as written, at least one
  std::vector<std::string> notes;             ///< for the person: what was taken in another way than written
};

/// IPv6 networks and ranges beyond this many addresses (a /104) are refused: nobody lives to see their end.
inline constexpr std::uint64_t kV6AddressesMax = std::uint64_t{1} << 24;

/// Hosts as on the command line, separated by commas or white space: `example.org`, `192.0.2.7`, `::1`,
/// `[::1]`, `192.0.2.0/24`, `2001:db8::/120`, `192.0.2.1-20`, `192.0.2.1-192.0.2.20`,
/// `2001:db8::1-2001:db8::20`. Bits behind a prefix are allowed, with a note. The error names the part that
/// is wrong. Pure; any thread.
base::Result<ParsedTargets> parse_targets(std::string_view text, const base::Translator& t);

/// The same from a file's content, where `#` begins a comment up to the end of the line. Errors and notes
/// begin with `FILE:LINE: `; `file` is its name as it was given, "-" for standard input. Pure; any thread.
base::Result<ParsedTargets> parse_target_file(std::string_view text, std::string_view file,
                                              const base::Translator& t);

/// Addresses to scan, or a name that one address was found for (a name with several is several of them).
struct ResolvedTarget {
  std::string name;  ///< empty: written as an address
  AddressRange range;
};

/// An address to scan, and the name that it was found by.
struct Target {
  std::string name;  ///< empty: it was written as an address
  base::AddressBits address{};

  friend bool operator==(const Target&, const Target&) = default;
};

/// The addresses of all targets in the order as written, each once, where it comes first, without the
/// excluded ones. Memory and time to build grow with the number of ranges, not of addresses. Belongs to one
/// thread.
class TargetList {
 public:
  TargetList(const std::vector<ResolvedTarget>& targets, const std::vector<AddressRange>& excluded);

  /// Number of addresses, whether they were walked or not; 2^64 - 1 stands for that and more.
  std::uint64_t size() const { return size_; }
  /// Number of addresses that next() has yet to give, if size() is exact.
  std::uint64_t left() const;

  /// The next address; nothing at the end.
  std::optional<Target> next();

  /// Makes `address` the next, from wherever the walk stands. False, and nothing changes, if it is not among
  /// them.
  bool start_at(const base::AddressBits& address);

 private:
  struct Piece {
    std::string name;
    AddressRange range;
    std::uint64_t in_front;  // addresses of the pieces before this one
  };

  std::vector<Piece> pieces_;  // disjoint
  std::size_t piece_ = 0;      // where next() is; pieces_.size() at the end
  base::AddressBits at_{};     // the next one, inside that piece
  std::uint64_t size_ = 0;
};

}  // namespace veche::scan

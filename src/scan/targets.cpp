#include "scan/targets.h"

#include "base/check.h"
#include "net/address.h"
#include "net/network_text.h"
#include "net/resolver.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <utility>

namespace veche::scan {
namespace {

using base::AddressBits;
using base::Error;
using base::Network;
using base::Result;
using base::Translator;

constexpr std::uint64_t kCountMax = std::numeric_limits<std::uint64_t>::max();
constexpr unsigned kMappedPrefix = 96;   // in front of the 32 bits of IPv4
constexpr std::size_t kShownBytes = 60;  // of a part, in a complaint
constexpr std::string_view kSeparators = ", \t\n\v\f\r";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// False at the last address of all, which stays.
bool increment(AddressBits& bits) {
  AddressBits sum = bits;
  for (std::size_t i = sum.size(); i-- > 0;) {
    if (++sum[i] != 0) {
      bits = sum;
      return true;
    }
  }
  return false;
}

/// Not called for the first address of all.
AddressBits before(AddressBits bits) {
  for (std::size_t i = bits.size(); i-- > 0;) {
    if (bits[i]-- != 0) break;
  }
  return bits;
}

std::uint64_t half(const AddressBits& bits, std::size_t from) {
  std::uint64_t value = 0;
  for (std::size_t i = from; i < from + 8; ++i) value = value << 8 | bits[i];
  return value;
}

/// Number of addresses in `range`, saturating.
std::uint64_t count_of(const AddressRange& range) {
  const std::uint64_t low_first = half(range.first, 8), low_last = half(range.last, 8);
  const std::uint64_t borrow = low_last < low_first ? 1 : 0;
  const std::uint64_t high = half(range.last, 0) - half(range.first, 0) - borrow;
  const std::uint64_t low = low_last - low_first;
  return high != 0 || low == kCountMax ? kCountMax : low + 1;
}

std::uint64_t add_saturating(std::uint64_t a, std::uint64_t b) {
  return a > kCountMax - b ? kCountMax : a + b;
}

/// All addresses of a network. In IPv4 also the first and the last one: a /31 has no others (RFC 3021), a
/// host may well have the .0 or .255 of a larger network, and what is not wanted can be excluded.
AddressRange range_of(const Network& network) {
  AddressRange range{network.bits, network.bits};
  for (unsigned bit = network.prefix; bit < 128; ++bit) {
    range.last[bit / 8] |= static_cast<std::uint8_t>(0x80 >> bit % 8);
  }
  return range;
}

std::optional<unsigned> number(std::string_view digits, unsigned max) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || value > max) return std::nullopt;
  return value;
}

std::string how_to_write(const Translator& t) {
  return t("write it like example.org, 192.0.2.7, 192.0.2.0/24, 192.0.2.1-20 or 2001:db8::7");
}

/// One part of a list of hosts.
class PartParser {
 public:
  PartParser(std::string_view part, std::string place, const Translator& t)
      : part_(part), place_(std::move(place)), t_(t) {}

  Result<TargetExpression> parse() {
    if (part_.find("://") != part_.npos) return url();
    if (part_.find('%') != part_.npos && part_.find(':') != part_.npos) {
      return fail(t_("an interface cannot be chosen here"), t_("leave % and what follows it out"));
    }
    if (part_.find('/') != part_.npos) return network();
    if (const auto dash = dash_of_range()) return range(part_.substr(0, *dash), part_.substr(*dash + 1));
    if (const auto address = address_of(part_)) return expression({*address, *address});
    return name();
  }

  /// Something to be told about a part that is good.
  const std::optional<std::string>& note() const { return note_; }

 private:
  tl::unexpected<Error> url() const {
    const std::string_view behind = part_.substr(part_.find("://") + 3);
    const std::string_view host = behind.substr(0, behind.find_first_of("/:?"));
    return fail(t_("a URL is not a host"), host.empty() ? how_to_write(t_) : t_("did you mean {}?", host));
  }

  Result<TargetExpression> network() {
    const std::size_t slash = part_.find('/');
    const auto address = address_of(part_.substr(0, slash));
    if (!address) {
      return fail(t_("what stands before / is not an address"),
                  t_("write a network like 192.0.2.0/24 or 2001:db8::/120"));
    }
    const unsigned shift = base::is_v4(*address) ? kMappedPrefix : 0;
    const auto prefix = number(part_.substr(slash + 1), 128 - shift);
    if (!prefix) return fail(t_("the prefix must be a number from 0 to {}", 128 - shift));

    Network network{*address, static_cast<std::uint8_t>(*prefix + shift)};
    network.bits = Network::masked(*address, network.prefix);
    const AddressRange range = range_of(network);
    if (is_too_large(range)) return too_large();
    if (network.bits != *address) {
      note_ = with_place(t_("{}: scanning the whole network {}", part_, net::network_text(network)));
    }
    return expression(range);
  }

  /// Where the two ends of a range meet. A name may have dashes too; no part of it is an address, though,
  /// unless letters follow: `192.0.2.7-dsl.example.org`.
  std::optional<std::size_t> dash_of_range() const {
    const std::size_t dash = part_.find('-');
    if (dash == part_.npos || !address_of(part_.substr(0, dash))) return std::nullopt;
    const std::string_view last = part_.substr(dash + 1);
    if (last.find_first_not_of("0123456789.") != last.npos && last.find(':') == last.npos)
      return std::nullopt;
    return dash;
  }

  Result<TargetExpression> range(std::string_view first_text, std::string_view last_text) {
    const AddressBits first = *address_of(first_text);
    auto last = address_of(last_text);
    const bool is_short = !last && base::is_v4(first) && !last_text.empty() &&
                          last_text.find_first_not_of(kDigits) == last_text.npos;
    if (is_short) {
      const auto byte = number(last_text, 255);
      if (!byte)
        return fail(t_("a range ends at 255 at most"), t_("did you mean {}?", short_range(first, 255)));
      last = first;
      last->back() = static_cast<std::uint8_t>(*byte);
    }
    if (!last || base::is_v4(first) != base::is_v4(*last)) {
      return fail(t_("not a range of addresses"),
                  t_("write it like 192.0.2.1-20, 192.0.2.1-192.0.2.20 or 2001:db8::1-2001:db8::20"));
    }
    if (*last < first) {
      const std::string turned = is_short ? short_range(*last, first.back())
                                          : base::address_text(*last) + '-' + base::address_text(first);
      return fail(t_("the range is upside down"), t_("did you mean {}?", turned));
    }
    const AddressRange range{first, *last};
    if (is_too_large(range)) return too_large();
    return expression(range);
  }

  Result<TargetExpression> name() const {
    // getaddrinfo would take "10" for 0.0.0.10 and "192.0.2" for 192.0.0.2 (inet_aton), which nobody means.
    if (part_.find_first_not_of("0123456789.*-") == part_.npos) {
      const bool is_port = number(part_, std::numeric_limits<std::uint16_t>::max()).value_or(0) != 0;
      return fail(t_("not an IPv4 or IPv6 address"),
                  is_port ? t_("for a port: -p {}", part_) : how_to_write(t_));
    }
    const auto host = net::parse_host_port(part_, t_);
    if (!host || part_.front() == '-') return fail(t_("neither a name nor an address"), how_to_write(t_));
    if (host->port) {
      return fail(t_("a port does not belong here"),
                  t_("did you mean {}?", fmt::format("{} -p {}", host->host, *host->port)));
    }
    return TargetExpression{host->host, {}, place_};
  }

  /// Numbers only; an IPv6 address may have brackets.
  static std::optional<AddressBits> address_of(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
      text = text.substr(1, text.size() - 2);
      if (text.find(':') == text.npos) return std::nullopt;
    }
    const auto address = net::Address::parse(text, 0);
    if (!address) return std::nullopt;
    return address->bits();
  }

  static bool is_too_large(const AddressRange& range) {
    return !base::is_v4(range.first) && count_of(range) > kV6AddressesMax;
  }

  /// `192.0.2.1-20`.
  static std::string short_range(const AddressBits& first, unsigned last) {
    return fmt::format("{}-{}", base::address_text(first), last);
  }

  static TargetExpression expression(const AddressRange& range) { return {{}, range, {}}; }

  tl::unexpected<Error> too_large() const {
    return fail(t_("too many addresses to scan"), t_("a /104 is the largest IPv6 network"));
  }
  tl::unexpected<Error> fail(std::string why, std::string hint = {}) const {
    std::size_t end = std::min(part_.size(), kShownBytes);
    while (end > 0 && end < part_.size() && (part_[end] & 0xc0) == 0x80) --end;  // whole code points
    const std::string shown = std::string(part_.substr(0, end)) + (end < part_.size() ? "..." : "");
    return base::fail(with_place(t_("host '{}'", shown)), std::move(why), std::move(hint));
  }
  std::string with_place(std::string text) const { return place_.empty() ? text : place_ + ": " + text; }

  const std::string_view part_;
  const std::string place_;
  const Translator& t_;
  std::optional<std::string> note_;
};

/// Adds what the hosts in `text` are. An empty part is no mistake: lists are put together from pieces.
Result<> add_parts(ParsedTargets& to, std::string_view text, const std::string& place, const Translator& t) {
  for (;;) {
    const std::size_t begin = text.find_first_not_of(kSeparators);
    if (begin == text.npos) return {};
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(kSeparators), text.size());
    PartParser parser(text.substr(0, end), place, t);
    auto expression = parser.parse();
    if (!expression) return tl::unexpected(std::move(expression.error()));
    to.expressions.push_back(std::move(*expression));
    if (parser.note()) to.notes.push_back(*parser.note());
    text.remove_prefix(end);
  }
}

/// Addresses that are spoken for, as disjoint ranges.
class Taken {
 public:
  /// Takes the range, and gives what was free of it, ascending. Over all calls, linear in their number but
  /// for the map's logarithm.
  std::vector<AddressRange> take(AddressRange range) {
    base::check(range.first <= range.last, "a range of addresses is not upside down");
    std::vector<AddressRange> free;
    AddressBits begin = range.first;  // of what may still be free
    bool is_past = false;
    auto at = by_first_.upper_bound(range.first);
    if (at != by_first_.begin() && std::prev(at)->second >= range.first) --at;
    while (at != by_first_.end() && at->first <= range.last) {
      if (begin < at->first) free.push_back({begin, before(at->first)});
      begin = at->second;
      is_past = !increment(begin) || at->second >= range.last;
      range.first = std::min(range.first, at->first);
      range.last = std::max(range.last, at->second);
      at = by_first_.erase(at);
    }
    if (!is_past) free.push_back({begin, range.last});
    by_first_.emplace(range.first, range.last);
    return free;
  }

 private:
  std::map<AddressBits, AddressBits> by_first_;  // the last address of each
};

}  // namespace

Result<ParsedTargets> parse_targets(std::string_view text, const Translator& t) {
  ParsedTargets parsed;
  const auto added = add_parts(parsed, text, {}, t);
  if (!added) return tl::unexpected(added.error());
  if (parsed.expressions.empty()) {
    return base::fail(t("host '{}'", text), t("no host is given"), how_to_write(t));
  }
  return parsed;
}

Result<ParsedTargets> parse_target_file(std::string_view text, std::string_view file, const Translator& t) {
  const std::string shown = file == "-" ? t("standard input") : std::string(file);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  ParsedTargets parsed;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const auto added =
        add_parts(parsed, line.substr(0, line.find('#')), fmt::format("{}:{}", shown, number), t);
    if (!added) return tl::unexpected(added.error());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (parsed.expressions.empty()) return base::fail(shown, t("there is no host in it"));
  return parsed;
}

TargetList::TargetList(const std::vector<ResolvedTarget>& targets,
                       const std::vector<AddressRange>& excluded) {
  Taken taken;
  for (const AddressRange& range : excluded) taken.take(range);
  for (const ResolvedTarget& target : targets) {
    for (const AddressRange& range : taken.take(target.range)) {
      pieces_.push_back({target.name, range, size_});
      size_ = add_saturating(size_, count_of(range));
    }
  }
  if (!pieces_.empty()) at_ = pieces_.front().range.first;
}

std::uint64_t TargetList::left() const {
  if (piece_ == pieces_.size()) return 0;
  const Piece& piece = pieces_[piece_];
  return size_ - add_saturating(piece.in_front, count_of({piece.range.first, at_}) - 1);
}

std::optional<Target> TargetList::next() {
  if (piece_ == pieces_.size()) return std::nullopt;
  const Piece& piece = pieces_[piece_];
  Target target{piece.name, at_};
  if (at_ != piece.range.last) {
    increment(at_);
  } else if (++piece_ != pieces_.size()) {
    at_ = pieces_[piece_].range.first;
  }
  return target;
}

bool TargetList::start_at(const AddressBits& address) {
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    if (address < pieces_[i].range.first || pieces_[i].range.last < address) continue;
    piece_ = i;
    at_ = address;
    return true;
  }
  return false;
}

}  // namespace veche::scan

#include "scan/port_list.h"

#include "base/text.h"
#include "scan/services.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

namespace veche::scan {
namespace {

using base::Error;
using base::Result;
using base::Translator;

constexpr unsigned kPortMax = std::numeric_limits<std::uint16_t>::max();

/// From the parts of a list to its ports.
class PortListParser {
 public:
  explicit PortListParser(const Translator& t) : t_(t) {}

  Result<std::vector<std::uint16_t>> parse(std::string_view text) {
    for (std::string_view rest = text;;) {
      const std::size_t comma = rest.find(',');
      const std::string_view part = base::trim(rest.substr(0, comma));
      if (part.empty() && base::trim(text).empty()) return fail(t_("no port is given"), how_to_write());
      if (part.empty()) {
        return base::fail(t_("ports '{}'", text), t_("nothing stands beside a comma"), how_to_write());
      }
      const auto added = add(part);
      if (!added) return tl::unexpected(added.error());
      if (comma == rest.npos) break;
      rest.remove_prefix(comma + 1);
    }
    return ports();
  }

 private:
  Result<> add(std::string_view part) {
    part_ = part;
    if (part.find_first_not_of("0123456789-") != part.npos) return add_service();
    const std::size_t dash = part.find('-');
    if (dash == part.npos) {
      const auto port = number(part);
      if (!port) return out_of_range(part);
      wanted_.push_back({*port, *port});
      return {};
    }
    const std::string_view first = part.substr(0, dash);
    const std::string_view last = part.substr(dash + 1);
    if (last.find('-') != last.npos) return fail(t_("not a range of ports"), how_to_write());
    return add_range(first, last);
  }

  Result<> add_range(std::string_view first_digits, std::string_view last_digits) {
    const auto first = first_digits.empty() ? 1u : number(first_digits);
    const auto last = last_digits.empty() ? kPortMax : number(last_digits);
    if (!first) return out_of_range(first_digits);
    if (!last) {  // a number that is too large leaves no doubt about what was meant
      const bool is_zero = last_digits.find_first_not_of('0') == last_digits.npos;
      return out_of_range(last_digits, is_zero ? "" : did_you_mean(fmt::format("{}-{}", *first, kPortMax)));
    }
    if (*first > *last) {
      return fail(t_("the range is upside down"), did_you_mean(fmt::format("{}-{}", *last, *first)));
    }
    wanted_.push_back({*first, *last});
    return {};
  }

  Result<> add_service() {
    const auto ports = service_ports(part_);
    if (ports) {
      for (const std::uint16_t port : *ports) wanted_.push_back({port, port});
      return {};
    }
    if (part_.find_first_of(" \t") != part_.npos) return with_spaces();
    const auto near = nearest_service(part_);
    return fail(t_("no service of this name is known"), near ? did_you_mean(*near) : how_to_write());
  }

  /// "22 80" was meant as a list, "22 - 80" as a range.
  tl::unexpected<Error> with_spaces() const {
    std::string meant;
    for (std::string_view rest = part_; !rest.empty();) {
      const auto [word, behind] = base::split_word(rest);
      const bool is_joined = meant.empty() || meant.back() == '-' || word.front() == '-';
      meant.append(is_joined ? "" : ",").append(word);
      rest = behind;
    }
    return fail(t_("spaces may stand around commas only"), did_you_mean(meant));
  }

  std::vector<std::uint16_t> ports() {
    std::sort(wanted_.begin(), wanted_.end());
    std::vector<std::uint16_t> ports;
    unsigned next = 1;  // all below are in `ports` if they are wanted
    for (const auto& [first, last] : wanted_) {
      for (next = std::max(next, first); next <= last; ++next) {
        ports.push_back(static_cast<std::uint16_t>(next));
      }
    }
    return ports;
  }

  /// 1 to 65535; nothing if it is beyond. `digits` are digits.
  static std::optional<unsigned> number(std::string_view digits) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || value == 0 || value > kPortMax) return std::nullopt;
    return value;
  }

  tl::unexpected<Error> out_of_range(std::string_view digits, std::string hint = {}) const {
    return base::fail(t_("port '{}'", digits), t_("must be a number from 1 to 65535"), std::move(hint));
  }
  tl::unexpected<Error> fail(std::string why, std::string hint) const {
    return base::fail(t_("ports '{}'", part_), std::move(why), std::move(hint));
  }
  std::string did_you_mean(std::string_view what) const { return t_("did you mean {}?", what); }
  std::string how_to_write() const {
    return t_("write it like 22,80,8000-8100, a single - for all, or a service like https");
  }

  const Translator& t_;
  std::string_view part_;                              // the one at hand
  std::vector<std::pair<unsigned, unsigned>> wanted_;  // first and last port of each
};

}  // namespace

Result<std::vector<std::uint16_t>> parse_ports(std::string_view text, const Translator& t) {
  return PortListParser(t).parse(text);
}

std::vector<std::uint16_t> all_ports() {
  std::vector<std::uint16_t> ports(kPortMax);
  std::iota(ports.begin(), ports.end(), std::uint16_t{1});
  return ports;
}

Result<std::vector<std::uint16_t>> top_ports(std::size_t count, const Translator& t) {
  const auto known = services();
  if (count == 0 || count > known.size()) {
    return base::fail(fmt::format("--top {}", count), t("must be a number from {} to {}", 1, known.size()),
                      count == 0 ? "" : t("-p - scans all ports"));
  }
  std::vector<std::uint16_t> ports;
  for (const Service& service : known.first(count)) ports.push_back(service.port);
  std::sort(ports.begin(), ports.end());
  return ports;
}

}  // namespace veche::scan

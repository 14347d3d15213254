// Any text as hosts and exclusions: what is read is ranges of one family and names; the walk over them gives
// each address once, in as many steps as it said, none that is excluded, and starts wherever it is told.
#include "base/check.h"
#include "scan/targets.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>

namespace {

using namespace veche;
using base::check;

constexpr std::size_t kStepsMax = 2000;

std::vector<scan::TargetExpression> read(const base::Result<scan::ParsedTargets>& parsed) {
  if (!parsed) {
    check(!parsed.error().what.empty() && !parsed.error().why.empty(), "an error has words");
    return {};
  }
  check(!parsed->expressions.empty(), "there is a host");
  for (const scan::TargetExpression& expression : parsed->expressions) {
    const auto& [first, last] = expression.range;
    check(first <= last && base::is_v4(first) == base::is_v4(last), "a range is one");
    check(expression.name.empty() || last == base::AddressBits{}, "a name or a range");
  }
  return parsed->expressions;
}

bool contains(const scan::AddressRange& range, const base::AddressBits& address) {
  return range.first <= address && address <= range.last;
}

}  // namespace

/// Hosts up to the first NUL, exclusions behind it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const base::Translator t(base::kLanguages[size % std::size(base::kLanguages)]);
  const std::size_t nul = std::min(text.find('\0'), text.size());
  const std::string hosts = text.substr(0, nul);

  std::vector<scan::ResolvedTarget> targets;
  for (const auto& expression : read(scan::parse_targets(hosts, t))) {
    // Without a name server, every name is where its first bytes say.
    scan::AddressRange range = expression.range;
    if (!expression.name.empty())
      range.last[15] = range.first[15] = static_cast<std::uint8_t>(expression.name[0]);
    targets.push_back({expression.name, range});
  }
  read(scan::parse_target_file(hosts, "-", t));
  std::vector<scan::AddressRange> excluded;
  for (const auto& expression : read(scan::parse_targets(text.substr(std::min(nul + 1, size)), t))) {
    excluded.push_back(expression.range);
  }

  scan::TargetList list(targets, excluded);
  std::set<base::AddressBits> seen;
  std::optional<scan::Target> last;
  for (std::size_t step = 0; step < kStepsMax; ++step) {
    check(list.left() == list.size() - step, "every step is counted");
    const auto target = list.next();
    if (!target) {
      check(step == list.size(), "as many as it said");
      break;
    }
    check(seen.insert(target->address).second, "each address once");
    for (const scan::AddressRange& range : excluded)
      check(!contains(range, target->address), "none excluded");
    bool is_wanted = false;
    for (const auto& wanted : targets) is_wanted |= contains(wanted.range, target->address);
    check(is_wanted, "only what was asked for");
    last = target;
  }
  if (last) {
    check(list.start_at(last->address) && list.next() == last, "it starts where it is told");
  }
  return 0;
}

// From the hosts that people wrote to addresses: looks up the names among them, several at a time.
#pragma once

#include "base/i18n.h"
#include "base/result.h"
#include "scan/targets.h"

#include <string>
#include <vector>

namespace veche::scan {

struct ResolvedTargets {
  std::vector<ResolvedTarget> targets;  ///< in the order of the expressions
  std::vector<std::string> notes;       ///< a name has more addresses than the one that is taken
  std::vector<base::Error> errors;      ///< of names that were not found
};

/// Of a name's addresses the first counts, in the system's order of preference (RFC 6724); but of loopback's
/// the IPv4 one, where local services listen. Blocks, for seconds if a name server is silent, or until
/// `stop_fd` is readable.
ResolvedTargets resolve_targets(const std::vector<TargetExpression>& expressions, int stop_fd,
                                const base::Translator& t);
/// All addresses of all names: what is to be left out.
base::Result<std::vector<AddressRange>> resolve_excluded(const std::vector<TargetExpression>& expressions,
                                                         int stop_fd, const base::Translator& t);

}  // namespace veche::scan

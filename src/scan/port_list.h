// Which ports to scan, as people write it: `22,80,8000-8100`, `-` for all, `-100`, `60000-`, `https`. Pure
// functions; any thread.
#pragma once

#include "base/i18n.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace veche::scan {

/// What -p is given: ports, ranges (an end left out is 1 or 65535) and names of services (scan/services.h),
/// separated by commas, with spaces around these. Gives the ports ascending, each once, at least one. The
/// error names the part that is wrong and what would be right.
base::Result<std::vector<std::uint16_t>> parse_ports(std::string_view text, const base::Translator& t);

/// 1 to 65535.
std::vector<std::uint16_t> all_ports();

/// The `count` ports most often found open, ascending; 1 to services().size().
base::Result<std::vector<std::uint16_t>> top_ports(std::size_t count, const base::Translator& t);

}  // namespace veche::scan

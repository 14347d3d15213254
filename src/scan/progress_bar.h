// The progress of a scan as one line of a terminal. Pure: terminal_output.h is what shows it.
#pragma once

#include "base/i18n.h"
#include "scan/report.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace veche::scan {

/// Ports a second, smoothed over about the last two seconds: what an estimate of the time left can be made
/// of. Lives on one thread.
class RateMeter {
 public:
  /// As often as there is news; the time is `progress.elapsed`.
  void add(const Progress& progress);
  /// Nothing in the first 200 ms, which tell too little.
  std::optional<double> ports_per_s() const;

 private:
  std::uint64_t decided_ = 0;
  std::chrono::nanoseconds elapsed_{};
  double average_ = 0;
  double weight_ = 0;  // that `average_` has of what it will be: it begins with nothing
};

struct BarLook {
  int columns = 80;        ///< never more than these are taken
  bool has_blocks = true;  ///< Unicode's blocks and dash; else '#', '.' and '-'
};

/// "██████░░░░░░  52%  host 3 of 256  31,245 ports/s  3 open  0:04 left". Where that is too wide, the bar
/// shrinks, and then are left out: the host, the rate, the open ports, the bar, the time left; at last all.
std::string render_bar(const Progress& progress, std::optional<double> ports_per_s, const BarLook& look,
                       const base::Translator& t);

/// Columns of a terminal that valid UTF-8 without controls takes.
int columns_of(std::string_view utf8);

}  // namespace veche::scan

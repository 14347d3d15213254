// Tells of a scan while it goes on: the first host that is not told of yet, port by port as soon as all lower
// ones are decided, then the next. Lives on one thread, beside the scan's own.
#pragma once

#include "base/clock.h"
#include "base/i18n.h"
#include "scan/report.h"
#include "scan/report_writer.h"
#include "scan/scanner.h"
#include "scan/summary.h"
#include "scan/terminal_output.h"

#include <cstddef>
#include <memory>
#include <string>

namespace veche::scan {

struct TellOptions {
  bool wants_all = false;     ///< closed and filtered ports too
  bool has_summaries = true;  ///< at the end, on the error stream
};

enum class ScanEnd : std::uint8_t {
  found,    ///< something is open
  nothing,  ///< nothing is
  failed,   ///< a host could not be scanned, the output takes no more, or the person has ended it
};

class Teller {
 public:
  Teller(Scanner& scanner, ReportWriter& writer, TerminalOutput& output, const TellOptions& options,
         const base::Translator& t, base::MonoTime now);

  /// Tells what there is to tell by now. False: the output takes no more, and there is no point in going on.
  bool tell(base::MonoTime now);
  /// Everything is decided, or the scan was stopped (`interrupted`): tells the rest, and where to go on.
  ScanEnd end(bool interrupted, base::MonoTime now);

 private:
  bool tell_host(HostScan& host, base::MonoTime now);
  void tell_ports(const HostScan& host, bool skip_undecided);
  void end_host(const HostScan& host, bool interrupted, base::MonoTime now);
  std::string point_to_go_on();
  Progress progress(base::MonoTime now) const;

  Scanner& scanner_;
  ReportWriter& writer_;
  TerminalOutput& output_;
  const TellOptions options_;
  const base::Translator t_;
  const base::MonoTime started_;

  bool is_begun_ = false;       // the host at the front
  std::size_t next_index_ = 0;  // of its ports
  Totals totals_;
  HostSummary last_;
};

/// Runs the scan to its end, or until `stop_fd` is readable.
ScanEnd run_scan(Scanner& scanner, Teller& teller, int stop_fd);

}  // namespace veche::scan

#include "cli/bench_scan_command.h"

#include "cli/exit_code.h"
#include "scan/plan.h"
#include "scan/scan_rounds.h"

#include <algorithm>

namespace veche::cli {

int run_bench_scan(const ScanBenchOptions& options) {
  const scan::ScanRoundsOptions bench{.rounds = options.rounds.value_or(5),
                                      .threads = options.threads.value_or(scan::usual_threads())};
  if (bench.rounds == 0) return report({"--rounds", "must be more than 0", ""}, kUsage);
  if (bench.threads == 0) return report({"--threads", "must be more than 0", ""}, kUsage);
  const auto rounds = scan::run_scan_rounds(bench);
  if (!rounds) return report(rounds.error(), kFailed);
  if (!print(options.json ? scan::rounds_json(*rounds) : scan::rounds_text(*rounds))) return kFailed;
  const bool is_exact = std::all_of(rounds->begin(), rounds->end(), [](const scan::ScanRound& round) {
    return round.missed == 0 && round.invented == 0 && round.filtered == 0;
  });
  return is_exact ? kDone : kFailed;
}

}  // namespace veche::cli

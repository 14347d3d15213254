#include "scan/summary.h"

#include "scan/words.h"

#include <fmt/core.h>

#include <algorithm>

namespace veche::scan {
namespace {

using base::Translator;

struct Counts {
  std::uint64_t ports, open, closed, filtered;
};

std::string counts_text(const Counts& counts, std::chrono::nanoseconds duration, const Translator& t) {
  const std::uint64_t decided = counts.open + counts.closed + counts.filtered;
  const std::uint64_t undecided = counts.ports - std::min(counts.ports, decided);
  std::string text = t.plural("{1} open", "{1} open", counts.open, grouped(counts.open, t)) + ", " +
                     t.plural("{1} closed", "{1} closed", counts.closed, grouped(counts.closed, t)) + ", " +
                     t.plural("{1} filtered", "{1} filtered", counts.filtered, grouped(counts.filtered, t));
  if (undecided > 0) {
    text += ", " + t.plural("{1} not decided", "{1} not decided", undecided, grouped(undecided, t));
  }
  return t("{} in {}", text, duration_text(duration, t));
}

std::string retries_text(std::uint64_t retries, const Translator& t) {
  return t.plural("{1} retry", "{1} retries", retries, grouped(retries, t));
}

}  // namespace

void Totals::add(const HostSummary& summary) {
  ++hosts;
  if (summary.open > 0) ++hosts_with_open;
  if (summary.error) ++hosts_failed;
  ports += summary.ports;
  open += summary.open;
  closed += summary.closed;
  filtered += summary.filtered;
  retries += summary.retries;
}

std::string summary_text(const HostSummary& summary, const Translator& t) {
  std::string text;
  if (summary.error) {
    text = summary.error->text();
    if (summary.decided() == 0) return text;
    text += "; ";
  } else if (summary.filtered > 0 && summary.filtered == summary.decided() && !summary.round_trip) {
    text = t("no port answered: the host may be down or behind a firewall") + "; ";
  }
  text += counts_text({summary.ports, summary.open, summary.closed, summary.filtered}, summary.duration, t);
  text += "; " + retries_text(summary.retries, t) + ", " + t("window {}", grouped(summary.window, t));
  if (summary.round_trip) {
    const double ms = std::chrono::duration<double, std::milli>(*summary.round_trip).count();
    text += ", " + t("round trip {} ms", fmt::format("{:.2f}", ms));
  }
  return text;
}

std::string summary_text(const Totals& totals, std::chrono::nanoseconds duration, const Translator& t) {
  std::string text =
      t("{}, {} with open ports", t.plural("{1} host", "{1} hosts", totals.hosts, grouped(totals.hosts, t)),
        grouped(totals.hosts_with_open, t));
  text += "; " + counts_text({totals.ports, totals.open, totals.closed, totals.filtered}, duration, t);
  text += "; " + retries_text(totals.retries, t);
  if (totals.hosts_failed > 0) {
    text += ", " + t.plural("{1} host could not be scanned", "{1} hosts could not be scanned",
                            totals.hosts_failed, grouped(totals.hosts_failed, t));
  }
  return text;
}

}  // namespace veche::scan

#include "base/check.h"
#include "scan/report_writer.h"
#include "scan/words.h"

#include <fmt/core.h>

#include <string>

namespace veche::scan {
namespace {

std::string reason_text(Reason reason, const base::Translator& t) {
  switch (reason) {
    case Reason::no_answer:
      return t("no answer");
    case Reason::unreachable:
      return t("unreachable");
    case Reason::prohibited:
      return t("prohibited");
    case Reason::none:
    case Reason::accepted:
    case Reason::refused:
      break;  // the state says it
  }
  return {};
}

class TextWriter final : public ReportWriter {
 public:
  TextWriter(const WriterOptions& options, LineSink out, const base::Translator& t)
      : ReportWriter(std::move(out)), options_(options), t_(t) {}

  void begin_host(const HostTarget& host) override {
    if (!options_.has_several_hosts) return;
    heading_ = host.name.empty() ? host.address : fmt::format("{} ({})", in_line(host.name), host.address);
    heading_ += '\n';
    // Whether there will be anything below it is not known yet.
    if (!options_.only_open) write_heading();
  }

  void port(const PortReport& report) override {
    std::string line = state_text(report);
    for (const std::string& part :
         {std::string(report.service), reason_text(report.verdict.reason, t_), in_line(report.banner)}) {
      if (!part.empty()) line += "  " + part;
    }
    write_heading();
    write(line + '\n');
  }

  void end_host(const HostSummary&) override { heading_.clear(); }

 private:
  std::string state_text(const PortReport& report) const {
    switch (report.verdict.state) {
      case PortState::open:
        return t_("Port {} open", report.port);
      case PortState::closed:
        return t_("Port {} closed", report.port);
      case PortState::filtered:
        return t_("Port {} filtered", report.port);
      case PortState::undecided:
        break;
    }
    base::check(false, "only decided ports are reported");
    return {};
  }

  void write_heading() {
    if (!heading_.empty()) write(heading_);
    heading_.clear();
  }

  const WriterOptions options_;
  const base::Translator t_;
  std::string heading_;  // not written yet
};

}  // namespace

std::unique_ptr<ReportWriter> make_text_writer(const WriterOptions& options, LineSink out,
                                               const base::Translator& t) {
  return std::make_unique<TextWriter>(options, std::move(out), t);
}

}  // namespace veche::scan

// The lines that nmap -oG made common, so that what is written for those reads these. A banner stands where
// nmap has the version.
#include "scan/report_writer.h"
#include "scan/words.h"

#include <fmt/core.h>

#include <string>

namespace veche::scan {
namespace {

/// A field between slashes, of an entry that ends at a comma.
std::string between_slashes(std::string_view bytes) {
  std::string field = in_field(bytes);
  for (char& c : field) {
    if (c == '/') c = '|';
    if (c == ',') c = ';';
  }
  return field;
}

class GreppableWriter final : public ReportWriter {
 public:
  GreppableWriter(const WriterOptions& options, LineSink out)
      : ReportWriter(std::move(out)), options_(options) {}

  void begin_host(const HostTarget& host) override {
    host_ = fmt::format("Host: {} ({})", in_field(host.address), in_field(host.name));
    ports_.clear();
    closed_ = filtered_ = 0;
  }

  void port(const PortReport& report) override {
    ports_ += fmt::format("{}{}/{}/tcp//{}//{}/", ports_.empty() ? "\tPorts: " : ", ", report.port,
                          state_name(report.verdict.state), between_slashes(report.service),
                          between_slashes(report.banner));
    if (report.verdict.state == PortState::closed) ++closed_;
    if (report.verdict.state == PortState::filtered) ++filtered_;
  }

  void end_host(const HostSummary& summary) override {
    if (options_.only_open && summary.open == 0) return;
    write(fmt::format("{}{}\tOther: {} closed, {} filtered\n", host_, ports_, summary.closed - closed_,
                      summary.filtered - filtered_));
  }

 private:
  const WriterOptions options_;
  std::string host_;
  std::string ports_;
  std::size_t closed_ = 0;  // of these, in ports_
  std::size_t filtered_ = 0;
};

}  // namespace

std::unique_ptr<ReportWriter> make_greppable_writer(const WriterOptions& options, LineSink out) {
  return std::make_unique<GreppableWriter>(options, std::move(out));
}

}  // namespace veche::scan

#include "scan/report_writer.h"
#include "scan/words.h"

#include <fmt/core.h>

#include <string>

namespace veche::scan {
namespace {

/// RFC 4180, section 2, 5 to 7. There is no line end in it: in_field() takes them out.
std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"") == field.npos) return field;
  std::string text = "\"";
  for (const char c : field) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

class CsvWriter final : public ReportWriter {
 public:
  explicit CsvWriter(LineSink out) : ReportWriter(std::move(out)) {}

  void begin_host(const HostTarget& host) override {
    write_header();
    host_ = fmt::format("{},{}", quoted(in_field(host.name)), quoted(in_field(host.address)));
  }

  void port(const PortReport& report) override {
    write(fmt::format("{},{},{},{},{},{}\n", host_, report.port, state_name(report.verdict.state),
                      reason_name(report.verdict.reason), quoted(std::string(report.service)),
                      quoted(in_field(report.banner))));
  }

  void end_host(const HostSummary&) override {}
  void finish() override { write_header(); }

 private:
  void write_header() {
    if (!std::exchange(has_header_, true)) write("host,address,port,state,reason,service,banner\n");
  }

  bool has_header_ = false;
  std::string host_;  // its two fields
};

}  // namespace

std::unique_ptr<ReportWriter> make_csv_writer(LineSink out) {
  return std::make_unique<CsvWriter>(std::move(out));
}

}  // namespace veche::scan

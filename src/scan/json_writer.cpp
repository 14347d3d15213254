#include "base/text.h"
#include "scan/report_writer.h"
#include "scan/words.h"

#include <boost/json.hpp>
#include <fmt/core.h>

#include <cmath>
#include <string>

namespace veche::scan {
namespace {

namespace json = boost::json;

json::value text(std::string_view bytes) {
  const std::string utf8 = base::in_utf8(bytes);
  return json::string(utf8.data(), utf8.size());
}

void add_host(json::object& object, const HostTarget& host) {
  if (!host.name.empty()) object["host"] = text(host.name);
  object["address"] = text(host.address);
}

void add_port(json::object& object, const PortReport& report) {
  object["port"] = report.port;
  object["state"] = text(state_name(report.verdict.state));
  object["reason"] = text(reason_name(report.verdict.reason));
  if (!report.service.empty()) object["service"] = text(report.service);
  if (!report.banner.empty()) object["banner"] = text(report.banner);
}

/// As JSON. The controls past ASCII, which JSON would let through, are escaped too: a terminal obeys them,
/// and a scanned host chose them. They stand in strings only, so that this can be done afterwards.
std::string serialized(const json::object& object) {
  const std::string plain = json::serialize(object);
  std::string safe;
  for (std::string_view rest = plain; !rest.empty();) {
    const std::string_view point = first_code_point(rest);
    rest.remove_prefix(point.size());
    if (!is_control(point)) {
      safe += point;
    } else if (point.size() == 1) {
      safe += "\\u007f";  // JSON escapes the others itself
    } else {
      const auto bits = [point](std::size_t i) { return static_cast<unsigned char>(point[i]) & 0x3Fu; };
      safe += fmt::format("\\u{:04x}", point.size() == 2 ? (point[0] & 0x1Fu) << 6 | bits(1)
                                                         : (point[0] & 0x0Fu) << 12 | bits(1) << 6 | bits(2));
    }
  }
  return safe;
}

/// To a thousandth, and not in the form 5E-2.
template <class Unit>
std::string number(std::chrono::nanoseconds time) {
  const double units = std::chrono::duration<double, typename Unit::period>(time).count();
  return fmt::format("{}", std::round(units * 1000) / 1000);
}

class JsonWriter final : public ReportWriter {
 public:
  JsonWriter(const WriterOptions& options, LineSink out) : ReportWriter(std::move(out)), options_(options) {}

  void begin_host(const HostTarget& host) override {
    json::object object;
    add_host(object, host);
    line_ = serialized(object);
    line_.back() = ',';
    line_ += "\"ports\":[";
  }

  void port(const PortReport& report) override {
    json::object object;
    add_port(object, report);
    if (line_.back() != '[') line_ += ',';
    line_ += serialized(object);
  }

  void end_host(const HostSummary& summary) override {
    if (options_.only_open && summary.open == 0) return;
    line_ += fmt::format(R"(],"open":{},"closed":{},"filtered":{},"probes":{},"retries":{},"window":{},)",
                         summary.open, summary.closed, summary.filtered, summary.probes, summary.retries,
                         summary.window);
    line_ += fmt::format(R"("round_trip_ms":{},"duration_s":{},"complete":{})",
                         summary.round_trip ? number<std::chrono::milliseconds>(*summary.round_trip) : "null",
                         number<std::chrono::seconds>(summary.duration),
                         !summary.error && !summary.is_interrupted && summary.decided() == summary.ports);
    if (summary.error) {
      const json::object error{{"error", text(summary.error->text())}};
      line_ += ',' + serialized(error).substr(1);
    } else {
      line_ += '}';
    }
    write(line_ += '\n');
  }

 private:
  const WriterOptions options_;
  std::string line_;  // of the host, as far as it is known
};

class JsonLinesWriter final : public ReportWriter {
 public:
  explicit JsonLinesWriter(LineSink out) : ReportWriter(std::move(out)) {}

  void begin_host(const HostTarget& host) override { host_ = host; }

  void port(const PortReport& report) override {
    json::object object;
    add_host(object, host_);
    add_port(object, report);
    write(serialized(object) + '\n');
  }

  void end_host(const HostSummary&) override {}

 private:
  HostTarget host_;
};

}  // namespace

std::unique_ptr<ReportWriter> make_json_writer(const WriterOptions& options, LineSink out) {
  return std::make_unique<JsonWriter>(options, std::move(out));
}

std::unique_ptr<ReportWriter> make_json_lines_writer(LineSink out) {
  return std::make_unique<JsonLinesWriter>(std::move(out));
}

}  // namespace veche::scan

// Results on their way to standard output, in one of five formats. Every format goes host by host, and in
// each a host's ports are ascending. What it gives to the sink are whole lines, as early as the format
// allows: text, JSON Lines and CSV with each port, JSON and greppable with each host.
#pragma once

#include "base/i18n.h"
#include "scan/report.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace veche::scan {

enum class Format : std::uint8_t {
  text,        ///< for people, in their language
  json,        ///< an object a host, each on a line
  json_lines,  ///< an object a port, each on a line
  csv,         ///< RFC 4180, with a header, but lines end in LF as everywhere on Unix
  greppable,   ///< a line a host
};

struct WriterOptions {
  bool has_several_hosts = false;  ///< text: each host's ports stand under its name
  bool only_open = false;          ///< hosts without an open port are left out
};

/// Takes lines; false: it takes no more.
using LineSink = std::function<bool(std::string_view lines)>;

/// Lives on one thread.
class ReportWriter {
 public:
  virtual ~ReportWriter() = default;

  /// Called in turn for each host: begin_host, its ports (decided ones, ascending), end_host.
  virtual void begin_host(const HostTarget& host) = 0;
  virtual void port(const PortReport& report) = 0;
  /// Also of a host whose scan has failed or was interrupted.
  virtual void end_host(const HostSummary& summary) = 0;
  /// Once, at the end, interrupted or not.
  virtual void finish() {}

  /// The sink has refused a line, and was asked for nothing since. There is no point in going on.
  bool has_stopped() const { return has_stopped_; }

 protected:
  explicit ReportWriter(LineSink out) : out_(std::move(out)) {}

  void write(std::string_view lines) {
    if (!has_stopped_) has_stopped_ = !out_(lines);
  }

 private:
  LineSink out_;
  bool has_stopped_ = false;
};

/// `t` is used by the text format only, and copied.
std::unique_ptr<ReportWriter> make_writer(Format format, const WriterOptions& options, LineSink out,
                                          const base::Translator& t);

// One for each format, which make_writer chooses from.
std::unique_ptr<ReportWriter> make_text_writer(const WriterOptions& options, LineSink out,
                                               const base::Translator& t);
std::unique_ptr<ReportWriter> make_json_writer(const WriterOptions& options, LineSink out);
std::unique_ptr<ReportWriter> make_json_lines_writer(LineSink out);
std::unique_ptr<ReportWriter> make_csv_writer(LineSink out);
std::unique_ptr<ReportWriter> make_greppable_writer(const WriterOptions& options, LineSink out);

}  // namespace veche::scan

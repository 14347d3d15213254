#include "scan/report_writer.h"

namespace veche::scan {

std::unique_ptr<ReportWriter> make_writer(Format format, const WriterOptions& options, LineSink out,
                                          const base::Translator& t) {
  switch (format) {
    case Format::text:
      break;
    case Format::json:
      return make_json_writer(options, std::move(out));
    case Format::json_lines:
      return make_json_lines_writer(std::move(out));
    case Format::csv:
      return make_csv_writer(std::move(out));
    case Format::greppable:
      return make_greppable_writer(options, std::move(out));
  }
  return make_text_writer(options, std::move(out), t);
}

}  // namespace veche::scan

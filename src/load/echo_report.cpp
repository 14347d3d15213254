#include "load/echo_report.h"

#include "base/units.h"
#include "load/echo_findings.h"
#include "load/svg_plot.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace veche::load {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>Five ways to serve many clients</title>
<style>
body { font-family: sans-serif; line-height: 1.45; color: #000; background: #fff; max-width: 56rem;
  margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; font-weight: bold; padding: 1rem 0 0.4rem }
th, td { border: 1px solid #999; padding: 0.25rem 0.5rem; text-align: right }
th:first-child, td.problem { text-align: left }
figure { margin: 0; break-inside: avoid }
svg { width: 100%; height: auto }
</style>
</head>
<body>
<h1>Five ways to serve many clients</h1>
)";

std::string cell(double value) { return fmt::format("<td>{}</td>", shown(value)); }

std::string machine_text(const EchoComparison& comparison) {
  const Machine& machine = comparison.machine;
  std::string text = fmt::format(
      "<p>An echo server, <code>veche echo serve</code>, under each of its models; every client sends {} "
      "bytes, waits "
      "until they are back, and sends again, for {}. ",
      comparison.message_bytes, base::format_duration(comparison.duration));
  if (comparison.server_core && comparison.load_core) {
    text += fmt::format("The server has core {} to itself, the clients core {}.</p>\n",
                        *comparison.server_core, *comparison.load_core);
  } else {
    text += "The server and the clients share one core, so the times are those of both.</p>\n";
  }
  return text + fmt::format("<p>Measured on: {}{}{} {}, {} GiB of memory, {}.</p>\n",
                            escaped(machine.processor), machine.processor.empty() ? "" : ", ", machine.cores,
                            machine.cores == 1 ? "core" : "cores",
                            shown(static_cast<double>(machine.memory_bytes) / (1 << 30)),
                            escaped(machine.kernel));
}

std::string row_of(const EchoMeasurement& measurement) {
  std::string row = fmt::format("<tr><th scope=\"row\">{}</th>", escaped(measurement.model));
  if (!measurement.complete())
    return row +
           fmt::format("<td class=\"problem\" colspan=\"6\">{}</td></tr>\n", escaped(measurement.problem));
  const EchoFigures& figures = measurement.figures;
  return row + cell(figures.messages_per_s()) + cell(figures.cpu_us_per_message) +
         cell(figures.latency_ms_p50) + cell(figures.latency_ms_p99) +
         cell(figures.idle_bytes_per_client / 1024) + cell(figures.switches_per_message) + "</tr>\n";
}

std::string table_of(const EchoComparison& comparison, std::size_t clients) {
  std::string table = fmt::format(
      "<table>\n<caption>{} {}</caption>\n<thead><tr><th scope=\"col\">Model</th><th scope=\"col\">Messages "
      "a second</th>"
      "<th scope=\"col\">Processor time a message, us</th><th scope=\"col\">There and back, half within, "
      "ms</th>"
      "<th scope=\"col\">99 % within, ms</th><th scope=\"col\">Memory of an idle connection, KiB</th>"
      "<th scope=\"col\">Context switches a message</th></tr></thead>\n<tbody>\n",
      shown(static_cast<double>(clients)), clients == 1 ? "client" : "clients");
  for (const std::string& model : comparison.models) {
    if (const EchoMeasurement* found = comparison.find(model, clients)) table += row_of(*found);
  }
  return table + "</tbody>\n</table>\n";
}

/// What could be measured; a value that is not above zero has no place on a logarithmic axis, and is left
/// out.
Plot plot_of(const EchoMetric& metric, const EchoComparison& comparison) {
  Plot plot{std::string(metric.title), "clients", fmt::format("{}, {}", metric.title, metric.unit), {}};
  if (metric.unit == "messages/s") plot.y_label = metric.title;
  for (const std::string& model : comparison.models) {
    PlotLine& line = plot.lines.emplace_back();
    line.name = model;
    for (const EchoMeasurement& one : comparison.measurements) {
      if (one.model != model || !one.complete()) continue;
      if (const double value = metric.value(one.figures); value > 0)
        line.points.push_back({static_cast<double>(one.clients), value});
    }
    std::sort(line.points.begin(), line.points.end(),
              [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; });
  }
  return plot;
}

}  // namespace

std::string html_of(const EchoComparison& comparison) {
  std::string page(kHead);
  page += machine_text(comparison);
  page += "<h2>What happens with very many processes or threads?</h2>\n";
  for (const std::string& answer : echo_answers(comparison))
    page += fmt::format("<p>{}</p>\n", escaped(answer));
  page += "<h2>All figures</h2>\n";
  for (const std::size_t clients : comparison.clients) page += table_of(comparison, clients);
  for (const EchoMetric& metric : echo_metrics()) {
    page += fmt::format("<h2>{}</h2>\n<figure>\n{}<figcaption>{}</figcaption>\n</figure>\n",
                        escaped(metric.title), svg_of(plot_of(metric, comparison), metric.id),
                        escaped(finding_of(metric, comparison)));
  }
  return page + "</body>\n</html>\n";
}

}  // namespace veche::load

#include "load/echo_figures.h"

#include <fmt/core.h>

#include <cmath>

namespace veche::load {
namespace {

// A load that has less than this of a processor left, beside a server that has more, is what was measured.
constexpr double kBusy = 0.95;
constexpr double kNotBusy = 0.9;

double rounded(double value) { return std::round(value * 10'000) / 10'000; }

}  // namespace

std::string shortfall_of(const EchoFigures& figures) {
  if (figures.complete()) return {};
  if (figures.served == figures.clients) {
    return fmt::format("lost {} of {}: {}", figures.lost, figures.clients, figures.loss);
  }
  std::string text = fmt::format("served {} of {}", figures.served, figures.clients);
  if (figures.waiting > 0 && figures.refused == 0) {
    text += ", the others waited";
  } else if (figures.waiting > 0) {
    text += fmt::format(", {} waited", figures.waiting);
  }
  if (figures.refused > 0) text += fmt::format(", {} were refused: {}", figures.refused, figures.refusal);
  if (figures.lost > 0) text += fmt::format(", {} were lost: {}", figures.lost, figures.loss);
  return text;
}

std::string doubt_of(const EchoFigures& figures) {
  if (!figures.of_server || figures.load_share < kBusy || figures.server_share > kNotBusy) return {};
  return fmt::format("the load was the bottleneck: it used {:.0f} % of its core, the server {:.0f} %",
                     figures.load_share * 100, figures.server_share * 100);
}

boost::json::object json_of(const EchoFigures& figures) {
  boost::json::object object{{"clients", figures.clients}, {"bytes", figures.message_bytes},
                             {"served", figures.served},   {"waiting", figures.waiting},
                             {"refused", figures.refused}, {"lost", figures.lost}};
  if (const std::string shortfall = shortfall_of(figures); !shortfall.empty()) object["problem"] = shortfall;
  object["messages"] = figures.messages;
  object["seconds"] = rounded(figures.seconds);
  object["messages_per_s"] = std::round(figures.messages_per_s());
  object["p50_ms"] = rounded(figures.latency_ms_p50);
  object["p99_ms"] = rounded(figures.latency_ms_p99);
  object["load_share"] = rounded(figures.load_share);
  if (!figures.of_server) return object;
  object["server_share"] = rounded(figures.server_share);
  object["cpu_us_per_message"] = rounded(figures.cpu_us_per_message);
  object["switches_per_message"] = rounded(figures.switches_per_message);
  object["idle_bytes_per_client"] = std::round(figures.idle_bytes_per_client);
  return object;
}

std::string text_of(const EchoFigures& figures) {
  std::string text = fmt::format(
      "{} clients, {} bytes: {:.0f} messages a second; there and back in {:.3f} ms, 99 % in {:.3f}\n",
      figures.served, figures.message_bytes, figures.messages_per_s(), figures.latency_ms_p50,
      figures.latency_ms_p99);
  if (figures.of_server) {
    text += fmt::format(
        "the server: {:.3f} us of processor and {:.3f} context switches a message, {:.2f} KiB a connection "
        "at "
        "rest\n",
        figures.cpu_us_per_message, figures.switches_per_message, figures.idle_bytes_per_client / 1024);
  }
  for (const std::string& note : {shortfall_of(figures), doubt_of(figures)}) {
    if (!note.empty()) text += note + '\n';
  }
  return text;
}

std::string echo_table_head() {
  return fmt::format("{:<11}{:>11} {:>15} {:>9} {:>9} {:>13} {:>17}\n", "model", "messages/s",
                     "us CPU/message", "p50 ms", "p99 ms", "KiB/idle one", "switches/message");
}

std::string echo_table_row(std::string_view model, const EchoFigures& figures) {
  if (!figures.complete()) return echo_table_row(model, shortfall_of(figures));
  std::string row =
      fmt::format("{:<11}{:>11.0f} {:>15.2f} {:>9.3f} {:>9.3f} {:>13.2f} {:>17.3f}\n", model,
                  figures.messages_per_s(), figures.cpu_us_per_message, figures.latency_ms_p50,
                  figures.latency_ms_p99, figures.idle_bytes_per_client / 1024, figures.switches_per_message);
  if (const std::string doubt = doubt_of(figures); !doubt.empty())
    row += fmt::format("{:<11}{}\n", "", doubt);
  return row;
}

std::string echo_table_row(std::string_view model, std::string_view problem) {
  return fmt::format("{:<11} {}\n", model, problem);
}

}  // namespace veche::load

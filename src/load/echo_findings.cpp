#include "load/echo_findings.h"

#include "load/svg_plot.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>

namespace veche::load {
namespace {

constexpr double kSame = 1.1;  // ratios nearer to one than this are noise

constexpr std::array<EchoMetric, 5> kMetrics{{
    {"rate", "Messages a second", "messages/s",
     "All clients together; the server has one core, so this falls as a message takes more of it.",
     [](const EchoFigures& figures) { return figures.messages_per_s(); }},
    {"cpu", "Processor time a message", "us",
     "The system calls are nearly the same in every model; what differs is how often the kernel has to "
     "switch from "
     "one process or thread to the next, and what is left in the caches then.",
     [](const EchoFigures& figures) { return figures.cpu_us_per_message; }},
    {"p99", "Time there and back, 99 of 100 messages within", "ms",
     "Every client sends again as soon as it is answered, so with more of them each waits longer for its "
     "turn; what "
     "matters is how much longer under one model than under another.",
     [](const EchoFigures& figures) { return figures.latency_ms_p99; }},
    {"memory", "Memory of an idle connection", "KiB",
     "The heaps and stacks of the server's processes: an object for each client, or a stack, or what a "
     "process no "
     "longer shares with its parent; with few clients, also what the first of them makes the server set up. "
     "The "
     "kernel's own stacks, page tables and socket buffers come on top of it.",
     [](const EchoFigures& figures) { return figures.idle_bytes_per_client / 1024; }},
    {"switches", "Context switches a message", "switches",
     "An event loop is woken once for all who are ready; a thread or a process is woken for its own client.",
     [](const EchoFigures& figures) { return figures.switches_per_message; }},
}};

std::string clients_text(std::size_t clients) {
  return clients == 1 ? "1 client" : shown(static_cast<double>(clients)) + " clients";
}

/// Who served `clients`, in the order of the comparison.
std::vector<const EchoMeasurement*> complete_at(const EchoComparison& comparison, std::size_t clients) {
  std::vector<const EchoMeasurement*> found;
  for (const std::string& model : comparison.models) {
    const EchoMeasurement* one = comparison.find(model, clients);
    if (one != nullptr && one->complete()) found.push_back(one);
  }
  return found;
}

/// The most clients that at least `models` of them served; 0 if there were none.
std::size_t most_clients(const EchoComparison& comparison, std::size_t models) {
  std::size_t most = 0;
  for (const std::size_t clients : comparison.clients) {
    if (complete_at(comparison, clients).size() >= models) most = std::max(most, clients);
  }
  return most;
}

std::string times(double value, const EchoMeasurement& reference, double reference_value) {
  const double ratio = value / reference_value;
  if (ratio < kSame && ratio > 1 / kSame) return "about the same";
  return fmt::format("{:.2g} times {}", ratio, reference.model);
}

std::string compared(const EchoMetric& metric, const EchoComparison& comparison, std::size_t clients) {
  std::vector<std::string> parts;
  const auto found = complete_at(comparison, clients);
  for (const EchoMeasurement* one : found) {
    const double value = metric.value(one->figures);
    const double reference = metric.value(found.front()->figures);
    parts.push_back(fmt::format("{} {} {}", one->model, shown(value), metric.unit));
    if (one != found.front() && reference > 0 && value > 0)
      parts.back() += fmt::format(" ({})", times(value, *found.front(), reference));
  }
  return fmt::format("With {}: {}.", clients_text(clients), fmt::join(parts, ", "));
}

/// From the fewest clients to the most that each model served.
std::string grown(const EchoMetric& metric, const EchoComparison& comparison) {
  std::vector<std::string> parts;
  for (const std::string& model : comparison.models) {
    std::vector<const EchoMeasurement*> served;
    for (const EchoMeasurement& one : comparison.measurements) {
      if (one.model == model && one.complete()) served.push_back(&one);
    }
    const auto fewer = [](const auto* a, const auto* b) { return a->clients < b->clients; };
    const auto [first, last] = std::minmax_element(served.begin(), served.end(), fewer);
    if (served.empty() || (*first)->clients == (*last)->clients) continue;
    parts.push_back(
        fmt::format("{} from {} with {} to {} with {}", model, shown(metric.value((*first)->figures)),
                    shown(static_cast<double>((*first)->clients)), shown(metric.value((*last)->figures)),
                    shown(static_cast<double>((*last)->clients))));
  }
  if (parts.empty()) return {};
  return fmt::format(" As clients became more it went: {}.", fmt::join(parts, "; "));
}

std::string about_memory(const EchoComparison& comparison, std::size_t clients) {
  std::vector<std::string> parts;
  for (const EchoMeasurement* one : complete_at(comparison, clients)) {
    const double mib = one->figures.idle_bytes_per_client * static_cast<double>(clients) / (1 << 20);
    parts.push_back(fmt::format("{} {} MiB", one->model, shown(std::max(mib, 0.0))));
  }
  return fmt::format(
      "Memory: {} that only stay connected take this much of the server: {}. A process or a thread for each "
      "client "
      "takes memory for each, even while it has nothing to do.",
      clients_text(clients), fmt::join(parts, ", "));
}

std::string about_switching(const EchoComparison& comparison, std::size_t clients) {
  std::vector<std::string> parts;
  for (const EchoMeasurement* one : complete_at(comparison, clients)) {
    parts.push_back(fmt::format("{} {} switches and {} us", one->model,
                                shown(one->figures.switches_per_message),
                                shown(one->figures.cpu_us_per_message)));
  }
  return fmt::format(
      "Time: with {} a message costs {} of processor. A loop takes all who are ready in one turn; a thread "
      "or a "
      "process has to be woken for each.",
      clients_text(clients), fmt::join(parts, ", "));
}

std::string about_limits(const EchoComparison& comparison) {
  std::vector<std::string> parts;
  for (const EchoMeasurement& one : comparison.measurements) {
    if (!one.complete())
      parts.push_back(fmt::format("{} with {}: {}", one.model, clients_text(one.clients), one.problem));
  }
  if (parts.empty()) return {};
  return fmt::format("Limits: {}.", fmt::join(parts, "; "));
}

}  // namespace

std::span<const EchoMetric> echo_metrics() { return kMetrics; }

std::string finding_of(const EchoMetric& metric, const EchoComparison& comparison) {
  std::size_t clients = most_clients(comparison, 2);
  if (clients == 0) clients = most_clients(comparison, 1);
  if (clients == 0) return "No model served as many clients as it was given.";
  return fmt::format("{}{} {}", compared(metric, comparison, clients), grown(metric, comparison), metric.why);
}

std::vector<std::string> echo_answers(const EchoComparison& comparison) {
  std::vector<std::string> answers;
  std::size_t clients = most_clients(comparison, 2);
  if (clients == 0) clients = most_clients(comparison, 1);
  if (clients > 0) {
    answers.push_back(about_memory(comparison, clients));
    answers.push_back(about_switching(comparison, clients));
  }
  if (std::string limits = about_limits(comparison); !limits.empty()) answers.push_back(std::move(limits));
  if (answers.empty()) answers.emplace_back("Nothing was measured.");
  return answers;
}

}  // namespace veche::load

#include "cli/bench_echo_command.h"

#include "base/text.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "load/echo_compare.h"
#include "load/echo_load.h"
#include "load/echo_report.h"
#include "net/address.h"
#include "net/signals.h"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <fstream>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace veche::cli {
namespace {

using base::Error;
using base::fail;
using base::Result;

/// Descriptors that are needed beside the clients' own.
constexpr std::size_t kOtherDescriptors = 32;

/// What both kinds of load have.
struct Common {
  std::vector<std::size_t> clients;
  std::size_t message_bytes = 64;
  std::chrono::milliseconds duration{0};
};

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  while (true) {
    const auto comma = list.find(',');
    words.emplace_back(base::trim(list.substr(0, comma)));
    if (comma == list.npos) return words;
    list.remove_prefix(comma + 1);
  }
}

template <class Item>
void add_once(std::vector<Item>& items, Item item) {
  if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(std::move(item));
}

Result<std::vector<std::size_t>> numbers_of(const std::string& list, std::size_t descriptors) {
  std::vector<std::size_t> numbers;
  for (const std::string& word : words_of(list)) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size() || number == 0 ||
        number > load::kEchoClientsMax) {
      return fail("--clients " + list,
                  fmt::format("'{}' is no number from 1 to {}", word, load::kEchoClientsMax),
                  "several have commas between: 1,50,500");
    }
    if (number + kOtherDescriptors > descriptors) {
      return fail("--clients " + list, fmt::format("this process may open {} descriptors", descriptors),
                  fmt::format("at most {}, or raise the limit: ulimit -n", descriptors - kOtherDescriptors));
    }
    add_once(numbers, number);
  }
  return numbers;
}

Result<std::vector<std::string>> models_of(const std::string& list) {
  const auto known = load::echo_models();
  if (list.empty() || list == "all") return std::vector<std::string>(known.begin(), known.end());
  std::vector<std::string> models;
  for (const std::string& word : words_of(list)) {
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      const auto near = base::nearest(word, known);
      return fail("--models " + list, fmt::format("'{}' is unknown", word),
                  near ? fmt::format("did you mean {}?", *near)
                       : fmt::format("all, or some of {}", fmt::join(known, ",")));
    }
    add_once(models, word);
  }
  return models;
}

Result<Common> common_of(const EchoBenchOptions& options, std::string_view clients,
                         std::chrono::milliseconds duration) {
  Common common;
  const std::string& list = options.clients;
  auto numbers = numbers_of(list.empty() ? std::string(clients) : list, net::raise_descriptor_limit());
  if (!numbers) return tl::unexpected(numbers.error());
  common.clients = std::move(*numbers);
  if (!options.size.empty()) {
    const auto size = base::parse_size(options.size);
    if (!size) return tl::unexpected(Error{"--size " + options.size, size.error().why, size.error().hint});
    if (*size == 0 || *size > load::kEchoMessageBytesMax) {
      return fail("--size " + options.size,
                  fmt::format("must be from 1 to {}", base::format_size(load::kEchoMessageBytesMax)));
    }
    common.message_bytes = *size;
  }
  common.duration = duration;
  if (options.duration.empty()) return common;
  const auto given = base::parse_duration(options.duration);
  if (!given)
    return tl::unexpected(Error{"--duration " + options.duration, given.error().why, given.error().hint});
  if (given->count() == 0) return fail("--duration " + options.duration, "must be more than 0");
  common.duration = *given;
  return common;
}

/// Each kind of load has options that the other does not.
Result<> check_kind(const EchoBenchOptions& options) {
  if (options.target.empty()) {
    if (!options.pid) return {};
    return fail("--pid", "belongs to --target", "the models that are compared are started here");
  }
  for (const auto& [given, name] :
       {std::pair{!options.models.empty(), "--models"}, std::pair{options.workers.has_value(), "--workers"},
        std::pair{!options.report.empty(), "--report"}}) {
    if (given) return fail(name, "belongs to a comparison", "without --target");
  }
  return {};
}

Result<load::EchoLoadOptions> load_of(const EchoBenchOptions& options) {
  load::EchoLoadOptions load;
  const auto target = net::Address::parse(options.target);
  if (!target) return tl::unexpected(target.error());
  load.target = *target;
  const auto common = common_of(options, "50", load.duration);
  if (!common) return tl::unexpected(common.error());
  if (common->clients.size() > 1) return fail("--clients " + options.clients, "one number, with --target");
  load.clients = common->clients.front();
  load.message_bytes = common->message_bytes;
  load.duration = common->duration;
  if (options.pid && *options.pid <= 0) return fail("--pid", "must be more than 0");
  if (options.pid && ::kill(*options.pid, 0) != 0 && errno == ESRCH)
    return fail(fmt::format("--pid {}", *options.pid), "there is no such process");
  load.pid = options.pid.value_or(0);
  return load;
}

Result<load::EchoCompareOptions> comparison_of(const EchoBenchOptions& options) {
  load::EchoCompareOptions comparison;
  comparison.program = "/proc/self/exe";
  auto models = models_of(options.models);
  if (!models) return tl::unexpected(models.error());
  comparison.models = std::move(*models);
  const auto common = common_of(options, "1,50,500,5000", comparison.duration);
  if (!common) return tl::unexpected(common.error());
  comparison.clients = common->clients;
  comparison.message_bytes = common->message_bytes;
  comparison.duration = common->duration;
  if (options.workers && *options.workers == 0) return fail("--workers", "must be more than 0");
  comparison.workers = options.workers;
  return comparison;
}

Result<> write_report(const std::string& file, std::string_view text, std::ios::openmode how) {
  std::ofstream out(file, std::ios::out | how);
  out << text << std::flush;
  if (!out) return fail("--report " + file, base::errno_text(errno));
  return {};
}

int load_one(const EchoBenchOptions& options, int stop) {
  auto load = load_of(options);
  if (!load) return report(load.error(), kUsage);
  load->stop = stop;
  const auto figures = load::run_echo_load(*load);
  if (!figures) return report(figures.error(), kFailed);
  const std::string text =
      options.json ? boost::json::serialize(load::json_of(*figures)) + "\n" : load::text_of(*figures);
  return print(text) ? kDone : kFailed;
}

int compare(const EchoBenchOptions& options, int stop) {
  auto comparison = comparison_of(options);
  if (!comparison) return report(comparison.error(), kUsage);
  comparison->stop = stop;
  if (!options.report.empty()) {  // not after minutes of measuring
    if (const auto done = write_report(options.report, "", std::ios::app); !done)
      return report(done.error(), kFailed);
  }
  bool printed = true;
  const auto result = load::compare_echo(*comparison, [&](std::string_view text) {
    if (!options.json && printed) printed = print(text);
  });
  if (!result) return report(result.error(), kFailed);
  if (!options.report.empty()) {
    if (const auto done = write_report(options.report, load::html_of(*result), std::ios::trunc); !done)
      return report(done.error(), kFailed);
  }
  if (options.json) printed = print(load::json_of(*result));
  const auto measured = [](const load::EchoMeasurement& one) { return one.complete(); };
  const bool any = std::any_of(result->measurements.begin(), result->measurements.end(), measured);
  return printed && any ? kDone : kFailed;
}

}  // namespace

int run_bench_echo(const EchoBenchOptions& options) {
  if (const auto done = check_kind(options); !done) return report(done.error(), kUsage);
  net::ignore_write_signals();
  const auto signals = net::SignalFd::open({SIGINT, SIGTERM});
  if (!signals) return report(signals.error(), kFailed);
  return options.target.empty() ? compare(options, signals->fd()) : load_one(options, signals->fd());
}

}  // namespace veche::cli

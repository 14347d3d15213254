#include "load/echo_compare.h"

#include "base/units.h"
#include "load/echo_load.h"
#include "load/server_process.h"
#include "net/address.h"

#include <boost/json.hpp>
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <utility>

namespace veche::load {
namespace {

using base::fail;
using base::Result;

constexpr std::string_view kGreeting = "Echo service on ";

/// From "Echo service on 127.0.0.1:4711 (events). Ctrl-C ends it."
Result<net::Address> address_in(std::string_view line) {
  if (!line.starts_with(kGreeting)) return fail("the server", fmt::format("says '{}'", line));
  line.remove_prefix(kGreeting.size());
  return net::Address::parse(line.substr(0, line.find(' ')));
}

class Comparing {
 public:
  explicit Comparing(const EchoCompareOptions& options) : options_(options) {
    result_.machine = this_machine();
    result_.message_bytes = options.message_bytes;
    result_.duration = options.duration;
    result_.models = options.models;
    result_.clients = options.clients;
    const auto cores = usable_cores();
    if (cores.size() < 2) return;
    result_.server_core = cores[0];
    result_.load_core = cores[1];
    pin_to(cores[1]);
  }

  Result<EchoComparison> run(const std::function<void(std::string_view)>& print) {
    for (const std::size_t clients : options_.clients) {
      print(fmt::format("{}{} {}, {} bytes, {} each\n{}", result_.measurements.empty() ? "" : "\n", clients,
                        clients == 1 ? "client" : "clients", options_.message_bytes,
                        base::format_duration(options_.duration), echo_table_head()));
      for (const std::string& model : options_.models) {
        EchoMeasurement& measurement = result_.measurements.emplace_back();
        measurement.model = model;
        measurement.clients = clients;
        auto figures = measured(model, clients);
        if (!figures && stopped()) return fail("the comparison", "was interrupted");
        if (figures) {
          measurement.figures = std::move(*figures);
          measurement.problem = shortfall_of(measurement.figures);
          print(echo_table_row(model, measurement.figures));
        } else {
          measurement.problem = figures.error().text();
          print(echo_table_row(model, measurement.problem));
        }
      }
    }
    return std::move(result_);
  }

 private:
  Result<EchoFigures> measured(const std::string& model, std::size_t clients) const {
    ServerProcess::Options start;
    // One loop: it has one core.
    start.command = {options_.program, "echo",        "serve",   "--model", model,
                     "--listen",       "127.0.0.1:0", "--quiet", "--loops", "1"};
    if (options_.workers) {
      start.command.emplace_back("--workers");
      start.command.push_back(std::to_string(*options_.workers));
    }
    start.core = result_.server_core;
    start.stop = options_.stop;
    auto server = ServerProcess::start(start);
    if (!server) return tl::unexpected(server.error());
    const auto address = address_in(server->first_line());
    if (!address) return tl::unexpected(address.error());

    EchoLoadOptions load;
    load.target = *address;
    load.clients = clients;
    load.message_bytes = options_.message_bytes;
    load.duration = options_.duration;
    load.pid = server->pid();
    load.stop = options_.stop;
    auto figures = run_echo_load(load);
    const auto ended = server->end();
    if (figures && !ended) return tl::unexpected(ended.error());
    return figures;
  }

  bool stopped() const {
    pollfd stop{options_.stop, POLLIN, 0};
    return ::poll(&stop, 1, 0) > 0;
  }

  const EchoCompareOptions& options_;
  EchoComparison result_;
};

}  // namespace

std::vector<std::string_view> echo_models() { return {"events", "coroutines", "pool", "threads", "fork"}; }

const EchoMeasurement* EchoComparison::find(std::string_view model, std::size_t number) const {
  const auto found = std::find_if(measurements.begin(), measurements.end(), [&](const auto& measurement) {
    return measurement.model == model && measurement.clients == number;
  });
  return found == measurements.end() ? nullptr : &*found;
}

Result<EchoComparison> compare_echo(const EchoCompareOptions& options,
                                    const std::function<void(std::string_view)>& print) {
  return Comparing(options).run(print);
}

std::string json_of(const EchoComparison& comparison) {
  const Machine& machine = comparison.machine;
  boost::json::array measurements;
  for (const EchoMeasurement& measurement : comparison.measurements) {
    boost::json::object object{{"model", measurement.model}};
    // Without figures there is only how many there should have been.
    for (const auto& [key, value] : measurement.figures.clients > 0
                                        ? json_of(measurement.figures)
                                        : boost::json::object{{"clients", measurement.clients}}) {
      object[key] = value;
    }
    if (!measurement.complete()) object["problem"] = measurement.problem;
    measurements.push_back(std::move(object));
  }
  const boost::json::object all{{"machine",
                                 {{"processor", machine.processor},
                                  {"cores", machine.cores},
                                  {"kernel", machine.kernel},
                                  {"memory_bytes", machine.memory_bytes}}},
                                {"bytes", comparison.message_bytes},
                                {"duration_ms", comparison.duration.count()},
                                {"measurements", std::move(measurements)}};
  return boost::json::serialize(all) + "\n";
}

}  // namespace veche::load

// The five models of `veche echo serve`, each started in turn on a core of its own and loaded from another.
#pragma once

#include "base/result.h"
#include "load/echo_figures.h"
#include "load/machine.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veche::load {

/// In the order in which they are shown: from the cheapest to the dearest client.
std::vector<std::string_view> echo_models();

struct EchoCompareOptions {
  std::string program;  ///< that understands `echo serve`
  std::vector<std::string> models;
  std::vector<std::size_t> clients;
  std::size_t message_bytes = 64;
  std::chrono::milliseconds duration{3000};
  std::optional<std::size_t> workers;  ///< of the pool; otherwise its default
  int stop = -1;                       ///< a descriptor: once it is readable everything ends, with an error
};

/// A model under a number of clients.
struct EchoMeasurement {
  std::string model;
  std::size_t clients = 0;
  EchoFigures figures;
  std::string problem;  ///< why there are no figures for so many clients; empty: there are

  bool complete() const { return problem.empty(); }
};

struct EchoComparison {
  Machine machine;
  std::optional<int> server_core, load_core;  ///< none if there is only one
  std::size_t message_bytes = 0;
  std::chrono::milliseconds duration{0};
  std::vector<std::string> models;
  std::vector<std::size_t> clients;
  std::vector<EchoMeasurement> measurements;

  /// Nothing if it was not measured.
  const EchoMeasurement* find(std::string_view model, std::size_t clients) const;
};

/// Blocks until all is measured; prints each line of the tables (of one number of clients) once it is known.
/// What goes wrong with one model is its problem; an error is that it was stopped. Pins this thread to its
/// core.
base::Result<EchoComparison> compare_echo(const EchoCompareOptions& options,
                                          const std::function<void(std::string_view)>& print);

/// One line.
std::string json_of(const EchoComparison& comparison);

}  // namespace veche::load

// `veche echo serve`: the echo protocol under one of five models, with a line for everybody who comes and
// goes.
#pragma once

#include "base/clock.h"
#include "base/i18n.h"
#include "base/result.h"
#include "net/service.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

namespace veche::echo {

inline constexpr std::uint16_t kPort = 7007;

enum class EchoModel : std::uint8_t { fork, threads, pool, events, coroutines };

std::vector<std::string_view> echo_model_names();
std::optional<EchoModel> echo_model(std::string_view name);

struct EchoServiceOptions {
  net::ServiceOptions service;
  EchoModel model = EchoModel::events;
  bool port_may_differ = false;  ///< nobody named it: if it is taken, the next free one does
  std::chrono::milliseconds idle_timeout{0};
  bool quiet = false;  ///< no lines about clients
};

/// Serves until SIGINT or SIGTERM. Prints where, and who comes and goes, to `out`. To be called before the
/// process has another thread: under fork there is none.
base::Result<> run_echo_service(EchoServiceOptions options, const base::Clock& clock,
                                const base::Translator& t, std::FILE* out);

}  // namespace veche::echo

#include "cli/echo_serve_command.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "echo/echo_service.h"
#include "net/address.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <thread>
#include <utility>

namespace veche::cli {
namespace {

using base::fail;
using base::Result;

/// Queued echoes of one client: the handler stops reading long before.
constexpr std::size_t kSendQueueBytes = 8 * 1024 * 1024;
constexpr std::chrono::seconds kPatience{30};
constexpr std::size_t kWorkers = 8;

template <class Number>
Result<> number(const char* option, const std::string& text, Number least, Number& out) {
  if (text.empty()) return {};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || out < least)
    return fail(fmt::format("{} {}", option, text), fmt::format("must be a whole number from {} on", least));
  return {};
}

Result<> duration(const char* option, const std::string& text, std::chrono::milliseconds& out) {
  if (text.empty()) return {};
  const auto parsed = base::parse_duration(text);
  if (!parsed) return fail(fmt::format("{} {}", option, text), parsed.error().why, parsed.error().hint);
  out = *parsed;
  return {};
}

Result<echo::EchoServiceOptions> service_of(const EchoServeOptions& options) {
  echo::EchoServiceOptions out;
  net::ServiceOptions& service = out.service;
  out.port_may_differ = options.listen.empty();
  const auto address =
      net::Address::parse(options.listen.empty() ? fmt::format("127.0.0.1:{}", echo::kPort) : options.listen);
  if (!address) return tl::unexpected(address.error());
  service.address = *address;
  if (!options.model.empty()) {
    const auto model = echo::echo_model(options.model);
    const auto names = echo::echo_model_names();
    if (!model) {
      const auto near = base::nearest(options.model, names);
      return fail("--model " + options.model, "unknown",
                  near ? fmt::format("did you mean {}?", *near) : fmt::format("{}", fmt::join(names, ", ")));
    }
    out.model = *model;
  }
  out.quiet = options.quiet;
  service.connection.send_queue_bytes = kSendQueueBytes;
  service.workers = kWorkers;
  service.loops = std::max(1u, std::thread::hardware_concurrency());
  service.patience = kPatience;
  auto done = number<std::size_t>("--workers", options.workers, 1, service.workers);
  if (done) done = number<std::size_t>("--loops", options.loops, 1, service.loops);
  if (done) done = number<std::size_t>("--max-clients", options.max_clients, 0, service.clients_max);
  if (done) done = number<int>("--backlog", options.backlog, 1, service.backlog);
  if (done) done = duration("--idle-timeout", options.idle_timeout, out.idle_timeout);
  if (done) done = duration("--queue-timeout", options.queue_timeout, service.patience);
  if (!done) return tl::unexpected(done.error());
  return out;
}

}  // namespace

int run_echo_serve(const EchoServeOptions& options, const base::Translator& t) {
  const auto service = service_of(options);
  if (!service) return report(service.error(), kUsage);
  const auto done = echo::run_echo_service(*service, base::SystemClock(), t, stdout);
  return done ? kDone : report(done.error(), kFailed);
}

}  // namespace veche::cli

#include "cli/echo_command.h"

#include "cli/exit_code.h"
#include "cli/option_values.h"
#include "echo/client_terminal.h"
#include "echo/echo_client.h"
#include "echo/echo_service.h"
#include "net/resolver.h"
#include "net/signals.h"

#include <signal.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace veche::cli {
namespace {

using base::Result;
using base::Translator;
using echo::kPort;

constexpr const char* kHost = "127.0.0.1";

Result<echo::ClientOptions> client_of(const EchoOptions& options, const Translator& t) {
  echo::ClientOptions client;
  client.link.host = kHost;
  client.link.port = kPort;
  if (!options.target.empty()) {
    auto target = net::parse_host_port(options.target, t);
    if (!target) return tl::unexpected(target.error());
    client.link.host = std::move(target->host);
    client.link.port = target->port.value_or(kPort);
  }
  std::uint64_t retries = 0;
  OptionValues values(t);
  values.duration(client.link.connect_timeout, "--connect-timeout", options.connect_timeout, false);
  values.duration(client.link.read_timeout, "--read-timeout", options.read_timeout, false);
  values.number(retries, "--retry", options.retry, 0, std::numeric_limits<unsigned>::max());
  values.duration(client.link.retry_delay, "--retry-delay", options.retry_delay, true);
  values.number(client.count, "--count", options.count, 1, std::numeric_limits<std::uint64_t>::max());
  values.size(client.size, "--size", options.size, echo::kPingBytesMax);
  values.duration(client.interval, "--interval", options.interval, true);
  if (values.error()) return tl::unexpected(*values.error());
  client.link.retries = static_cast<unsigned>(retries);
  client.pings = !options.count.empty() || !options.size.empty() || !options.interval.empty();
  return client;
}

}  // namespace

int run_echo(const EchoOptions& options, const Translator& t) {
  auto client = client_of(options, t);
  if (!client) return report(client.error(), kUsage);
  const auto signals = net::SignalFd::open({SIGINT, SIGTERM});
  if (!signals) return report(signals.error(), kFailed);
  net::ignore_write_signals();

  echo::ClientTerminal terminal({});
  if (options.target.empty() && terminal.is_interactive()) {
    auto target = echo::ask_target(terminal, kHost, kPort, signals->fd(), t);
    if (!target) return kFailed;
    client->link.host = std::move(target->host);
    client->link.port = target->port.value_or(kPort);
  }
  return echo::run_client(*client, terminal, signals->fd(), t);
}

}  // namespace veche::cli

#include "cli/echo_command.h"

#include "base/units.h"
#include "cli/exit_code.h"
#include "echo/client_terminal.h"
#include "echo/echo_client.h"
#include "echo/echo_service.h"
#include "net/resolver.h"
#include "net/signals.h"

#include <signal.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace veche::cli {
namespace {

using base::Error;
using base::fail;
using base::Result;
using base::Translator;
using echo::kPort;
using std::chrono::milliseconds;

constexpr const char* kHost = "127.0.0.1";

/// What was typed behind an option, put where it belongs; nothing typed leaves the default.
class Values {
 public:
  explicit Values(const Translator& t) : t_(t) {}

  void duration(milliseconds& to, const char* option, const std::string& text, bool may_be_0) {
    if (text.empty() || error_) return;
    const auto value = base::parse_duration(text);
    if (!value) return refuse(option, text, value.error().why, value.error().hint);
    if (!may_be_0 && value->count() == 0) return refuse(option, text, t_("must be more than 0"));
    to = *value;
  }

  void number(std::uint64_t& to, const char* option, const std::string& text, std::uint64_t min,
              std::uint64_t max) {
    if (text.empty() || error_) return;
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = code == std::errc{} && end == text.data() + text.size();
    if (!is_number || value < min || value > max) {
      return refuse(option, text, t_("must be a number from {} to {}", min, max));
    }
    to = value;
  }

  void size(std::size_t& to, const char* option, const std::string& text, std::size_t max) {
    if (text.empty() || error_) return;
    const auto value = base::parse_size(text);
    if (!value) return refuse(option, text, value.error().why, value.error().hint);
    if (*value == 0 || *value > max) {
      return refuse(option, text, t_("must be from {} to {}", 1, base::format_size(max)));
    }
    to = static_cast<std::size_t>(*value);
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  void refuse(const char* option, const std::string& text, std::string why, std::string hint = {}) {
    error_ = Error{std::string(option) + ' ' + text, std::move(why), std::move(hint)};
  }

  const Translator& t_;
  std::optional<Error> error_;  // the first
};

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
  Values values(t);
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

// Listeners: the default ones, and `--listen PROTOCOL://ADDRESS:PORT`.
#include "base/dialect.h"
#include "control/config.h"
#include "control/config_checks.h"
#include "control/config_keys.h"

#include <fmt/core.h>

#include <utility>

namespace veche::control {
namespace {

using base::Error;
using base::fail;
using base::Result;

constexpr std::string_view kExample = "for example: line://0.0.0.0:1898";

struct ProtocolAndTls {
  std::string protocol;
  bool tls = false;
};

Result<ProtocolAndTls> read_protocol(std::string_view protocol) {
  const ConfigKey& row = *find_key("listen", "protocol");
  // The TLS forms end in 's': lines://, ircs://, webs://.
  if (protocol.size() > 1 && protocol.back() == 's') {
    const std::string plain(protocol.substr(0, protocol.size() - 1));
    if (check_value(row, plain)) return ProtocolAndTls{plain, true};
    protocol.remove_suffix(1);
  }
  if (auto known = check_value(row, std::string(protocol)); !known) return tl::unexpected(known.error());
  return ProtocolAndTls{std::string(protocol), false};
}

struct HostAndPort {
  std::string_view host;  ///< without brackets; may be empty
  std::string_view port;  ///< may be empty
};

Result<HostAndPort> split(std::string_view text) {
  const std::size_t bracket = text.rfind(']');
  if (text.starts_with('[') && bracket != std::string_view::npos) {
    const std::string_view rest = text.substr(bracket + 1);
    if (!rest.empty() && rest.front() != ':')
      return fail("", "text behind the address", std::string(kExample));
    return HostAndPort{text.substr(1, bracket - 1), rest.empty() ? rest : rest.substr(1)};
  }
  const std::size_t colon = text.find(':');
  if (colon != text.rfind(':'))
    return fail("", "an IPv6 address stands in brackets", "for example: line://[::1]:1898");
  if (colon == std::string_view::npos) return HostAndPort{text, {}};
  return HostAndPort{text.substr(0, colon), text.substr(colon + 1)};
}

Result<ListenConfig> read_listen(std::string_view text) {
  const std::size_t slashes = text.find("://");
  if (slashes == std::string_view::npos)
    return fail("", "expected PROTOCOL://ADDRESS:PORT", std::string(kExample));
  auto protocol = read_protocol(text.substr(0, slashes));
  if (!protocol) return tl::unexpected(protocol.error());
  const auto parts = split(text.substr(slashes + 3));
  if (!parts) return tl::unexpected(parts.error());

  ListenConfig listen;
  listen.protocol = std::move(protocol->protocol);
  listen.tls = protocol->tls;
  listen.port = default_port(listen.protocol, listen.tls);
  if (!parts->host.empty()) {
    if (auto fine = check_address(parts->host); !fine) return tl::unexpected(fine.error());
    listen.address = parts->host;
  }
  if (!parts->port.empty()) {
    const auto port = check_port(parts->port);
    if (!port) return tl::unexpected(port.error());
    listen.port = *port;
    listen.named = true;
  }
  return listen;
}

}  // namespace

std::vector<ListenConfig> default_listeners() {
  std::vector<ListenConfig> all;
  for (const base::Dialect dialect : base::kDialects) {
    const std::string_view protocol = base::dialect_name(dialect);
    all.push_back({.protocol = std::string(protocol), .port = default_port(protocol, false)});
  }
  return all;
}

std::uint16_t default_port(std::string_view protocol, bool tls) {
  if (protocol == "irc") return tls ? 6697 : 6667;
  return tls ? 1899 : 1898;
}

Result<ListenConfig> parse_listen(std::string_view text) {
  return read_listen(text).map_error([&](Error error) {
    return Error{fmt::format("--listen {}", text), std::move(error.why), std::move(error.hint)};
  });
}

}  // namespace veche::control

#include "server/certificates.h"

#include "control/config_tls.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

namespace veche::server {
namespace {

using namespace std::chrono_literals;

constexpr auto kExpiresSoon = 7 * 24h;

net::ClientCertificate client_certificate(std::string_view word) {
  if (word == "require") return net::ClientCertificate::require;
  return word == "ask" ? net::ClientCertificate::ask : net::ClientCertificate::off;
}

net::TlsOptions options_of(const control::Config& config, const control::ListenConfig& listener,
                           const std::shared_ptr<net::TicketKeys>& ticket_keys,
                           const std::vector<net::TlsContext::Ptr>& further, base::Log& log) {
  net::TlsOptions options;
  options.ticket_keys = ticket_keys;
  options.further = further;
  options.client_certificate = client_certificate(listener.tls_client_cert);
  const bool irc = listener.protocol == "irc";
  if (irc) options.protocol = "irc";
  options.plain_words = irc ? "ERROR :TLS is spoken at this port\r\n" : "TLS is spoken at this port.\r\n";
  // Whoever is slower than that has no time left to log in.
  if (config.limits.registration_timeout.count() != 0)
    options.handshake_timeout = std::min(options.handshake_timeout, config.limits.registration_timeout);
  options.on_refused = [&log](const net::Address& peer, std::string_view why) {
    log.info("{} refused: no TLS handshake: {}", peer.text(), why);
  };
  return options;
}

void warn_of_expiry(const std::string& file, base::WallTime expires, base::WallTime now, base::Log& log) {
  if (expires > now + kExpiresSoon) return;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(expires.time_since_epoch()).count();
  log.warning("certificate {}: {} on {:%Y-%m-%d}", file, expires > now ? "expires" : "has expired",
              fmt::gmtime(static_cast<std::time_t>(seconds)));
}

base::Result<std::vector<net::TlsContext::Ptr>> read_further(const control::Config& config,
                                                             const base::Clock& clock, base::Log& log) {
  std::vector<net::TlsContext::Ptr> all;
  for (const control::CertificateConfig& further : config.certificates) {
    auto context = net::TlsContext::load(control::files_of(further), {});
    if (!context) return tl::unexpected(context.error());
    warn_of_expiry(further.cert.string(), (*context)->expires(), clock.wall(), log);
    all.push_back(std::move(*context));
  }
  return all;
}

}  // namespace

base::Result<std::vector<net::TlsContext::Ptr>> read_certificates(
    const control::Config& config, const std::vector<control::ListenConfig>& listeners,
    const std::shared_ptr<net::TicketKeys>& ticket_keys, const base::Clock& clock, base::Log& log) {
  const auto further = read_further(config, clock, log);
  if (!further) return tl::unexpected(further.error());
  std::vector<net::TlsContext::Ptr> certificates;
  for (const control::ListenConfig& listener : listeners) {
    if (!listener.tls) {
      certificates.push_back(nullptr);
      continue;
    }
    const auto files = control::certificate_of(config.tls, listener);
    if (!files)
      return base::fail(
          fmt::format("listener {}s://{}:{}", listener.protocol, listener.address, listener.port),
          "it would have no certificate", "cert and key in [tls]");
    auto context = net::TlsContext::load(*files, options_of(config, listener, ticket_keys, *further, log));
    if (!context) return tl::unexpected(context.error());
    warn_of_expiry(files->certificate.string(), (*context)->expires(), clock.wall(), log);
    certificates.push_back(std::move(*context));
  }
  return certificates;
}

}  // namespace veche::server

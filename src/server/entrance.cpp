#include "server/entrance.h"

#include "net/tls.h"
#include "server/dialects.h"
#include "server/preface.h"

#include <utility>

namespace veche::server {
namespace {

std::string_view not_a_proxy_words(base::Dialect dialect) {
  return dialect == base::Dialect::irc ? "ERROR :This port is for proxies\r\n"
                                       : "This port is for proxies.\r\n";
}

}  // namespace

std::unique_ptr<net::Handler> Entrance::lead_to(std::unique_ptr<net::Handler> handler) const {
  if (dialect == base::Dialect::irc && rules && !rules->gateways.empty())
    handler = behind_gateway(rules, std::move(handler));
  if (tls) handler = net::over_tls(tls, std::move(handler));
  if (proxied)
    handler = behind_proxy(rules, tls ? std::string_view() : not_a_proxy_words(dialect), std::move(handler));
  return handler;
}

std::string_view Entrance::full_words() const {
  return tls ? std::string_view() : server_full_words(dialect);
}

}  // namespace veche::server

// What stands before a client's own bytes when somebody speaks for him: the header of a proxy (PROXY
// protocol) or the first command of a gateway from the web (WEBIRC). Whoever is behind it, TLS or the client,
// is a handler that hears of the connection when the preface has been read, and sees the address that it
// told.
//
//   socket ── PROXY header ──► TLS ── WEBIRC ──► Client      each of the three only where it is wanted
//
// So all that counts, bans, logs or shows an address has the real one, and knows nothing of this. Believed
// are those in server.trusted_proxies; of others a connection by way of a proxy's port is refused, before
// anybody counts it as the address that it claims.
#pragma once

#include "base/limits.h"
#include "base/log.h"
#include "base/network.h"
#include "net/handler.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace veche::server {

/// A gateway whose WEBIRC is believed.
struct Gateway {
  std::string name;      ///< for the log
  std::string password;  ///< empty: who comes from `trusted` needs none
};

/// Whom to believe. A value that connections share; any thread.
struct PrefaceRules {
  std::vector<base::Network> trusted;
  std::vector<Gateway> gateways;
  std::chrono::milliseconds patience = base::limits::kPrefaceTimeout;  ///< for a whole preface
  base::Log* log = nullptr;                                            ///< outlives the connections

  bool trusts(const net::Address& address) const;
};
using PrefaceRulesPtr = std::shared_ptr<const PrefaceRules>;

/// A PROXY header comes first, from a proxy that is trusted; or else the peer reads `refusal` (of static
/// life; may be empty) and is gone.
std::unique_ptr<net::Handler> behind_proxy(PrefaceRulesPtr rules, std::string_view refusal,
                                           std::unique_ptr<net::Handler> handler);
/// From those who are trusted the first line may be WEBIRC (IRCv3 webirc); everybody else is handed on as he
/// is.
std::unique_ptr<net::Handler> behind_gateway(PrefaceRulesPtr rules, std::unique_ptr<net::Handler> handler);

}  // namespace veche::server

// How a client comes in: what is spoken at the door where it was accepted, and what lies between its socket
// and the handler. A value; any thread.
#pragma once

#include "base/dialect.h"

#include <memory>
#include <string_view>

namespace veche::net {
class Handler;
class TlsContext;
}  // namespace veche::net

namespace veche::server {

struct PrefaceRules;
using PrefaceRulesPtr = std::shared_ptr<const PrefaceRules>;
using TlsPtr = std::shared_ptr<const net::TlsContext>;

struct Entrance {
  base::Dialect dialect = base::Dialect::line;
  TlsPtr tls{};  ///< null: what is said there is not encrypted
  PrefaceRulesPtr rules{};
  bool proxied = false;  ///< every connection comes from a proxy and begins with its header

  /// What the connection is to be served by, so that `handler` hears plain bytes of a client whose address is
  /// the real one.
  std::unique_ptr<net::Handler> lead_to(std::unique_ptr<net::Handler> handler) const;
  /// What a client hears for whom there is no room: nothing, where there would have to be room for a
  /// handshake.
  std::string_view full_words() const;
};

}  // namespace veche::server

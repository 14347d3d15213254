#include "server/entrance.h"

#include "net/tls.h"
#include "server/dialects.h"

#include <utility>

namespace veche::server {

std::unique_ptr<net::Handler> Entrance::lead_to(std::unique_ptr<net::Handler> handler) const {
  return tls ? net::over_tls(tls, std::move(handler)) : std::move(handler);
}

std::string_view Entrance::full_words() const {
  return tls ? std::string_view() : server_full_words(dialect);
}

}  // namespace veche::server

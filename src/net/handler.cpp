#include "net/handler.h"

#include "base/i18n.h"

namespace veche::net {

using base::N_;

std::string_view close_reason_text(CloseReason reason) {
  switch (reason) {
    case CloseReason::finished:
      return N_("finished");
    case CloseReason::reset:
      return N_("reset by peer");
    case CloseReason::peer_dead:
      return N_("peer does not answer");
    case CloseReason::slow_reader:
      return N_("reads too slowly");
    case CloseReason::write_stalled:
      return N_("stopped reading");
    case CloseReason::aborted:
      return N_("closed by us");
    case CloseReason::tls_failed:
      return N_("broke the rules of TLS");
  }
  return "unknown";
}

}  // namespace veche::net

#include "net/handler.h"

namespace veche::net {

std::string_view close_reason_text(CloseReason reason) {
  switch (reason) {
    case CloseReason::finished:
      return "finished";
    case CloseReason::reset:
      return "reset by peer";
    case CloseReason::peer_dead:
      return "peer does not answer";
    case CloseReason::slow_reader:
      return "reads too slowly";
    case CloseReason::write_stalled:
      return "stopped reading";
    case CloseReason::aborted:
      return "closed by us";
  }
  return "unknown";
}

}  // namespace veche::net

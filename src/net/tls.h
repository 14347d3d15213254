// TLS between a socket and a handler that does not know of it. Towards the connection the transform is a
// handler, towards the handler it is a connection; so it works under every model, and costs a connection
// without it nothing.
//
//   EventConnection or       ── received ──► ┌───────┐ ── received ──► the handler
//   ThreadConnection         ◄── send ────── │  TLS  │ ◄── send ──────
//
// - The handler hears `opened` when the handshake is done, and nothing of connections that do not come so
//   far.
// - All that one read of the socket brought is decrypted at once, and handed over in one piece: a pause stops
//   the next read, as without TLS.
// - What the handler sends in a turn is gathered and becomes one record at its end; what it sends as the
//   turn's last bytes, or a record's worth of it, is encrypted at once.
// - The peer's close_notify is his FIN, our finish() sends ours before the FIN. A FIN without one is taken
//   like one with it: lines are whole or they are not.
// - What is not TLS is answered with an alert, if TLS has one for it, and our FIN; people who write text hear
//   it in text.
#pragma once

#include "net/handler.h"
#include "net/tls_context.h"

#include <memory>

namespace veche::net {

/// A handler for a connection's encrypted bytes that serves `handler` the plain ones.
std::unique_ptr<Handler> over_tls(TlsContext::Ptr context, std::unique_ptr<Handler> handler);

}  // namespace veche::net

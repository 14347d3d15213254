// The door between serving clients and what they are served: a Handler is one client's conversation, a
// Connection is what it may do to its socket. Neither knows how clients are shared out over processes,
// threads or loops, so one handler runs unchanged under every model.
//
// Both live on one thread: the connection's own (its loop's, or its client's). A handler is called by nobody
// else and must not block.
#pragma once

#include "net/address.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace veche::net {

enum class CloseReason : std::uint8_t {
  finished,       ///< both sides said all they had to
  reset,          ///< the peer reset the connection, or it broke
  peer_dead,      ///< keepalive or TCP_USER_TIMEOUT gave up on the peer
  slow_reader,    ///< the peer let more than the send queue pile up
  write_stalled,  ///< the peer took nothing for the write-stall deadline
  aborted,        ///< our own side asked for it
  tls_failed,     ///< what came was not TLS, or broke its rules
};

/// "finished", "reset by peer", ...: for logs.
std::string_view close_reason_text(CloseReason reason);

/// Bytes that many connections send: made once, held until the slowest has them.
using SharedBytes = std::shared_ptr<const std::string>;

/// What an encrypted connection was agreed to be.
struct TlsFacts {
  std::string version;      ///< "TLSv1.3"
  std::string cipher;       ///< "TLS_AES_256_GCM_SHA384"
  std::string fingerprint;  ///< SHA-256 of the client's certificate, 64 hex digits in lower case; or empty
};

/// One client's socket, as its handler sees it.
class Connection {
 public:
  virtual ~Connection() = default;

  /// Queues `bytes`; they leave at the end of this turn of the loop, with one call for all that was queued.
  /// Past the send queue's bound the connection is cut (CloseReason::slow_reader), never waited for.
  virtual void send(std::string_view bytes) = 0;
  /// Queues `length` bytes of a shared buffer from `offset`. Copied only as far as the socket does not take
  /// them at once: the rest holds a reference.
  virtual void send_shared(const SharedBytes& bytes, std::size_t offset, std::size_t length) = 0;
  /// The same two, by somebody who knows that these are the turn's last bytes for this peer: if nothing is
  /// queued they leave at once, and most peers never need a queue.
  virtual void send_last(std::string_view bytes) { send(bytes); }
  virtual void send_shared_last(const SharedBytes& bytes, std::size_t offset, std::size_t length) {
    send_shared(bytes, offset, length);
  }

  /// Sends what is queued, then our FIN, waits a while for the peer's, and closes. Nothing is received
  /// meanwhile.
  virtual void finish() = 0;
  /// Closes without sending what is queued.
  virtual void abort(CloseReason reason) = 0;

  /// Stops and resumes calling `received` (back-pressure: the peer's TCP window fills up). What had already
  /// been read is not called again.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;

  /// Calls `Handler::timer` once after `delay`, in place of an earlier wish.
  virtual void set_timer(std::chrono::milliseconds delay) = 0;
  virtual void cancel_timer() = 0;

  /// Calls `Handler::before_sending` once, in this turn's sending step (or the next one's, if this one's is
  /// over).
  virtual void tell_before_sending() = 0;

  virtual const Address& peer() const = 0;
  /// Bytes queued and not yet taken by the socket.
  virtual std::size_t backlog() const = 0;
  /// Nothing on a plain connection. Put together by the call: ask once.
  virtual std::optional<TlsFacts> tls() const { return std::nullopt; }
};

/// One client's conversation. Destroyed right after `closed`.
class Handler {
 public:
  virtual ~Handler() = default;

  /// First call; `connection` lives until `closed` returns.
  virtual void opened(Connection& connection) = 0;
  /// Bytes as they came; valid during the call.
  virtual void received(std::string_view bytes) = 0;
  /// The peer has sent its FIN (half-close): nothing more will come, but it may still read. The connection
  /// stays until the handler calls `finish`.
  virtual void peer_finished() = 0;
  /// The backlog has drained.
  virtual void writable() {}
  /// The delay of `set_timer` has passed.
  virtual void timer() {}
  /// Asked for by `tell_before_sending`: the turn's last moment to send something.
  virtual void before_sending() {}
  /// Last call, exactly once, and never from inside a call of the handler's own into its connection: a close
  /// that the handler causes is reported at the end of the turn.
  virtual void closed(CloseReason reason) = 0;
};

}  // namespace veche::net

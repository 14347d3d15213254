// Making sockets, with the options that every veche socket has. Any thread.
#pragma once

#include "base/result.h"
#include "net/address.h"
#include "net/fd.h"

#include <chrono>

namespace veche::net {

// A peer that vanished (cable, power, NAT) says nothing: the kernel asks after a silence, and gives up when
// neither the questions nor our own bytes are acknowledged.
inline constexpr std::chrono::seconds kKeepaliveIdle{60};
inline constexpr std::chrono::seconds kKeepaliveInterval{10};
inline constexpr int kKeepaliveProbes = 6;
/// TCP_USER_TIMEOUT: how long sent bytes may stay unacknowledged; as long as keepalive takes on a silent
/// line.
inline constexpr std::chrono::milliseconds kUnacknowledgedMax =
    kKeepaliveIdle + kKeepaliveProbes * kKeepaliveInterval;

/// How many finished handshakes may wait for accept(); the kernel cuts it to net.core.somaxconn.
inline constexpr int kListenBacklog = 4096;

/// A listening TCP socket: non-blocking, closed on exec, SO_REUSEADDR, an IPv6 one for IPv6 only. Port 0
/// takes any free port (`local_address` tells). The errors say which address, and what to do about it.
base::Result<Fd> listen_on(const Address& address, int backlog = kListenBacklog);
/// Whether `error` of listen_on means that somebody else listens there, so that another port may do.
bool is_address_in_use(const base::Error& error);

/// The address that a socket is bound to.
base::Result<Address> local_address(int fd);

/// What every TCP connection has: TCP_NODELAY, keepalive, TCP_USER_TIMEOUT, SO_OOBINLINE. An accepted socket
/// inherits them from its listener (Linux), so only sockets that we connect ourselves need the call.
void set_connection_options(int fd);

/// Makes close() answer the peer with RST and forget the send buffer, for a peer that does not empty it.
void reset_on_close(int fd);

/// The pending error of a socket, taken off it; 0 if there is none.
int take_error(int fd);

}  // namespace veche::net

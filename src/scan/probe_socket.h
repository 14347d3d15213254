// One question to one port: a TCP connection that is begun, looked at and taken back, on a socket that is
// used again for the next.
//
// Linux lets a socket that was refused, or disconnected with connect(AF_UNSPEC), connect anew, and tells by
// connect() itself how an earlier connect() went. So a port of a near host costs two system calls: the second
// finds the answer there. A socket of its own for each port costs twice as much (measured: 6.4 us, and 3.4).
//
// Pitfalls that this file is there for:
//  - A connection to a port of this machine may come out of that very port: TCP then connects it to itself
//    (RFC 9293, 3.5, simultaneous open). Two of our own sockets can meet in the same way. Neither is an open
//    port, so among our own addresses what looks open is asked again from a port that is bound beforehand.
//  - ECONNRESET is not ECONNREFUSED: the connection was there, and then thrown out. The port is open.
#pragma once

#include "net/address.h"
#include "net/fd.h"

#include <cstdint>

namespace veche::scan {

enum class Answer : std::uint8_t {
  none,  ///< not yet
  open,  ///< and the socket is connected, unless the other end has reset it at once
  closed,
  unreachable,  ///< ICMP said so
  prohibited,   ///< ICMPv6 said so
  not_allowed,  ///< this machine's firewall does not let it out
  no_room,      ///< this machine has no port, buffer or the like for it now
  no_way,       ///< this machine cannot reach that address at all: see errno
};

/// A TCP socket for probes, non-blocking, of the family of `address`. Without a descriptor, errno tells.
net::Fd open_probe_socket(const net::Address& address);

/// Begins to connect an idle socket, and looks once whether that was it, unless that is known to be too
/// early. After anything but `none` and `open` the socket is idle again.
Answer ask(int fd, const net::Address& address, bool looks = true);
/// How it goes with a socket that was asked and said `none`.
Answer look(int fd, const net::Address& address);
/// Of a socket of which epoll says that it has an error, when look() says `none`: ICMP that arrived while
/// connect() itself held the socket does not end the attempt, and is told here only.
Answer look_at_error(int fd);
/// Takes it back: makes the socket idle, whatever state it is in. What was connected is reset.
void take_back(int fd);

/// Whether a connected socket may be connected to one of our own probes: both ends have one address.
bool may_be_our_own(int fd);
/// Asks once more in a way that cannot meet our own probes. Waits up to a second; none: nobody answered. What
/// is connected goes to `connection`, if that is given, and is reset if not. Takes a descriptor, seldom two;
/// of no_room errno tells.
Answer ask_from_a_port_of_our_own(const net::Address& address, net::Fd* connection = nullptr);

}  // namespace veche::scan

// What connections do to their sockets, whoever waits for these: an event loop for thousands of them
// (event_connection.h) or a thread for one (thread_connection.h). Any thread; one at a time for each socket.
#pragma once

#include "net/handler.h"
#include "net/send_queue.h"

#include <span>
#include <string_view>

namespace veche::net {

/// What an errno of a socket says about its peer.
CloseReason reason_of(int error);

struct Sent {
  bool progress = false;  ///< the socket took something
  bool blocked = false;   ///< and takes no more for now
  int error = 0;          ///< an errno: the connection is broken
};
/// Hands `queue` to the socket, with as few calls as can be, until one of them is empty or full.
Sent send_queued(int fd, SendQueue& queue);

struct Offered {
  std::size_t taken = 0;
  int error = 0;  ///< an errno: the connection is broken
};
/// One call: as much of `bytes` as the socket takes now.
Offered offer(int fd, std::string_view bytes);

/// The last step before close(): makes it an orderly end or a reset, as `reason` demands. Closing over unread
/// input makes TCP send a reset, which can overtake what we sent last; so unless the peer has finished, what
/// it has sent is read away into `buffer`.
void prepare_close(int fd, CloseReason reason, bool peer_has_finished, std::span<char> buffer);

/// Says `text` to a client that cannot be served, if the socket takes it at once, and our FIN. Waits for
/// nothing. The caller closes.
void refuse(int fd, std::string_view text);

}  // namespace veche::net

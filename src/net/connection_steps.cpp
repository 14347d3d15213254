#include "net/connection_steps.h"

#include "base/secret.h"
#include "net/socket.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace veche::net {
namespace {

constexpr std::size_t kPiecesMax = 64;
constexpr int kDiscardReadsMax = 4;
constexpr int kRefusedReadsMax = 16;

}  // namespace

CloseReason reason_of(int error) {
  switch (error) {
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
      return CloseReason::peer_dead;
    default:
      return CloseReason::reset;  // ECONNRESET, EPIPE, and whatever else broke it
  }
}

Sent send_queued(int fd, SendQueue& queue) {
  Sent result;
  while (!queue.empty() && !result.blocked) {
    std::array<iovec, kPiecesMax> room;
    const std::span<iovec> pieces = queue.gather(room);
    std::size_t offered = 0;
    for (const iovec& piece : pieces) offered += piece.iov_len;
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    const ssize_t sent = pieces.size() == 1 ? ::send(fd, pieces[0].iov_base, offered, MSG_NOSIGNAL)
                                            : ::sendmsg(fd, &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        result.blocked = true;
      } else {
        result.error = errno;
      }
      return result;
    }
    result.progress = true;
    queue.consume(static_cast<std::size_t>(sent));
    result.blocked = static_cast<std::size_t>(sent) < offered;  // a short write: the socket is full
  }
  return result;
}

Offered offer(int fd, std::string_view bytes) {
  const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return {.taken = static_cast<std::size_t>(sent)};
  return {.error = errno == EAGAIN || errno == EINTR ? 0 : errno};
}

void prepare_close(int fd, CloseReason reason, bool peer_has_finished, std::span<char> buffer) {
  if (reason == CloseReason::slow_reader || reason == CloseReason::write_stalled)
    return reset_on_close(fd);  // or the kernel would offer its own megabytes to such a peer for minutes
  if (peer_has_finished) return;
  for (int reads = 0; reads < kDiscardReadsMax; ++reads) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got > 0) base::wipe(buffer.data(), static_cast<std::size_t>(got));
    if (got < static_cast<ssize_t>(buffer.size())) return;
  }
}

void refuse(int fd, std::string_view text) {
  if (!text.empty()) ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(fd, SHUT_WR);
  // What came before would turn the close into a reset, and that eats the line.
  std::array<char, 4096> unread;
  for (int reads = 0; reads < kRefusedReadsMax; ++reads)
    if (::recv(fd, unread.data(), unread.size(), MSG_DONTWAIT) <= 0) break;
}

}  // namespace veche::net

#include "echo/echo_link.h"

#include "base/limits.h"

#include <poll.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace veche::echo {
namespace {

using Kind = LinkEvent::Kind;
using Why = Loss::Why;

LinkEvent lost(Why why, std::uint64_t at = 0, int error = 0) { return {Kind::lost, {}, {why, at, error}}; }

LinkEvent lost(int error) {
  return lost(error == ECONNRESET || error == EPIPE ? Why::reset : Why::failed, 0, error);
}

}  // namespace

EchoLink::EchoLink(net::Fd connection, Unanswered& unanswered, std::chrono::milliseconds read_timeout)
    : connection_(std::move(connection)),
      unanswered_(unanswered),
      read_timeout_(read_timeout),
      heard_at_(net::mono_now()),
      buffer_(base::limits::kReadBufferBytes) {
  unanswered_.send_again();
}

void EchoLink::send(std::string_view bytes) {
  if (!is_owed()) heard_at_ = net::mono_now();
  unanswered_.add(bytes);
}

void EchoLink::finish() {
  if (!is_owed()) heard_at_ = net::mono_now();
  is_finished_ = true;
}

LinkEvent EchoLink::wait(int input, const net::Patience& patience) {
  for (;;) {
    send_some();
    const bool has_more = !unanswered_.to_send().empty() && send_error_ == 0;
    const auto silent_until = is_owed() ? heard_at_ + read_timeout_ : base::MonoTime::max();
    pollfd fds[] = {{connection_.get(), static_cast<short>(POLLIN | (has_more ? POLLOUT : 0)), 0},
                    {patience.stop_fd, POLLIN, 0},
                    {input, POLLIN, 0}};
    net::poll_until(fds, std::min(patience.until, silent_until));

    if (fds[1].revents != 0) return {Kind::stopped, {}, {}};  // first: replies may never cease
    if ((fds[0].revents & ~POLLOUT) != 0) return receive();
    if (fds[2].revents != 0) return {Kind::input, {}, {}};
    const auto now = net::mono_now();
    if (now >= silent_until) return lost(unanswered_.empty() ? Why::no_end : Why::no_reply);
    if (now >= patience.until) return {Kind::due, {}, {}};
  }
}

void EchoLink::send_some() {
  for (std::string_view rest; send_error_ == 0 && !(rest = unanswered_.to_send()).empty();) {
    const ssize_t sent = ::send(connection_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      unanswered_.mark_sent(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      send_error_ = errno;  // what came before it can still be read
    }
  }
  if (is_finished_ && !has_sent_fin_ && send_error_ == 0) {
    ::shutdown(connection_.get(), SHUT_WR);
    has_sent_fin_ = true;
  }
}

LinkEvent EchoLink::receive() {
  ssize_t got = 0;
  do {
    got = ::recv(connection_.get(), buffer_.data(), buffer_.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return lost(errno);
  if (got == 0) {
    if (send_error_ != 0) return lost(send_error_);
    if (!unanswered_.empty()) return lost(Why::cut_short);
    return is_finished_ ? LinkEvent{Kind::finished, {}, {}} : lost(Why::closed);
  }
  heard_at_ = net::mono_now();
  const std::string_view reply(buffer_.data(), static_cast<std::size_t>(got));
  if (const auto difference = unanswered_.answer(reply)) {
    return lost(difference->is_surplus ? Why::surplus : Why::different, difference->at);
  }
  return {Kind::answered, reply, {}};
}

}  // namespace veche::echo

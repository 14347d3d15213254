#include "net/socket.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace veche::net {
namespace {

bool set_option(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

const char* hint_for(int error) {
  switch (error) {
    case EADDRINUSE:
      return "choose another port, or stop what listens there";
    case EADDRNOTAVAIL:
      return "this machine has no such address";
    case EACCES:
      return "ports below 1024 need the right to bind them";
    default:
      return "";
  }
}

}  // namespace

base::Result<Fd> listen_on(const Address& address, int backlog) {
  const auto failed = [&] {
    const int error = errno;
    return base::fail("cannot listen on " + address.text(), base::errno_text(error), hint_for(error));
  };
  Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return failed();
  // Without SO_REUSEADDR a restart waits a minute for the old connections' TIME_WAIT.
  if (!set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1)) return failed();
  if (address.family() == AF_INET6 && !set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1)) return failed();
  set_connection_options(fd.get());
  if (::bind(fd.get(), address.data(), address.size()) != 0) return failed();
  if (::listen(fd.get(), backlog) != 0) return failed();
  return fd;
}

bool is_address_in_use(const base::Error& error) { return error.why == base::errno_text(EADDRINUSE); }

base::Result<Address> local_address(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0)
    return base::fail("address of a socket", base::errno_text(errno));
  return Address(reinterpret_cast<const sockaddr*>(&storage), length);
}

void set_connection_options(int fd) {
  // Refused only for what is not TCP, where none of them means anything.
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(kKeepaliveIdle.count()));
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(kKeepaliveInterval.count()));
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepaliveProbes);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(kUnacknowledgedMax.count()));
  // telnet sends the last byte of IAC DM as urgent data; out of line it would tear the pair apart.
  set_option(fd, SOL_SOCKET, SO_OOBINLINE, 1);
}

void reset_on_close(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

int take_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

}  // namespace veche::net

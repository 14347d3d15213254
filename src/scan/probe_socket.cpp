#include "scan/probe_socket.h"

#include "net/socket.h"
#include "net/waiting.h"

#include <poll.h>

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace veche::scan {
namespace {

constexpr std::chrono::seconds kSecondLook{1};

/// What connect() said of a connection that was begun earlier.
Answer answer_of(int error) {
  switch (error) {
    case 0:
    case EISCONN:
    case ECONNRESET:
      return Answer::open;
    case ECONNREFUSED:
      return Answer::closed;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
    case ENOPROTOOPT:
      return Answer::unreachable;
    case EACCES:
    case EPERM:
      return Answer::prohibited;
    default:
      return Answer::none;  // EALREADY; or the kernel gave up sooner than we do: nothing is known
  }
}

/// What connect() said of one that could not even be begun.
Answer refusal_of(int error) {
  switch (error) {
    case EAGAIN:
    case EADDRNOTAVAIL:
    case EADDRINUSE:
    case ENOBUFS:
    case ENOMEM:
      return Answer::no_room;
    case EPERM:
      return Answer::not_allowed;
    case ECONNREFUSED:
      return Answer::closed;
    default:
      return Answer::no_way;
  }
}

int try_connect(int fd, const net::Address& address) {
  return ::connect(fd, address.data(), address.size()) == 0 ? 0 : errno;
}

net::Address end_of(int fd, int (*name)(int, sockaddr*, socklen_t*)) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (name(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  return net::Address(reinterpret_cast<const sockaddr*>(&storage), length);
}

net::Address own_end(int fd) {
  return end_of(fd, [](int s, sockaddr* a, socklen_t* n) { return ::getsockname(s, a, n); });
}

}  // namespace

net::Fd open_probe_socket(const net::Address& address) {
  return net::Fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
}

Answer ask(int fd, const net::Address& address, bool looks) {
  const int error = try_connect(fd, address);
  if (error == 0) return Answer::open;
  if (error != EINPROGRESS) return refusal_of(error);
  return looks ? look(fd, address) : Answer::none;
}

Answer look(int fd, const net::Address& address) { return answer_of(try_connect(fd, address)); }

Answer look_at_error(int fd) {
  const int error = net::take_error(fd);
  const Answer answer = error == 0 ? Answer::none : answer_of(error);
  // Only what ICMP says; and then the attempt still has to be ended.
  if (answer != Answer::unreachable && answer != Answer::prohibited) return Answer::none;
  take_back(fd);
  return answer;
}

void take_back(int fd) {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  ::connect(fd, &nobody, sizeof nobody);
}

bool may_be_our_own(int fd) {
  const net::Address own = own_end(fd);
  const net::Address peer =
      end_of(fd, [](int s, sockaddr* a, socklen_t* n) { return ::getpeername(s, a, n); });
  return peer.family() != AF_UNSPEC && own.bits() == peer.bits();  // without a peer: it was reset since
}

Answer ask_from_a_port_of_our_own(const net::Address& address, net::Fd* connection) {
  // The port is bound before it is known to anybody, and kept while others are tried: none of them is the
  // one asked, and no other probe comes from it.
  std::array<net::Fd, 2> sockets;
  for (net::Fd& fd : sockets) {
    fd = open_probe_socket(address);
    if (!fd) return Answer::no_room;
    const net::Address any = net::Address::of(address.bits());
    if (::bind(fd.get(), any.data(), any.size()) != 0) return Answer::no_room;
    if (own_end(fd.get()).port() == address.port()) continue;
    Answer answer = ask(fd.get(), address);
    if (answer == Answer::none) {
      std::array wait{pollfd{fd.get(), POLLOUT, 0}};
      net::poll_until(wait, net::mono_now() + kSecondLook);
      answer = look(fd.get(), address);
    }
    if (answer == Answer::open && connection != nullptr) {
      *connection = std::move(fd);
    } else {
      take_back(fd.get());
    }
    return answer;
  }
  return Answer::no_room;
}

}  // namespace veche::scan

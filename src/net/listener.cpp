#include "net/listener.h"

#include "net/connection_steps.h"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace veche::net {
namespace {

// An eventfd needs nothing but a free number: no path that a jail may lack.
Fd open_reserve() { return Fd(::eventfd(0, EFD_CLOEXEC)); }

}  // namespace

base::Result<std::unique_ptr<Listener>> Listener::open(EventLoop& loop, const Address& address,
                                                       ListenerOptions options, Accepted accepted) {
  std::unique_ptr<Listener> listener(new Listener(loop, address, std::move(options), std::move(accepted)));
  if (auto listening = listener->listen(); !listening) return tl::unexpected(listening.error());
  return listener;
}

Listener::Listener(EventLoop& loop, const Address& address, ListenerOptions options, Accepted accepted)
    : loop_(loop),
      local_(address),
      options_(std::move(options)),
      accepted_(std::move(accepted)),
      reserve_(open_reserve()) {}

Listener::~Listener() { pause(); }

base::Result<> Listener::listen() {
  auto socket = listen_on(local_, options_.backlog);
  if (!socket) return tl::unexpected(socket.error());
  auto local = local_address(socket->get());
  if (!local) return tl::unexpected(local.error());
  // Level-triggered, unlike connections: clients left waiting after accepts_per_turn_max are then told of
  // again.
  if (!loop_.watch(socket->get(), EPOLLIN, *this))
    return base::fail("cannot listen on " + local->text(), base::errno_text(errno));
  local_ = *local;
  socket_ = std::move(*socket);
  return {};
}

void Listener::pause() {
  loop_.check_thread();
  loop_.timers().cancel(retry_);
  backoff_ = {};
  if (!socket_) return;
  loop_.unwatch(socket_.get(), *this);
  socket_.reset();
}

base::Result<> Listener::resume() {
  loop_.check_thread();
  if (socket_) return {};
  return listen();
}

void Listener::ready(std::uint32_t) {
  for (int left = options_.accepts_per_turn_max; left > 0; --left)
    if (!socket_ || !accept_one()) return;
}

/// True: look for the next one.
bool Listener::accept_one() {
  sockaddr_storage peer;
  socklen_t length = sizeof peer;
  Fd client(
      ::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!client) return accept_failed(errno);
  if (backoff_.count() != 0) {
    backoff_ = {};
    loop_.log().info("{}: accepting connections again, {} were refused so far", local_.text(), refused_);
  }
  accepted_(std::move(client), Address(reinterpret_cast<const sockaddr*>(&peer), length));
  return true;
}

bool Listener::accept_failed(int error) {
  switch (error) {
    case EAGAIN:
      return false;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      back_off(error);
      return false;
    default:
      return true;  // ECONNABORTED and the like are the fate of one client, who has gone: accept(2)
  }
}

void Listener::back_off(int error) {
  if (backoff_.count() == 0)
    loop_.log().error("{}: no connection can be accepted: {}", local_.text(), base::errno_text(error));
  if (error == EMFILE || error == ENFILE) refuse_waiting();
  backoff_ = std::clamp(backoff_ * 2, kBackoffMin, kBackoffMax);
  loop_.unwatch(socket_.get(), *this);  // level-triggered: it would wake us all the while
  loop_.timers().arm(retry_, loop_.clock().mono() + backoff_);
}

void Listener::refuse_waiting() {
  for (int left = options_.accepts_per_turn_max; left > 0 && reserve_; --left) {
    reserve_.reset();
    Fd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    const bool was_waiting = static_cast<bool>(client);
    if (was_waiting) {
      refuse(client.get(), options_.refusal);
      client.reset();  // before the reserve is taken again: there is no other number
      ++refused_;
    }
    reserve_ = open_reserve();  // another thread may have been quicker; `expired` tries again
    if (!was_waiting) return;
  }
}

void Listener::expired(Timer&) {
  if (!reserve_) reserve_ = open_reserve();
  // The next epoll_wait tells of whoever waits by now; the first one accepted proves that the need is over.
  if (!loop_.watch(socket_.get(), EPOLLIN, *this))
    loop_.timers().arm(retry_, loop_.clock().mono() + backoff_);
}

}  // namespace veche::net

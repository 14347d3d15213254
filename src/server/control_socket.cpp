#include "server/control_socket.h"

#include "control/ctl_protocol.h"
#include "server/control_client.h"

#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace veche::server {
namespace {

constexpr int kBacklog = 16;
constexpr std::size_t kClientsMax = 64;
constexpr std::chrono::milliseconds kRetry{100};  // for a descriptor to accept with

/// Who is at the other end, by the kernel's word.
struct Peer {
  uid_t uid = static_cast<uid_t>(-1);
  pid_t pid = 0;

  explicit Peer(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return;
    uid = credentials.uid;
    pid = credentials.pid;
  }
  bool may_operate() const { return uid == 0 || uid == ::geteuid(); }
  std::string name() const { return "uid " + std::to_string(uid); }
};

/// Sends what the socket takes at once, to a peer that gets no more.
void turn_away(int socket, const base::Error& error) {
  const std::string frames = control::encode(error) + control::encode(control::CtlEnd{1});
  ::send(socket, frames.data(), frames.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

base::Result<std::unique_ptr<ControlSocket>> ControlSocket::open(net::EventLoop& loop, Operator& desk,
                                                                 OperatorCommands& commands,
                                                                 const std::filesystem::path& path) {
  const std::string name = path.string();
  const std::string what = "control socket " + name;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() >= sizeof address.sun_path) {
    return base::fail(what, "the path is too long", "at most 107 bytes; choose a shorter data directory");
  }
  std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
  net::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return base::fail(what, base::errno_text(errno));
  ::unlink(name.c_str());
  const mode_t before = ::umask(0177);  // 0600 from the first moment on
  const int bound = ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  ::umask(before);
  if (bound != 0) return base::fail(what, base::errno_text(error));
  if (::listen(socket.get(), kBacklog) != 0) return base::fail(what, base::errno_text(errno));
  auto control =
      std::unique_ptr<ControlSocket>(new ControlSocket(loop, desk, commands, path, std::move(socket)));
  if (!loop.watch(control->socket_.get(), EPOLLIN, *control))
    return base::fail(what, base::errno_text(errno));
  return control;
}

ControlSocket::ControlSocket(net::EventLoop& loop, Operator& desk, OperatorCommands& commands,
                             std::filesystem::path path, net::Fd socket)
    : loop_(loop), desk_(desk), commands_(commands), path_(std::move(path)), socket_(std::move(socket)) {}

ControlSocket::~ControlSocket() {
  loop_.timers().cancel(retry_);
  loop_.unwatch(socket_.get(), *this);
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

// Level-triggered: one a turn is fast enough for operators, and nobody can keep the loop here.
void ControlSocket::ready(std::uint32_t) {
  net::Fd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!client && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
    loop_.unwatch(socket_.get(), *this);  // level-triggered: whoever waits would wake us all the while
    return loop_.timers().arm(retry_, loop_.clock().mono() + kRetry);
  }
  if (!client) return;
  const Peer peer(client.get());
  if (!peer.may_operate()) {
    commands_.audit(peer.name(), "ctl", "connect", "turned away");
    return turn_away(client.get(),
                     {"control socket", "only the server's own user and root may operate it", ""});
  }
  if (loop_.connection_count() >= kClientsMax) {
    return turn_away(client.get(), {"control socket", "too many operators at once", "try again"});
  }
  loop_.adopt(std::move(client), net::Address{},
              std::make_unique<ControlClient>(desk_, commands_, peer.name()));
}

void ControlSocket::expired(net::Timer&) {
  if (!loop_.watch(socket_.get(), EPOLLIN, *this)) loop_.timers().arm(retry_, loop_.clock().mono() + kRetry);
}

}  // namespace veche::server

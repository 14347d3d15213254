#include "control/control_connection.h"

#include <fmt/core.h>
#include <poll.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace veche::control {
namespace {

using base::fail;
using base::Result;
using std::chrono::milliseconds;

constexpr milliseconds kLookAgain{20};  // whether a full backlog has room

bool has_hung_up(int error) { return error == EPIPE || error == ECONNRESET; }

}  // namespace

Result<ControlConnection> ControlConnection::open(const std::filesystem::path& socket, milliseconds patience,
                                                  const Absence& absence) {
  ControlConnection connection(socket, patience);
  if (auto done = connection.connect(absence); !done) return tl::unexpected(std::move(done.error()));
  return connection;
}

Result<> ControlConnection::connect(const Absence& absence) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket_;
  if (path.size() >= sizeof address.sun_path) {
    return fail(path, "the path is too long for a socket", "use a data directory with a shorter path");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  fd_ = net::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd_) return fail(path, base::errno_text(errno));
  while (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    if (error == ENOENT || error == ECONNREFUSED) return fail(path, absence.why, absence.hint);
    if (error == EACCES) return fail(path, base::errno_text(error), "only the server's own user may");
    // A local socket does not connect in the background: EAGAIN is a full backlog, and nothing tells when it
    // has room.
    if (error != EAGAIN && error != EINTR) return fail(path, base::errno_text(error));
    if (deadline_ && Clock::now() >= *deadline_) return too_slow("it takes no connection");
    ::poll(nullptr, 0, static_cast<int>(kLookAgain.count()));
  }
  return {};
}

Result<> ControlConnection::send(std::string_view line) {
  while (!line.empty()) {
    const ssize_t sent = ::send(fd_.get(), line.data(), line.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      line.remove_prefix(static_cast<std::size_t>(sent));
    } else if (has_hung_up(errno)) {
      return {};
    } else if (errno != EAGAIN && errno != EINTR) {
      return fail(socket_, base::errno_text(errno));
    } else if (!wait_for(POLLOUT)) {
      return too_slow("it does not read");
    }
  }
  return {};
}

Result<std::string> ControlConnection::receive(std::size_t bytes_max) {
  for (std::size_t searched = 0;;) {
    const std::size_t end = received_.find('\n', searched);
    if (std::min(end, received_.size()) > bytes_max) return fail(socket_, "the server's answer is too long");
    if (end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      gave_line_ = true;
      return line;
    }
    searched = received_.size();
    if (auto read = read_more(); !read) return tl::unexpected(std::move(read.error()));
  }
}

/// At least a byte.
Result<> ControlConnection::read_more() {
  char piece[16 * 1024];
  for (;;) {
    const ssize_t got = ::recv(fd_.get(), piece, sizeof piece, 0);
    if (got > 0) {
      received_.append(piece, static_cast<std::size_t>(got));
      return {};
    }
    if (got == 0 || has_hung_up(errno)) {
      return fail(socket_,
                  gave_line_ ? "the server closed the connection in the middle of its answer"
                             : "the server closed the connection without an answer",
                  "its log may say why");
    }
    if (errno != EAGAIN && errno != EINTR) return fail(socket_, base::errno_text(errno));
    if (!wait_for(POLLIN)) return too_slow("whether it was done is not known");
  }
}

/// False when the deadline has passed and there is still nothing: a process that was stopped for a while
/// (Ctrl-Z) hears all the same what came meanwhile.
bool ControlConnection::wait_for(short events) const {
  pollfd waiting{fd_.get(), events, 0};
  if (!deadline_) return ::poll(&waiting, 1, -1) != 0;
  const auto left = std::max(std::chrono::ceil<milliseconds>(*deadline_ - Clock::now()), milliseconds{0});
  return ::poll(&waiting, 1, static_cast<int>(left.count())) != 0;
}

tl::unexpected<base::Error> ControlConnection::too_slow(std::string hint) const {
  const double seconds = std::chrono::duration<double>(patience_).count();
  return fail(socket_, fmt::format("the server did not answer within {:g} s", seconds), std::move(hint));
}

}  // namespace veche::control

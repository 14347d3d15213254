#include "control/remote_accounts.h"

#include "net/fd.h"
#include "store/password.h"

#include <fmt/format.h>
#include <poll.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace veche::control {
namespace {

using base::fail;
using base::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// One exchange with the server, which has until `deadline`.
class Exchange {
 public:
  Exchange(const std::filesystem::path& socket, milliseconds patience)
      : socket_(socket), patience_(patience), deadline_(steady_clock::now() + patience) {}

  Result<> connect() {
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
      // A local socket does not connect in the background: EAGAIN is a full backlog, and nothing tells when
      // it has room.
      if (errno != EAGAIN && errno != EINTR) return nobody_answers(errno);
      if (steady_clock::now() >= deadline_) return too_slow("it takes no connection");
      ::poll(nullptr, 0, 20);
    }
    return {};
  }

  Result<> send(std::string_view line) {
    while (!line.empty()) {
      const ssize_t sent = ::send(fd_.get(), line.data(), line.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        line.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno != EAGAIN && errno != EINTR) {
        return fail(socket_, base::errno_text(errno));
      } else if (!wait_for(POLLOUT)) {
        return too_slow("it does not read");
      }
    }
    return {};
  }

  /// The answer's line, without its LF.
  Result<std::string> receive() {
    std::string answer;
    char piece[16 * 1024];
    while (answer.size() <= kAccountAnswerBytesMax) {
      const ssize_t got = ::recv(fd_.get(), piece, sizeof piece, 0);
      if (got > 0) {
        const std::string_view bytes(piece, static_cast<std::size_t>(got));
        const std::size_t end = bytes.find('\n');
        answer.append(bytes.substr(0, end));
        if (end != std::string_view::npos) return answer;
      } else if (got == 0) {
        return fail(socket_, "the server closed the connection without an answer", "its log may say why");
      } else if (errno != EAGAIN && errno != EINTR) {
        return fail(socket_, base::errno_text(errno));
      } else if (!wait_for(POLLIN)) {
        return too_slow("whether it was done is not known");
      }
    }
    return fail(socket_, "the server's answer is too long");
  }

 private:
  tl::unexpected<base::Error> nobody_answers(int error) const {
    if (error == ENOENT || error == ECONNREFUSED) {
      return fail(socket_, "nobody answers there, though the data directory is in use",
                  "is the server starting or stopping? try again");
    }
    return fail(socket_, base::errno_text(error), error == EACCES ? "only the server's own user may" : "");
  }

  tl::unexpected<base::Error> too_slow(std::string hint) const {
    const double seconds = std::chrono::duration<double>(patience_).count();
    return fail(socket_, fmt::format("the server did not answer within {:g} s", seconds), std::move(hint));
  }

  /// False when the deadline has passed.
  bool wait_for(short events) const {
    pollfd waiting{fd_.get(), events, 0};
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - steady_clock::now()).count();
    return left > 0 && ::poll(&waiting, 1, static_cast<int>(left)) != 0;
  }

  const std::filesystem::path& socket_;
  milliseconds patience_;
  steady_clock::time_point deadline_;
  net::Fd fd_;
};

}  // namespace

AccountAnswer RemoteAccounts::ask(AccountRequest request) {
  Exchange exchange(socket_, patience_);
  auto done = exchange.connect();
  if (done) {
    std::string line = encode(request);
    done = exchange.send(line);
    store::wipe(line);
  }
  store::wipe(request.password);
  if (!done) return tl::unexpected(done.error());
  const auto answer = exchange.receive();
  if (!answer) return tl::unexpected(answer.error());
  return parse_account_answer(*answer);
}

Result<> RemoteAccounts::order(AccountAction action, std::string_view name, std::string_view password) {
  const AccountAnswer answer = ask({action, std::string(name), std::string(password)});
  if (!answer) return tl::unexpected(answer.error());
  return {};
}

Result<> RemoteAccounts::add(std::string_view name, std::string_view password) {
  return order(AccountAction::add, name, password);
}

Result<> RemoteAccounts::change_password(std::string_view name, std::string_view password) {
  return order(AccountAction::passwd, name, password);
}

Result<> RemoteAccounts::remove(std::string_view name) { return order(AccountAction::remove, name, {}); }

Result<std::vector<AccountLine>> RemoteAccounts::list() { return ask({AccountAction::list, {}, {}}); }

}  // namespace veche::control

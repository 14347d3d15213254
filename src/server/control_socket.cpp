#include "server/control_socket.h"

#include "control/account_protocol.h"
#include "store/password.h"
#include "wire/line_decoder.h"

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

constexpr std::chrono::seconds kRequestTimeout{10};
constexpr int kBacklog = 16;

/// One request, one answer, and out.
class ControlClient final : public net::Handler {
 public:
  explicit ControlClient(Operator& desk) : desk_(desk) {}

  void opened(net::Connection& connection) override {
    *connection_ = &connection;
    connection.set_timer(kRequestTimeout);
  }

  void received(std::string_view bytes) override {
    lines_.feed(bytes);
    if (asked_) return;
    const auto event = lines_.next();
    if (!event) return;
    asked_ = true;
    (*connection_)->cancel_timer();
    const auto* line = std::get_if<wire::LineDecoder::Line>(&*event);
    auto request = line != nullptr ? control::parse_account_request(line->text)
                                   : base::fail("control socket", "the request is too long");
    if (!request) return answer(tl::unexpected(request.error()));
    // The client may be gone before the answer is there: then nobody hears it.
    desk_.manage(std::move(*request),
                 [this, alive = std::weak_ptr(connection_)](const control::AccountAnswer& done) {
                   if (!alive.expired()) answer(done);
                 });
  }

  void peer_finished() override {
    if (!asked_) (*connection_)->finish();
  }
  void timer() override { answer(base::fail("control socket", "no request came")); }
  void closed(net::CloseReason) override {}

 private:
  void answer(const control::AccountAnswer& answer) {
    (*connection_)->send(control::encode(answer));
    (*connection_)->finish();
  }

  Operator& desk_;
  wire::LineDecoder lines_{control::kAccountRequestBytesMax};
  std::shared_ptr<net::Connection*> connection_ = std::make_shared<net::Connection*>(nullptr);
  bool asked_ = false;
};

}  // namespace

base::Result<std::unique_ptr<ControlSocket>> ControlSocket::open(net::EventLoop& loop, Operator& desk,
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
  auto control = std::unique_ptr<ControlSocket>(new ControlSocket(loop, desk, path, std::move(socket)));
  if (!loop.watch(control->socket_.get(), EPOLLIN, *control))
    return base::fail(what, base::errno_text(errno));
  return control;
}

ControlSocket::ControlSocket(net::EventLoop& loop, Operator& desk, std::filesystem::path path, net::Fd socket)
    : loop_(loop), desk_(desk), path_(std::move(path)), socket_(std::move(socket)) {}

ControlSocket::~ControlSocket() {
  loop_.unwatch(socket_.get(), *this);
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

// Level-triggered: one a turn is fast enough for operators, and nobody can keep the loop here.
void ControlSocket::ready(std::uint32_t) {
  net::Fd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (client) loop_.adopt(std::move(client), net::Address{}, std::make_unique<ControlClient>(desk_));
}

}  // namespace veche::server

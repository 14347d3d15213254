#include "server/preface.h"

#include "base/limits.h"
#include "base/secret.h"
#include "base/text.h"
#include "net/address.h"
#include "wire/irc_message.h"
#include "wire/proxy_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace veche::server {
namespace {

/// Once the preface is read, hands everything through.
class PrefacedConnection : public net::Handler, public net::Connection {
 public:
  PrefacedConnection(PrefaceRulesPtr rules, std::unique_ptr<net::Handler> handler)
      : rules_(std::move(rules)), handler_(std::move(handler)) {}

  // Handler
  void opened(net::Connection& socket) final {
    socket_ = &socket;
    peer_ = socket.peer();
    begin();
    if (state_ == State::reading) socket.set_timer(rules_->patience);
  }
  void received(std::string_view bytes) final {
    if (state_ == State::open) return handler_->received(bytes);
    if (state_ == State::reading) read(bytes);
  }
  void peer_finished() final {
    if (state_ == State::reading) left();
    if (state_ == State::open) handler_->peer_finished();
  }
  void writable() final {
    if (state_ == State::open) handler_->writable();
  }
  void timer() final {
    if (state_ == State::open) return handler_->timer();
    if (state_ == State::reading) too_late();
  }
  void before_sending() final {
    if (state_ == State::open) handler_->before_sending();
  }
  void closed(net::CloseReason reason) final {
    state_ = State::ended;
    if (opened_) handler_->closed(reason);
  }

  // Connection
  void send(std::string_view bytes) final { socket_->send(bytes); }
  void send_shared(const net::SharedBytes& bytes, std::size_t offset, std::size_t length) final {
    socket_->send_shared(bytes, offset, length);
  }
  void send_last(std::string_view bytes) final { socket_->send_last(bytes); }
  void send_shared_last(const net::SharedBytes& bytes, std::size_t offset, std::size_t length) final {
    socket_->send_shared_last(bytes, offset, length);
  }
  void finish() final {
    state_ = State::ended;
    socket_->finish();
  }
  void abort(net::CloseReason reason) final {
    state_ = State::ended;
    socket_->abort(reason);
  }
  void pause_reading() final { socket_->pause_reading(); }
  void resume_reading() final { socket_->resume_reading(); }
  void set_timer(std::chrono::milliseconds delay) final { socket_->set_timer(delay); }
  void cancel_timer() final { socket_->cancel_timer(); }
  void tell_before_sending() final { socket_->tell_before_sending(); }
  const net::Address& peer() const final { return peer_; }
  std::size_t backlog() const final { return socket_->backlog(); }
  std::optional<net::TlsFacts> tls() const override { return socket_->tls(); }

 protected:
  /// The connection is there: hand_over, refuse, or wait for a preface.
  virtual void begin() = 0;
  virtual void read(std::string_view bytes) = 0;
  /// The preface is not there in time.
  virtual void too_late() = 0;
  /// The peer has sent its FIN before a whole preface: hand_over or finish.
  virtual void left() = 0;

  const PrefaceRules& rules() const { return *rules_; }
  net::Connection& socket() { return *socket_; }
  const net::Connection& socket() const { return *socket_; }
  /// The client is `peer`, and `bytes` are the first of his own.
  void hand_over(const net::Address& peer, std::string_view bytes) {
    peer_ = peer;
    state_ = State::open;
    opened_ = true;
    socket_->cancel_timer();
    handler_->opened(*this);
    if (state_ == State::open && !bytes.empty()) handler_->received(bytes);
  }
  void refuse(std::string_view why, std::string_view words) {
    rules_->log->warning("{} refused: {}", socket_->peer().text(), why);
    if (!words.empty()) socket_->send(words);
    finish();
  }

 private:
  enum class State : std::uint8_t { reading, open, ended };

  const PrefaceRulesPtr rules_;
  const std::unique_ptr<net::Handler> handler_;
  net::Connection* socket_ = nullptr;
  net::Address peer_;
  State state_ = State::reading;
  bool opened_ = false;
};

// A proxy's header. --------------------------------------------------------------------------------------

class ProxiedConnection final : public PrefacedConnection {
 public:
  ProxiedConnection(PrefaceRulesPtr rules, std::string_view refusal, std::unique_ptr<net::Handler> handler)
      : PrefacedConnection(std::move(rules), std::move(handler)), refusal_(refusal) {}

 private:
  void begin() override {
    if (!rules().trusts(socket().peer()))
      refuse("it is not among server.trusted_proxies, and only they may come to a port with proxy_protocol",
             refusal_);
  }
  void read(std::string_view bytes) override {
    if (!header_) header_ = std::make_unique<wire::ProxyHeader>();
    switch (header_->take(bytes)) {
      case wire::ProxyHeader::State::more:
        return;
      case wire::ProxyHeader::State::bad:
        return refuse(header_->why(), refusal_);
      case wire::ProxyHeader::State::done:
        break;
    }
    const auto source = std::exchange(header_, nullptr)->source();
    hand_over(source ? net::Address::of(source->address, source->port) : socket().peer(), bytes);
  }
  void too_late() override {
    rules().log->warning("{} refused: no whole PROXY header in time", socket().peer().text());
    abort(net::CloseReason::aborted);
  }
  void left() override { finish(); }  // so looks a proxy that only asks whether the port is open

  const std::string_view refusal_;
  std::unique_ptr<wire::ProxyHeader> header_;
};

// A gateway's first command. -----------------------------------------------------------------------------

constexpr std::string_view kWebirc = "WEBIRC ";
constexpr std::string_view kNotInTime = "no whole WEBIRC command in time";

/// In a time that tells nothing of where they differ.
bool same_secret(std::string_view a, std::string_view b) {
  unsigned different = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    different |= static_cast<unsigned char>(a[i] ^ b[i]);
  return different == 0;
}

/// Whether `text` may still become a WEBIRC command, or is one.
bool may_be_webirc(std::string_view text) {
  const std::size_t compared = std::min(text.size(), kWebirc.size());
  return std::equal(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(compared), kWebirc.begin(),
                    [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b; });
}

class GatewayConnection final : public PrefacedConnection {
 public:
  using PrefacedConnection::PrefacedConnection;

  /// Encrypted only if it is so all the way; and the certificate is the gateway's own.
  std::optional<net::TlsFacts> tls() const override {
    auto facts = socket().tls();
    if (!speaks_for_another_ || !facts) return facts;
    if (!secure_) return std::nullopt;
    facts->fingerprint.clear();
    return facts;
  }

 private:
  void begin() override {
    if (rules().gateways.empty() || !rules().trusts(socket().peer())) hand_over(socket().peer(), {});
  }
  void read(std::string_view bytes) override {
    line_ += bytes;
    if (!may_be_webirc(line_)) return hand_over(socket().peer(), std::exchange(line_, {}));
    const std::size_t end = line_.view().find('\n');
    if (std::min(end, line_.size()) > base::limits::kIrcLineBytesMax)
      return refuse("a WEBIRC command that is too long", error("Input line was too long"));
    if (end == std::string_view::npos) return;
    const base::Secret kept = std::exchange(line_, {});
    std::string_view line = kept.view().substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    command(line, kept.view().substr(end + 1));
  }
  void too_late() override {
    if (line_.empty()) return hand_over(socket().peer(), {});  // no gateway, and in no hurry
    refuse(kNotInTime, error(kNotInTime));
  }
  void left() override { hand_over(socket().peer(), std::exchange(line_, {})); }

  static std::string error(std::string_view words) { return fmt::format("ERROR :{}\r\n", words); }

  /// WEBIRC password gateway host address [:options]; the host's name is the gateway's word alone, and not
  /// shown.
  void command(std::string_view line, std::string_view rest) {
    const auto message = wire::irc_line_fault(line) ? std::nullopt : wire::parse_irc_message(line);
    if (!message || message->parameter_count < 4)
      return refuse("a WEBIRC command with too few parameters",
                    error("WEBIRC needs a password, a name, a host and an address"));
    const auto known =
        std::find_if(rules().gateways.begin(), rules().gateways.end(), [&](const Gateway& gateway) {
          return gateway.password.empty() || same_secret(gateway.password, message->parameter(0));
        });
    if (known == rules().gateways.end())
      return refuse("its WEBIRC password is wrong", error("Invalid WebIRC password"));
    read_options(message->parameter(4));
    const auto client = net::Address::parse(message->parameter(3), port_);
    if (!client) return refuse("a WEBIRC command with a broken address", error("Invalid address in WEBIRC"));
    rules().log->info("{} speaks for {} (gateway {})", socket().peer().text(), client->text(), known->name);
    speaks_for_another_ = true;
    hand_over(*client, rest);
  }
  void read_options(std::string_view options) {
    while (!options.empty()) {
      const auto [word, rest] = base::split_word(options);
      options = rest;
      const std::string_view name = word.substr(0, word.find('='));
      const std::string_view value =
          name.size() < word.size() ? word.substr(name.size() + 1) : std::string_view();
      if (name == "secure") secure_ = true;
      if (name == "remote-port") std::from_chars(value.data(), value.data() + value.size(), port_);
    }
  }

  base::Secret line_;  // the gateway's password is in it, and a client's may be
  std::uint16_t port_ = 0;
  bool speaks_for_another_ = false;
  bool secure_ = false;
};

}  // namespace

bool PrefaceRules::trusts(const net::Address& address) const {
  const base::AddressBits bits = address.bits();
  return std::any_of(trusted.begin(), trusted.end(),
                     [&](const base::Network& one) { return one.contains(bits); });
}

std::unique_ptr<net::Handler> behind_proxy(PrefaceRulesPtr rules, std::string_view refusal,
                                           std::unique_ptr<net::Handler> handler) {
  return std::make_unique<ProxiedConnection>(std::move(rules), refusal, std::move(handler));
}

std::unique_ptr<net::Handler> behind_gateway(PrefaceRulesPtr rules, std::unique_ptr<net::Handler> handler) {
  return std::make_unique<GatewayConnection>(std::move(rules), std::move(handler));
}

}  // namespace veche::server

#include "net/tls.h"

#include "base/check.h"
#include "base/secret.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace veche::net {
namespace {

/// A record's plain text at most (RFC 8446 section 5.1).
constexpr std::size_t kRecordBytes = SSL3_RT_MAX_PLAIN_LENGTH;
/// What an empty buffer may keep of its memory.
constexpr std::size_t kPendingBytesKept = 512;

BIO_METHOD* bridge();

class TlsConnection final : public Handler, public Connection {
 public:
  TlsConnection(TlsContext::Ptr context, std::unique_ptr<Handler> handler)
      : context_(std::move(context)), handler_(std::move(handler)) {}

  // Handler: what the socket brings.
  void opened(Connection& socket) override;
  void received(std::string_view bytes) override;
  void peer_finished() override;
  void writable() override;
  void timer() override;
  void before_sending() override;
  void closed(CloseReason reason) override;

  // Connection: what the handler wants.
  void send(std::string_view bytes) override;
  void send_shared(const SharedBytes& bytes, std::size_t offset, std::size_t length) override {
    send(std::string_view(*bytes).substr(offset, length));
  }
  void send_last(std::string_view bytes) override;
  void send_shared_last(const SharedBytes& bytes, std::size_t offset, std::size_t length) override {
    send_last(std::string_view(*bytes).substr(offset, length));
  }
  void finish() override;
  void abort(CloseReason reason) override;
  void pause_reading() override { socket_->pause_reading(); }
  void resume_reading() override { socket_->resume_reading(); }
  void set_timer(std::chrono::milliseconds delay) override { socket_->set_timer(delay); }
  void cancel_timer() override { socket_->cancel_timer(); }
  void tell_before_sending() override;
  const Address& peer() const override { return socket_->peer(); }
  std::size_t backlog() const override { return pending_.size() + socket_->backlog(); }
  std::optional<TlsFacts> tls() const override;

  // OpenSSL's side of the socket.
  std::size_t take(char* out, std::size_t room);
  void put(std::string_view bytes);

 private:
  enum class State : std::uint8_t { handshake, open, ended };
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  bool is_plain_text() const;
  void shake_hands();
  void read();
  void input_ended();
  void encrypt(std::string_view bytes);
  void encrypt_pending();
  void fail(std::string why);

  const TlsContext::Ptr context_;
  const std::unique_ptr<Handler> handler_;
  Connection* socket_ = nullptr;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  std::string_view input_;  // of this read, what OpenSSL has not yet taken
  std::string pending_;     // sent in this turn, not yet encrypted
  State state_ = State::handshake;
  bool begun_ = false;  // the first byte has come
  bool handler_opened_ = false;
  bool handler_waits_ = false;  // for before_sending
  bool peer_finished_ = false;
  bool failed_ = false;
  bool last_ = false;  // what is being encrypted are the turn's last bytes
};

/// Why OpenSSL gave up; its errors of this thread are forgotten.
std::string openssl_words() {
  const unsigned long code = ERR_peek_last_error();
  const char* words = ERR_reason_error_string(code);
  std::string text = words != nullptr ? words : "unknown error";
  ERR_clear_error();
  return text;
}

// The bridge: OpenSSL reads what was just received, and writes into the connection's queue. -------------

TlsConnection& end_of(BIO* bio) { return *static_cast<TlsConnection*>(BIO_get_data(bio)); }

int read_bridge(BIO* bio, char* out, int room) {
  BIO_clear_retry_flags(bio);
  const std::size_t taken = end_of(bio).take(out, static_cast<std::size_t>(room));
  if (taken > 0) return static_cast<int>(taken);
  BIO_set_retry_read(bio);
  return -1;
}

int write_bridge(BIO* bio, const char* bytes, int length) {
  end_of(bio).put({bytes, static_cast<std::size_t>(length)});
  return length;
}

long control_bridge(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

int create_bridge(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD* make_bridge() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "veche connection");
  base::check(method != nullptr, "OpenSSL takes a method");
  BIO_meth_set_read(method, read_bridge);
  BIO_meth_set_write(method, write_bridge);
  BIO_meth_set_ctrl(method, control_bridge);
  BIO_meth_set_create(method, create_bridge);
  return method;
}

BIO_METHOD* bridge() {
  static const std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)> method(make_bridge(), BIO_meth_free);
  return method.get();
}

std::size_t TlsConnection::take(char* out, std::size_t room) {
  const std::size_t taken = std::min(room, input_.size());
  std::memcpy(out, input_.data(), taken);
  input_.remove_prefix(taken);
  return taken;
}

void TlsConnection::put(std::string_view bytes) {
  if (last_) {
    socket_->send_last(bytes);
  } else {
    socket_->send(bytes);
  }
}

// From the socket. ---------------------------------------------------------------------------------------

void TlsConnection::opened(Connection& socket) {
  socket_ = &socket;
  ssl_.reset(context_->new_session());
  BIO* bio = ssl_ ? BIO_new(bridge()) : nullptr;
  if (bio == nullptr) return fail("out of memory");
  BIO_set_data(bio, this);
  SSL_set_bio(ssl_.get(), bio, bio);
  socket.set_timer(context_->options().handshake_timeout);
}

void TlsConnection::received(std::string_view bytes) {
  input_ = bytes;
  if (state_ == State::handshake && !begun_ && is_plain_text()) {
    socket_->send(context_->options().plain_words);
    return fail("the client speaks without TLS");
  }
  begun_ = true;
  if (state_ == State::handshake) shake_hands();
  if (state_ == State::open && !peer_finished_) read();
  input_ = {};  // by now OpenSSL has it, or nobody wants it
}

/// No record of TLS begins so; one of SSL 2, which OpenSSL answers, has its highest bit set.
bool TlsConnection::is_plain_text() const {
  const char first = input_.front();
  return !context_->options().plain_words.empty() &&
         (first == '\r' || first == '\n' || (first >= ' ' && first <= '~'));
}

void TlsConnection::shake_hands() {
  ERR_clear_error();
  const int done = SSL_accept(ssl_.get());
  if (done == 1) {
    state_ = State::open;
    handler_opened_ = true;
    socket_->cancel_timer();
    return handler_->opened(*this);
  }
  if (SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ) fail(openssl_words());
}

void TlsConnection::read() {
  base::Secret text;  // and what OpenSSL keeps of it goes by SSL_OP_CLEANSE_PLAINTEXT
  std::array<char, kRecordBytes> record;
  ERR_clear_error();
  int got = 0;
  while ((got = SSL_read(ssl_.get(), record.data(), static_cast<int>(record.size()))) > 0) {
    const auto length = static_cast<std::size_t>(got);
    text += std::string_view(record.data(), length);
    base::wipe(record.data(), length);
  }
  const int error = SSL_get_error(ssl_.get(), got);
  const std::string why = error == SSL_ERROR_SSL ? openssl_words() : std::string();
  if (!text.empty()) handler_->received(text);
  if (error == SSL_ERROR_WANT_READ || state_ != State::open) return;
  if (error == SSL_ERROR_ZERO_RETURN) return input_ended();
  fail(why);
}

void TlsConnection::input_ended() {
  if (std::exchange(peer_finished_, true)) return;
  handler_->peer_finished();
}

void TlsConnection::peer_finished() {
  if (state_ == State::open) return input_ended();
  fail("the client has gone before the handshake was done");
}

void TlsConnection::writable() {
  if (state_ == State::open) handler_->writable();
}

void TlsConnection::timer() {
  if (state_ == State::open) return handler_->timer();
  if (state_ == State::ended) return;
  failed_ = true;
  state_ = State::ended;
  if (context_->options().on_refused) context_->options().on_refused(peer(), "the handshake took too long");
  socket_->abort(CloseReason::aborted);
}

void TlsConnection::closed(CloseReason reason) {
  state_ = State::ended;
  if (handler_opened_) handler_->closed(failed_ ? CloseReason::tls_failed : reason);
}

/// What TLS says of it (an alert) is in the queue already.
void TlsConnection::fail(std::string why) {
  if (state_ == State::ended) return;
  if (!handler_opened_ && context_->options().on_refused) context_->options().on_refused(peer(), why);
  failed_ = true;
  state_ = State::ended;
  pending_.clear();
  socket_->finish();
}

// From the handler. --------------------------------------------------------------------------------------

void TlsConnection::send(std::string_view bytes) {
  if (state_ != State::open || bytes.empty()) return;
  pending_.append(bytes);
  if (pending_.size() >= kRecordBytes) return encrypt_pending();
  socket_->tell_before_sending();
}

void TlsConnection::send_last(std::string_view bytes) {
  if (state_ != State::open || bytes.empty()) return;
  last_ = true;
  if (pending_.empty()) {
    encrypt(bytes);
  } else {
    pending_.append(bytes);
    encrypt_pending();
  }
  last_ = false;
}

void TlsConnection::encrypt_pending() {
  if (state_ != State::open || pending_.empty()) return;
  encrypt(pending_);
  pending_.clear();
  if (pending_.capacity() > kPendingBytesKept)
    std::string().swap(pending_);  // assigning one keeps the memory
}

void TlsConnection::tell_before_sending() {
  handler_waits_ = true;
  socket_->tell_before_sending();
}

void TlsConnection::before_sending() {
  if (std::exchange(handler_waits_, false) && state_ == State::open) handler_->before_sending();
  encrypt_pending();
}

/// The bridge takes all that it is given, so nothing is ever left over.
void TlsConnection::encrypt(std::string_view bytes) {
  ERR_clear_error();
  std::size_t written = 0;
  if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) != 1) return fail(openssl_words());
}

void TlsConnection::finish() {
  if (state_ != State::open) return;
  encrypt_pending();
  if (state_ != State::open) return;
  state_ = State::ended;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());  // close_notify
  socket_->finish();
}

void TlsConnection::abort(CloseReason reason) {
  state_ = State::ended;
  socket_->abort(reason);
}

std::optional<TlsFacts> TlsConnection::tls() const {
  TlsFacts facts{SSL_get_version(ssl_.get()), SSL_get_cipher_name(ssl_.get()), {}};
  X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
  unsigned int length = 0;
  if (certificate == nullptr || X509_digest(certificate, EVP_sha256(), hash.data(), &length) != 1)
    return facts;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const unsigned char byte : std::span(hash).first(length)) {
    facts.fingerprint += kDigits[byte >> 4];
    facts.fingerprint += kDigits[byte & 15];
  }
  return facts;
}

}  // namespace

std::unique_ptr<Handler> over_tls(TlsContext::Ptr context, std::unique_ptr<Handler> handler) {
  return std::make_unique<TlsConnection>(std::move(context), std::move(handler));
}

}  // namespace veche::net

// For tests of TLS: certificates made on the spot, and OpenSSL as a client that reads and writes memory.
#pragma once

#include "base/check.h"
#include "net/tls_context.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace veche::net::testing {

/// A self-signed certificate for "localhost" and its key, both as PEM text; valid until `hours` from now.
struct Identity {
  std::string certificate;
  std::string key;
};

inline std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(length)};
}

/// `rsa_bits` 0: P-256. `hosts`, such as "DNS:a.example,DNS:*.b.example": whom it is for in place of
/// "localhost".
inline Identity make_identity(long hours = 24, unsigned rsa_bits = 0, const char* hosts = nullptr) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      rsa_bits != 0 ? EVP_RSA_gen(rsa_bits) : EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -48 * 3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), hours * 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                             -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  if (hosts != nullptr) {
    const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, hosts), X509_EXTENSION_free);
    base::check(X509_add_ext(certificate.get(), names.get(), -1) == 1, "a certificate has names");
  }
  base::check(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "a certificate is signed");

  const std::unique_ptr<BIO, void (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_X509(out.get(), certificate.get());
  Identity identity{text_of(out.get()), {}};
  BIO_reset(out.get());
  PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  identity.key = text_of(out.get());
  return identity;
}

inline std::unique_ptr<X509, void (*)(X509*)> read_certificate(const std::string& pem) {
  const std::unique_ptr<BIO, void (*)(BIO*)> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                BIO_free_all);
  return {PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), X509_free};
}

/// One for all tests that care for none in particular: keys take time.
inline const Identity& server_identity() {
  static const Identity identity = make_identity();
  return identity;
}

inline TlsContext::Ptr make_context(TlsOptions options = {}) {
  const Identity& identity = server_identity();
  return TlsContext::make({"server.crt", identity.certificate}, {"server.key", identity.key},
                          std::move(options))
      .value();
}

/// The client's end, without a socket: bytes that came go in, bytes to be sent come out.
class TlsClient {
 public:
  struct Options {
    int version = 0;  ///< TLS1_2_VERSION and the like; 0: any
    const char* ciphers = nullptr;
    std::string_view alpn{};             ///< as it is sent: each name behind its length
    const Identity* identity = nullptr;  ///< a certificate of its own
    SSL_SESSION* session = nullptr;      ///< to be resumed
    const char* server_name = nullptr;
  };

  explicit TlsClient(const Options& options) : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    SSL_CTX* context = context_.get();
    SSL_CTX_set_security_level(context, 0);  // what the server refuses must be the server's own doing
    SSL_CTX_set_min_proto_version(context, options.version);
    SSL_CTX_set_max_proto_version(context, options.version);
    if (options.ciphers != nullptr) SSL_CTX_set_cipher_list(context, options.ciphers);
    if (options.identity != nullptr) use(*options.identity);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_app_data(context, this);
    SSL_CTX_sess_set_new_cb(context, keep_session);
    ssl_.reset(SSL_new(context));
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_connect_state(ssl_.get());
    if (options.server_name != nullptr)  // the macro for it has an old cast in it
      SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(options.server_name));
    if (options.session != nullptr) SSL_set_session(ssl_.get(), options.session);
    if (!options.alpn.empty())
      SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(options.alpn.data()),
                          static_cast<unsigned int>(options.alpn.size()));
  }
  TlsClient() : TlsClient(Options{}) {}

  std::string text;       ///< what has been received
  bool finished = false;  ///< the server's close_notify has come
  bool failed = false;    ///< and there is no more to be had
  std::string why;        ///< in OpenSSL's words: "tlsv1 alert protocol version"

  /// Goes on with what came, as far as that goes.
  void feed(std::string_view bytes) {
    BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
    go_on();
  }
  void go_on() {
    ERR_clear_error();
    int done = 0;
    if (!ready()) {
      done = SSL_do_handshake(ssl_.get());
      if (done != 1) return judge(done);
    }
    std::array<char, 16384> buffer;
    while ((done = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))) > 0)
      text.append(buffer.data(), static_cast<std::size_t>(done));
    judge(done);
  }
  bool ready() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  void write(std::string_view bytes) {
    const int written = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    base::check(written == static_cast<int>(bytes.size()), "memory takes everything");
  }
  /// Whether that, as PEM text, is the server's certificate; of a session that is resumed, the one of then.
  bool is_shown(const std::string& pem) const {
    const X509* shown = SSL_get0_peer_certificate(ssl_.get());
    return shown != nullptr && X509_cmp(shown, read_certificate(pem).get()) == 0;
  }
  void finish() { SSL_shutdown(ssl_.get()); }
  /// What is to be sent.
  std::string take() {
    std::string bytes = text_of(out_);
    BIO_reset(out_);
    return bytes;
  }
  SSL* ssl() { return ssl_.get(); }
  SSL_SESSION* session() { return session_.get(); }

 private:
  void judge(int done) {
    const int error = SSL_get_error(ssl_.get(), done);
    if (error == SSL_ERROR_ZERO_RETURN) finished = true;
    if (error != SSL_ERROR_SSL || failed) return;
    failed = true;
    const char* words = ERR_reason_error_string(ERR_peek_last_error());
    why = words != nullptr ? words : "?";
  }
  void use(const Identity& identity) {
    SSL_CTX_use_certificate(context_.get(), read_certificate(identity.certificate).get());
    const std::unique_ptr<BIO, void (*)(BIO*)> in(BIO_new_mem_buf(identity.key.data(), -1), BIO_free_all);
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
        PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    SSL_CTX_use_PrivateKey(context_.get(), key.get());
  }
  static int keep_session(SSL* ssl, SSL_SESSION* session) {
    static_cast<TlsClient*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->session_.reset(session);
    return 1;
  }

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL_SESSION, void (*)(SSL_SESSION*)> session_{nullptr, SSL_SESSION_free};
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_{nullptr, SSL_free};
  BIO* in_ = nullptr;   // ssl_'s
  BIO* out_ = nullptr;  // too
};

}  // namespace veche::net::testing

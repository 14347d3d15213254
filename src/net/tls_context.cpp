#include "net/tls_context.h"

#include "base/check.h"
#include "base/secret.h"
#include "net/fd.h"

#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <iterator>
#include <utility>

namespace veche::net {
namespace {

constexpr std::size_t kPemBytesMax = 1024 * 1024;
// Those of TLS 1.3 are all good ones, and have a list of their own.
constexpr const char* kCiphersOfTls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr const char* kCertificateHint =
    "PEM text is needed, the certificate first and then those that signed it, each from "
    "-----BEGIN CERTIFICATE----- on";
constexpr const char* kKeyHint = "PEM text is needed, such as from -----BEGIN PRIVATE KEY----- on";

template <class T, void (*free)(T*)>
struct Free {
  void operator()(T* thing) const { free(thing); }
};
using Bio = std::unique_ptr<BIO, Free<BIO, BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;

/// OpenSSL's word for the first of its errors that are waiting on this thread, which are forgotten.
std::string openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* words = ERR_reason_error_string(code);
  return words != nullptr ? words : "OpenSSL error " + std::to_string(code);
}

/// A key that needs a passphrase is an error: OpenSSL would ask at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Bio reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

base::Result<Pem> read_pem(const std::filesystem::path& file, const char* what) {
  const std::string name = std::string(what) + " " + file.string();
  const auto failed = [&] { return base::fail(name, base::errno_text(errno)); };
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return failed();
  Pem pem{file.string(), {}};
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed();
    if (got == 0) break;
    pem.text.append(buffer.data(), static_cast<std::size_t>(got));
    if (pem.text.size() > kPemBytesMax) return base::fail(name, "is no PEM file: larger than 1 MiB");
  }
  base::wipe(buffer.data(), buffer.size());
  return pem;
}

bool holds(const Pem& pem, std::string_view word) { return pem.text.find(word) != std::string::npos; }

int take_any_certificate(X509_STORE_CTX* store, void*) {
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

/// ALPN: `offered` is a list of names, each behind a byte of its length.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                    unsigned int size, void* wanted) {
  const auto& name = *static_cast<const std::string*>(wanted);
  std::string_view left(reinterpret_cast<const char*>(offered), size);
  while (!left.empty()) {
    const auto bytes = static_cast<unsigned char>(left.front());
    if (bytes >= left.size()) break;
    const std::string_view one = left.substr(1, bytes);
    if (one == name) {
      *chosen = reinterpret_cast<const unsigned char*>(one.data());
      *length = bytes;
      return SSL_TLSEXT_ERR_OK;
    }
    left.remove_prefix(1u + bytes);
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// The host that the client names, in lower case; empty: it names none, or nothing that OpenSSL will take. To
/// be called while the ClientHello is new, when SSL_get_servername does not know it yet.
std::string host_named(SSL* ssl) {
  const unsigned char* data = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &data, &size) != 1) return {};
  // A list, behind two bytes of its length, of one: its type, and the name behind two bytes of its length.
  const std::string_view list(reinterpret_cast<const char*>(data), size);
  constexpr std::size_t kHead = 5;
  if (list.size() <= kHead || data[2] != TLSEXT_NAMETYPE_host_name) return {};
  if (list.size() - kHead != data[3] * 256u + data[4]) return {};
  std::string host;
  std::transform(list.begin() + kHead, list.end(), std::back_inserter(host),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return host;
}

bool seals(const TicketKeys::Key& key, const unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
           bool sealing) {
  std::array<unsigned char, 32> mac_key = key.mac;
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key.data(), mac_key.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
  const bool done =
      EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv, sealing ? 1 : 0) == 1 &&
      EVP_MAC_CTX_set_params(mac, parameters) == 1;
  base::wipe(mac_key.data(), mac_key.size());
  return done;
}

/// SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 1 done, 2 and a new ticket is due, 0 by a full handshake, -1 not
/// at all.
int use_ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                   int sealing) {
  auto& keys = *static_cast<TicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (sealing != 0) {
    const auto key = keys.sealing();
    if (!key || RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
    std::copy(key->name.begin(), key->name.end(), name);
    return seals(*key, iv, cipher, mac, true) ? 1 : -1;
  }
  TicketKeys::Name wanted{};
  std::copy_n(name, wanted.size(), wanted.begin());
  const auto found = keys.opening(wanted);
  if (!found) return 0;
  if (!seals(found->key, iv, cipher, mac, false)) return -1;
  return found->old ? 2 : 1;
}

base::WallTime time_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return {};
  return base::WallTime(std::chrono::seconds(::timegm(&fields)));
}

}  // namespace

base::Result<TlsContext::Ptr> TlsContext::load(const CertificateFiles& files, TlsOptions options) {
  auto certificate_pem = read_pem(files.certificate, "certificate");
  if (!certificate_pem) return tl::unexpected(certificate_pem.error());
  auto key_pem = read_pem(files.key, "private key");
  if (!key_pem) return tl::unexpected(key_pem.error());
  auto made = make(*certificate_pem, *key_pem, std::move(options));
  base::wipe(certificate_pem->text);  // which may hold the key
  base::wipe(key_pem->text);
  return made;
}

base::Result<TlsContext::Ptr> TlsContext::make(const Pem& certificate, const Pem& key, TlsOptions options) {
  ERR_clear_error();
  std::shared_ptr<TlsContext> made(new TlsContext(std::move(options)));
  if (auto used = made->use_certificate(certificate); !used) return tl::unexpected(used.error());
  if (auto used = made->use_key(key, certificate.name); !used) return tl::unexpected(used.error());
  return made;
}

TlsContext::TlsContext(TlsOptions options)
    : options_(std::move(options)), context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  base::check(context_ != nullptr, "OpenSSL makes a context");
  set_rules();
}

TlsContext::~TlsContext() = default;

void TlsContext::set_rules() {
  SSL_CTX* context = context_.get();
  const bool set = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
                   SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
                   SSL_CTX_set_cipher_list(context, kCiphersOfTls12) == 1 &&
                   SSL_CTX_set1_groups_list(context, kGroups) == 1;
  base::check(set, "OpenSSL knows these versions, ciphers and groups");
  // A phone without AES in hardware puts ChaCha20 first, and gets it.
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CLEANSE_PLAINTEXT);
  // An idle connection gives its two buffers of 17 KB back.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  // Tickets: the client keeps what a shorter handshake needs, sealed with a key of ours; we keep nothing.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_client_hello_cb(context, bind_session, this);
  if (options_.ticket_keys) {
    SSL_CTX_set_app_data(context, options_.ticket_keys.get());
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, use_ticket_key);
  }
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_max_cert_list(context, base::limits::kTlsCertificatesBytesMax);
  SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                        reinterpret_cast<void (*)()>(choose_certificate));
  SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG, 0, this);

  if (options_.client_certificate != ClientCertificate::off) {
    const bool required = options_.client_certificate == ClientCertificate::require;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
    SSL_CTX_set_cert_verify_callback(context, take_any_certificate, nullptr);
  }
  if (!options_.protocol.empty())
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, const_cast<std::string*>(&options_.protocol));
}

base::Result<> TlsContext::use_certificate(const Pem& pem) {
  const std::string what = "certificate " + pem.name;
  if (!holds(pem, "-----BEGIN CERTIFICATE-----") && !holds(pem, "-----BEGIN TRUSTED CERTIFICATE-----")) {
    return holds(pem, "PRIVATE KEY-----") ? base::fail(what, "holds a private key and no certificate",
                                                       "have the two files changed places?")
                                          : base::fail(what, "holds no certificate", kCertificateHint);
  }
  const Bio bio = reader(pem.text);
  const Certificate own(PEM_read_bio_X509_AUX(bio.get(), nullptr, no_passphrase, nullptr));
  if (!own) return base::fail(what, "is damaged: " + openssl_error(), kCertificateHint);
  if (SSL_CTX_use_certificate(context_.get(), own.get()) != 1)
    return base::fail(what, "cannot be used: " + openssl_error(), "2048 bits of RSA or an elliptic curve");
  expires_ = time_of(X509_get0_notAfter(own.get()));
  while (Certificate signer{PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)}) {
    if (SSL_CTX_add1_chain_cert(context_.get(), signer.get()) != 1)
      return base::fail(what, "one that signed it cannot be used: " + openssl_error());
  }
  // The reader has ended, as it must, at a text with no other certificate.
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    return base::fail(what, "one that signed it is damaged: " + openssl_error(), kCertificateHint);
  ERR_clear_error();
  return {};
}

base::Result<> TlsContext::use_key(const Pem& pem, const std::string& certificate_name) {
  const std::string what = "private key " + pem.name;
  if (!holds(pem, "PRIVATE KEY-----")) {
    return holds(pem, "-----BEGIN CERTIFICATE-----")
               ? base::fail(what, "holds a certificate and no private key",
                            "the key is in a file of its own; certbot calls it privkey.pem")
               : base::fail(what, "holds no private key", kKeyHint);
  }
  const Bio bio = reader(pem.text);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key && holds(pem, "ENCRYPTED")) {
    ERR_clear_error();
    return base::fail(what, "is locked with a passphrase, and a server has nobody to ask for it",
                      "openssl pkey -in FILE -out NEW_FILE writes it without");
  }
  if (!key) return base::fail(what, "is damaged: " + openssl_error(), kKeyHint);
  // Compared first: OpenSSL's own words do not say which of the two is wrong.
  if (X509_check_private_key(SSL_CTX_get0_certificate(context_.get()), key.get()) != 1) {
    ERR_clear_error();
    return base::fail(what, "does not belong to the certificate in " + certificate_name,
                      "the two are made together: take both from the same place");
  }
  if (SSL_CTX_use_PrivateKey(context_.get(), key.get()) != 1)
    return base::fail(what, "cannot be used: " + openssl_error());
  return {};
}

bool TlsContext::is_for(const std::string& host) const {
  return X509_check_host(SSL_CTX_get0_certificate(context_.get()), host.data(), host.size(), 0, nullptr) == 1;
}

/// A ticket opens no door with other rules than those under which it was given, as no certificate is asked
/// for again; and none under another name (RFC 6066 section 3), as none is shown.
int TlsContext::bind_session(SSL* ssl, int* alert, void* context) {
  const TlsOptions& options = static_cast<const TlsContext*>(context)->options_;
  const std::string door =
      options.protocol + std::to_string(static_cast<int>(options.client_certificate)) + ' ' + host_named(ssl);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash;
  static_assert(hash.size() <= SSL_MAX_SID_CTX_LENGTH);
  if (SHA256(reinterpret_cast<const unsigned char*>(door.data()), door.size(), hash.data()) != nullptr &&
      SSL_set_session_id_context(ssl, hash.data(), hash.size()) == 1)
    return SSL_CLIENT_HELLO_SUCCESS;
  *alert = SSL_AD_INTERNAL_ERROR;
  return SSL_CLIENT_HELLO_ERROR;
}

/// SSL_CTX_set_tlsext_servername_callback(3): called without a name, too.
int TlsContext::choose_certificate(SSL* ssl, int* alert, void* context) {
  const auto& own = *static_cast<const TlsContext*>(context);
  const char* named = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const std::string host = named != nullptr ? named : "";
  if (host.empty()) return SSL_TLSEXT_ERR_NOACK;
  if (own.is_for(host)) return SSL_TLSEXT_ERR_OK;
  const auto& further = own.options_.further;
  const auto found =
      std::find_if(further.begin(), further.end(), [&](const Ptr& one) { return one->is_for(host); });
  if (found == further.end()) return SSL_TLSEXT_ERR_NOACK;
  SSL_CTX* chosen = (*found)->context_.get();
  STACK_OF(X509)* signers = nullptr;
  SSL_CTX_get0_chain_certs(chosen, &signers);
  SSL_certs_clear(ssl);  // or one with a key of another kind would stay beside it
  if (SSL_use_cert_and_key(ssl, SSL_CTX_get0_certificate(chosen), SSL_CTX_get0_privatekey(chosen), signers,
                           1) == 1)
    return SSL_TLSEXT_ERR_OK;
  *alert = SSL_AD_INTERNAL_ERROR;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

ssl_st* TlsContext::new_session() const {
  SSL* ssl = SSL_new(context_.get());
  if (ssl != nullptr) SSL_set_accept_state(ssl);
  return ssl;
}

}  // namespace veche::net

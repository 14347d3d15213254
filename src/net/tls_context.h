// What the TLS connections of a listener have in common: its certificate and key, and the rules. Read from
// PEM files once, then never changed: whoever reads them anew makes another context, and running connections
// keep theirs. TLS 1.2 (RFC 5246) and 1.3 (RFC 8446), with forward secrecy and authenticated encryption only
// (RFC 9325); the server's order of ciphers counts; no renegotiation, no compression, no early data.
//
// A client that names a host (SNI, RFC 6066 section 3) gets the first certificate that is for it: the
// context's own or one of the further ones. A name that nobody has is no error: it is answered with the own
// one, as no name is.
//
// A client's certificate is an identity of its own making: any is taken, self-signed and expired ones too, as
// the client proves in the handshake that the key is his. What counts is its fingerprint, for those who know
// it.
#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "base/result.h"
#include "net/address.h"
#include "net/ticket_keys.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// OpenSSL's own, whose headers stay in the .cpp files.
struct ssl_st;
struct ssl_ctx_st;

namespace veche::net {

class TlsContext;

/// Whether the server asks for the client's certificate, and turns away who has none.
enum class ClientCertificate : std::uint8_t { off, ask, require };

struct TlsOptions {
  ClientCertificate client_certificate = ClientCertificate::off;
  /// The application protocol (ALPN, RFC 7301): who offers others only is turned away, who offers none is
  /// welcome. Empty: what clients offer is ignored.
  std::string protocol{};
  /// What somebody hears, in plain bytes, whose first one shows that he does not speak TLS but writes text.
  /// May be empty: then OpenSSL's alert is all.
  std::string plain_words{};
  /// What seals the tickets for shorter handshakes; null: keys of the context's own, which go with it.
  std::shared_ptr<TicketKeys> ticket_keys{};
  /// What is shown to clients that name a host which the context's own certificate is not for: the first of
  /// these that is. Of them only the certificate, those that signed it, and the key count.
  std::vector<std::shared_ptr<const TlsContext>> further{};
  /// From the first byte to the end of the handshake.
  std::chrono::milliseconds handshake_timeout = base::limits::kTlsHandshakeTimeout;
  /// Hears of connections that come to nothing: whose, and why. Any thread; may be empty.
  std::function<void(const Address& peer, std::string_view why)> on_refused{};
};

/// A file of PEM text (RFC 7468), or what stands for one in a test.
struct Pem {
  std::string name;  ///< for errors
  std::string text;
};

/// PEM files: where they are.
struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;  ///< may be the same
  friend bool operator==(const CertificateFiles&, const CertificateFiles&) = default;
};

/// Any thread; shared by the connections that began with it.
class TlsContext {
 public:
  using Ptr = std::shared_ptr<const TlsContext>;

  /// Reads the certificate, followed by those that lead to a known authority, and its private key, which may
  /// be in the same file. The error names the file, and what would be right.
  static base::Result<Ptr> load(const CertificateFiles& files, TlsOptions options);
  /// The same, of what has been read.
  static base::Result<Ptr> make(const Pem& certificate, const Pem& key, TlsOptions options);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  const TlsOptions& options() const { return options_; }
  /// From then on clients will not trust the certificate; those of options().further have times of their own.
  base::WallTime expires() const { return expires_; }
  /// OpenSSL's state of one connection, at its beginning, for SSL_free; null: no memory.
  ssl_st* new_session() const;

 private:
  explicit TlsContext(TlsOptions options);
  void set_rules();
  base::Result<> use_certificate(const Pem& pem);
  base::Result<> use_key(const Pem& pem, const std::string& certificate_name);
  bool is_for(const std::string& host) const;
  /// OpenSSL's callbacks; the last argument is the context.
  static int bind_session(ssl_st* ssl, int* alert, void* context);
  static int choose_certificate(ssl_st* ssl, int* alert, void* context);

  const TlsOptions options_;
  std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
  base::WallTime expires_{};
};

}  // namespace veche::net

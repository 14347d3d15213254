// What the TLS connections of a listener have in common: its certificate and key, and the rules. Read from
// PEM files once, then never changed: whoever reads them anew makes another context, and running connections
// keep theirs. TLS 1.2 (RFC 5246) and 1.3 (RFC 8446), with forward secrecy and authenticated encryption only
// (RFC 9325); the server's order of ciphers counts; no renegotiation, no compression, no early data. Any name
// that a client asks for (SNI) is answered with the one certificate.
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

// OpenSSL's own, whose headers stay in the .cpp files.
struct ssl_st;
struct ssl_ctx_st;

namespace veche::net {

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

/// Any thread; shared by the connections that began with it.
class TlsContext {
 public:
  using Ptr = std::shared_ptr<const TlsContext>;

  /// Reads the certificate, followed by those that lead to a known authority, and its private key, which may
  /// be in the same file. The error names the file, and what would be right.
  static base::Result<Ptr> load(const std::filesystem::path& certificate, const std::filesystem::path& key,
                                TlsOptions options);
  /// The same, of what has been read.
  static base::Result<Ptr> make(const Pem& certificate, const Pem& key, TlsOptions options);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  const TlsOptions& options() const { return options_; }
  /// From then on clients will not trust the certificate.
  base::WallTime expires() const { return expires_; }
  /// OpenSSL's state of one connection, at its beginning, for SSL_free; null: no memory.
  ssl_st* new_session() const;

 private:
  explicit TlsContext(TlsOptions options);
  void set_rules();
  base::Result<> use_certificate(const Pem& pem);
  base::Result<> use_key(const Pem& pem, const std::string& certificate_name);

  const TlsOptions options_;
  std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
  base::WallTime expires_{};
};

}  // namespace veche::net

// What the keys about TLS mean together: which certificate a listener has, and what fits nothing. Any thread.
#pragma once

#include "control/config.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace veche::control {

struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
  friend bool operator==(const CertificateFiles&, const CertificateFiles&) = default;
};
/// Those of `listen`, its own or else those of [tls]; nothing if it has none or is without TLS.
std::optional<CertificateFiles> certificate_of(const TlsConfig& tls, const ListenConfig& listen);

/// Where a certificate is there and every listener is as by default, IRC over TLS joins them.
void add_default_tls(Config& config);

/// What is wrong: of which key, and of which entry in Config::listen (nothing: it stands in [tls]). The
/// error's `what` is left empty.
struct TlsFault {
  std::optional<std::size_t> listener;
  std::string_view key;
  base::Error error;
};
/// With `files` the certificates are read too.
std::vector<TlsFault> tls_faults(const Config& config, CheckFiles files);

}  // namespace veche::control

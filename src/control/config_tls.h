// What the keys about TLS mean together: which certificate a listener has, and what fits nothing. Any thread.
#pragma once

#include "control/config.h"
#include "net/tls_context.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace veche::control {

using net::CertificateFiles;
/// Those of `listen`, its own or else those of [tls]; nothing if it has none or is without TLS.
std::optional<CertificateFiles> certificate_of(const TlsConfig& tls, const ListenConfig& listen);

CertificateFiles files_of(const CertificateConfig& further);

/// Where a certificate is there and every listener is as by default, IRC over TLS joins them.
void add_default_tls(Config& config);

/// What is wrong: in which section (tls, listen or certificate), in which of its entries if it is repeated,
/// and of which key (empty: with all of it). The error's `what` is left empty.
struct TlsFault {
  std::string_view section;
  std::optional<std::size_t> entry;
  std::string_view key;
  base::Error error;
};
/// With `files` the certificates are read too.
std::vector<TlsFault> tls_faults(const Config& config, CheckFiles files);

}  // namespace veche::control

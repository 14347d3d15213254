#include "control/config_tls.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace veche::control {
namespace {

constexpr const char* kNeedsCertificate = "tls_cert and tls_key in this [[listen]], or cert and key in [tls]";

bool is_default(const ListenConfig& listen, const ListenConfig& usual) {
  return listen.protocol == usual.protocol && listen.address == usual.address && listen.port == usual.port &&
         !listen.named && !listen.tls;
}

CertificateFiles pair_of(const std::filesystem::path& certificate, const std::filesystem::path& key) {
  return {certificate, key.empty() ? certificate : key};
}

/// The faults of one listener, but for those of its files.
void add_faults(const Config& config, std::size_t place, std::vector<TlsFault>& faults) {
  const ListenConfig& listen = config.listen[place];
  const auto fault = [&](std::string_view key, std::string why, std::string hint) {
    faults.push_back({"listen", place, key, {"", std::move(why), std::move(hint)}});
  };
  if (listen.tls && !certificate_of(config.tls, listen))
    fault("tls", "TLS needs a certificate", kNeedsCertificate);
  if (!listen.tls && !listen.tls_cert.empty())
    fault("tls_cert", "a certificate for a listener without TLS", "tls = true");
  if (!listen.tls && listen.tls_client_cert != "off")
    fault("tls_client_cert", "certificates of clients at a listener without TLS", "tls = true");
  if (!listen.tls_key.empty() && listen.tls_cert.empty())
    fault("tls_key", "a key without its certificate", "tls_cert = \"cert.pem\"");
}

/// `error` is of TlsContext::load: which of the two files it is about stands in front.
base::Error about_file(const base::Error& error) {
  return {"", fmt::format("{}: {}", error.what, error.why), error.hint};
}

bool is_about_key(const base::Error& error) { return error.what.starts_with("private key"); }

void add_file_faults(const Config& config, std::vector<TlsFault>& faults) {
  std::vector<CertificateFiles> seen;
  const auto look = [&](std::string_view section, std::optional<std::size_t> entry,
                        const CertificateFiles& files, std::string_view certificate_key,
                        std::string_view key_key) {
    if (std::find(seen.begin(), seen.end(), files) != seen.end()) return;
    seen.push_back(files);
    const auto loaded = net::TlsContext::load(files, {});
    if (loaded) return;
    faults.push_back({section, entry, is_about_key(loaded.error()) ? key_key : certificate_key,
                      about_file(loaded.error())});
  };
  if (!config.tls.cert.empty()) look("tls", {}, pair_of(config.tls.cert, config.tls.key), "cert", "key");
  for (std::size_t i = 0; i < config.listen.size(); ++i) {
    if (const auto files = certificate_of(config.tls, config.listen[i]))
      look("listen", i, *files, "tls_cert", config.listen[i].tls_key.empty() ? "tls_cert" : "tls_key");
  }
  for (std::size_t i = 0; i < config.certificates.size(); ++i)
    look("certificate", i, files_of(config.certificates[i]), "cert",
         config.certificates[i].key.empty() ? "cert" : "key");
}

}  // namespace

std::optional<CertificateFiles> certificate_of(const TlsConfig& tls, const ListenConfig& listen) {
  if (!listen.tls) return std::nullopt;
  const bool own = !listen.tls_cert.empty();
  const std::filesystem::path& certificate = own ? listen.tls_cert : tls.cert;
  const std::filesystem::path& key = own ? listen.tls_key : tls.key;
  if (certificate.empty()) return std::nullopt;
  return pair_of(certificate, key);
}

CertificateFiles files_of(const CertificateConfig& further) { return pair_of(further.cert, further.key); }

void add_default_tls(Config& config) {
  if (config.tls.cert.empty()) return;
  const std::vector<ListenConfig> usual = default_listeners();
  if (!std::equal(usual.begin(), usual.end(), config.listen.begin(), config.listen.end(),
                  [](const auto& one, const auto& listen) { return is_default(listen, one); }))
    return;
  config.listen.push_back({.protocol = "irc", .port = default_port("irc", true), .tls = true});
}

std::vector<TlsFault> tls_faults(const Config& config, CheckFiles files) {
  std::vector<TlsFault> faults;
  for (std::size_t i = 0; i < config.listen.size(); ++i) add_faults(config, i, faults);
  if (!config.tls.key.empty() && config.tls.cert.empty())
    faults.push_back({"tls", {}, "key", {"", "a key without its certificate", "cert = \"cert.pem\""}});
  const bool irc_over_tls =
      std::any_of(config.listen.begin(), config.listen.end(),
                  [](const ListenConfig& listen) { return listen.protocol == "irc" && listen.tls; });
  if (config.tls.sts && !irc_over_tls) {
    faults.push_back({"tls",
                      {},
                      "sts",
                      {"", "there is no listener for IRC over TLS to send clients to",
                       "a [[listen]] with protocol = \"irc\" and tls = true"}});
  }
  const bool tls = std::any_of(config.listen.begin(), config.listen.end(),
                               [](const ListenConfig& listen) { return listen.tls; });
  for (std::size_t i = 0; i < config.certificates.size() && !tls; ++i) {
    faults.push_back({"certificate",
                      i,
                      {},
                      {"", "there is no listener with TLS that would show it",
                       "cert in [tls], and tls = true in a [[listen]]"}});
  }
  if (files == CheckFiles::yes) add_file_faults(config, faults);
  return faults;
}

}  // namespace veche::control

#include "cli/serve_command.h"

#include "cli/exit_code.h"
#include "cli/load_config.h"
#include "control/config_keys.h"
#include "control/config_tls.h"
#include "server/serve.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace veche::cli {
namespace {

using base::Error;
using base::fail;
using base::Result;

/// `--NAME TEXT` as the key `server.NAME`.
Result<> apply_key(std::string_view name, const std::string& text, control::Config& config) {
  if (text.empty()) return {};
  const control::ConfigKey& key = *control::find_key("server", name);
  auto value = control::parse_value(key, text);
  auto fine = value ? control::check_value(key, *value) : tl::unexpected(value.error());
  if (!fine) {
    Error error = std::move(fine.error());
    error.what = fmt::format("--{} {}", name, text);
    return tl::unexpected(std::move(error));
  }
  control::ConfigEntry nowhere;
  key.set(config, nowhere, *value);
  return {};
}

/// `--tls-cert` and `--tls-key` stand for those of [tls].
Result<> apply_certificate(const ServeOptions& options, control::Config& config) {
  if (options.tls_cert.empty() && options.tls_key.empty()) return {};
  if (options.tls_cert.empty())
    return fail(fmt::format("--tls-key {}", options.tls_key), "a key without its certificate",
                "--tls-cert FILE");
  config.tls.cert = options.tls_cert;
  config.tls.key = options.tls_key;
  control::add_default_tls(config);
  for (control::TlsFault& fault : control::tls_faults(config, control::CheckFiles::yes)) {
    if (fault.section != "tls") continue;  // the file's own
    fault.error.what = fmt::format("--tls-{}", fault.key);
    return tl::unexpected(std::move(fault.error));
  }
  return {};
}

/// A listener with TLS of the command line has the certificate of [tls], or else the first that a listener of
/// the file has.
Result<> lend_certificate(control::ListenConfig& listen, std::string_view text,
                          const control::Config& config) {
  if (!listen.tls || control::certificate_of(config.tls, listen)) return {};
  const auto owner = std::find_if(config.listen.begin(), config.listen.end(),
                                  [](const auto& other) { return !other.tls_cert.empty(); });
  if (owner == config.listen.end())
    return fail(fmt::format("--listen {}", text), "TLS needs a certificate",
                "--tls-cert FILE, or cert in [tls] of the configuration");
  listen.tls_cert = owner->tls_cert;
  listen.tls_key = owner->tls_key;
  listen.tls_client_cert = owner->tls_client_cert;
  return {};
}

/// The listeners of the command line replace those of the same protocol, with or without TLS.
Result<> apply_listen(const std::vector<std::string>& texts, control::Config& config) {
  std::vector<control::ListenConfig> named;
  const control::Config before = config;
  for (const std::string& text : texts) {
    auto listen = control::parse_listen(text);
    if (!listen) return tl::unexpected(std::move(listen.error()));
    const bool twice = std::any_of(named.begin(), named.end(), [&](const auto& other) {
      return listen->port != 0 && other.address == listen->address && other.port == listen->port;
    });
    if (twice) return fail(fmt::format("--listen {}", text), "the same address and port are given twice");
    if (auto lent = lend_certificate(*listen, text, before); !lent) return lent;
    std::erase_if(config.listen, [&](const auto& other) {
      return other.protocol == listen->protocol && other.tls == listen->tls;
    });
    named.push_back(*std::move(listen));
  }
  config.listen.insert(config.listen.end(), named.begin(), named.end());
  return {};
}

}  // namespace

Result<> apply(const ServeOptions& options, control::Config& config) {
  if (auto done = apply_key("model", options.model, config); !done) return done;
  if (auto done = apply_key("loops", options.loops, config); !done) return done;
  if (auto done = apply_certificate(options, config); !done) return done;
  return apply_listen(options.listen, config);
}

control::ConfigSource config_source(ServeOptions options) {
  if (options.config_file.empty() && options.tls_cert.empty()) {
    return [] {
      return tl::unexpected(
          control::ConfigErrors{{"no configuration file was named; start the server with --config FILE"}});
    };
  }
  std::error_code no_directory;  // the working directory is gone: a later reading says so
  if (!options.config_file.empty()) {
    const auto file = std::filesystem::absolute(options.config_file, no_directory);
    if (!no_directory) options.config_file = file.string();
  }
  return [options = std::move(options)]() -> tl::expected<control::Config, control::ConfigErrors> {
    auto config = read_config(options.config_file, options.data_dir);
    if (!config) return config;
    if (auto done = apply(options, *config); !done) {
      return tl::unexpected(control::ConfigErrors{{done.error().text()}});
    }
    return config;
  };
}

int run_serve(const ServeOptions& options) {
  auto config = load_config(options.config_file, options.data_dir);
  if (!config) return kUsage;
  if (auto done = apply(options, *config); !done) return report(done.error(), kUsage);
  std::filesystem::path config_file;
  std::error_code no_directory;
  if (!options.config_file.empty())
    config_file = std::filesystem::absolute(options.config_file, no_directory);
  return server::serve(*config, config_source(options), config_file, !options.no_console);
}

}  // namespace veche::cli

#include "cli/serve_command.h"

#include "cli/exit_code.h"
#include "cli/load_config.h"
#include "control/config_keys.h"
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

/// The listeners of the command line replace those of the same protocol.
Result<> apply_listen(const std::vector<std::string>& texts, control::Config& config) {
  std::vector<control::ListenConfig> named;
  for (const std::string& text : texts) {
    auto listen = control::parse_listen(text);
    if (!listen) return tl::unexpected(std::move(listen.error()));
    const bool twice = std::any_of(named.begin(), named.end(), [&](const auto& other) {
      return listen->port != 0 && other.address == listen->address && other.port == listen->port;
    });
    if (twice) return fail(fmt::format("--listen {}", text), "the same address and port are given twice");
    std::erase_if(config.listen, [&](const auto& other) { return other.protocol == listen->protocol; });
    named.push_back(*std::move(listen));
  }
  config.listen.insert(config.listen.end(), named.begin(), named.end());
  return {};
}

}  // namespace

Result<> apply(const ServeOptions& options, control::Config& config) {
  if (auto done = apply_key("model", options.model, config); !done) return done;
  if (auto done = apply_key("loops", options.loops, config); !done) return done;
  return apply_listen(options.listen, config);
}

control::ConfigSource config_source(ServeOptions options) {
  if (options.config_file.empty()) {
    return [] {
      return tl::unexpected(
          control::ConfigErrors{{"no configuration file was named; start the server with --config FILE"}});
    };
  }
  std::error_code no_directory;  // the working directory is gone: a later reading says so
  const auto file = std::filesystem::absolute(options.config_file, no_directory);
  if (!no_directory) options.config_file = file.string();
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
  return server::serve(*config, config_source(options), !options.no_console);
}

}  // namespace veche::cli

#include "cli/load_config.h"

#include "cli/exit_code.h"

namespace veche::cli {

tl::expected<control::Config, control::ConfigErrors> read_config(const std::string& file,
                                                                 const std::string& data_dir) {
  tl::expected<control::Config, control::ConfigErrors> config;
  if (!file.empty()) config = control::read_config(file);
  if (config && !data_dir.empty()) config->server.data_dir = data_dir;
  return config;
}

std::optional<control::Config> load_config(const std::string& file, const std::string& data_dir) {
  auto config = read_config(file, data_dir);
  if (config) return *std::move(config);
  for (const std::string& line : config.error().lines) print_error(line);
  return std::nullopt;
}

}  // namespace veche::cli

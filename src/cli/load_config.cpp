#include "cli/load_config.h"

#include "cli/exit_code.h"

namespace veche::cli {

std::optional<control::Config> load_config(const std::string& file, const std::string& data_dir) {
  control::Config config;
  if (!file.empty()) {
    auto read = control::read_config(file);
    if (!read) {
      for (const std::string& line : read.error().lines) print_error(line);
      return std::nullopt;
    }
    config = *std::move(read);
  }
  if (!data_dir.empty()) config.server.data_dir = data_dir;
  return config;
}

}  // namespace veche::cli

#include "cli/ctl_command.h"

#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/load_config.h"
#include "control/ctl_client.h"

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace veche::cli {
namespace {

namespace fs = std::filesystem;

/// Nothing, after an error message, if the configuration is wrong.
std::optional<fs::path> socket_of(const CtlOptions& options) {
  if (!options.socket.empty()) return options.socket;
  const auto config = load_config(options.config_file, options.data_dir);
  if (!config) return std::nullopt;
  return config->server.data_dir / "veche.sock";
}

/// Empty if there is none, or none that can be told in JSON: the server then takes no relative FILE, and
/// everything else works.
std::string working_directory() {
  std::error_code error;
  const std::string path = fs::current_path(error);
  return !error && base::is_utf8(path) ? path : "";
}

}  // namespace

int run_ctl(const CtlOptions& options, const base::Translator& t) {
  const auto socket = socket_of(options);
  if (!socket) return kUsage;
  control::CtlRequest request{options.words, t.language(), working_directory(),
                              ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1};
  ::signal(SIGPIPE, SIG_IGN);  // `| head` is no failure: the exit code is 0, not 128 + SIGPIPE
  return control::run_ctl({*socket, std::move(request)}, {}, t);
}

}  // namespace veche::cli

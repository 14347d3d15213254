// veche: one program, a command each for what it can do.
#include "base/i18n.h"
#include "cli/account_command.h"
#include "cli/bench_command.h"
#include "cli/bench_echo_command.h"
#include "cli/bench_scan_command.h"
#include "cli/command_line.h"
#include "cli/config_command.h"
#include "cli/ctl_command.h"
#include "cli/echo_command.h"
#include "cli/echo_serve_command.h"
#include "cli/exit_code.h"
#include "cli/scan_command.h"
#include "cli/serve_command.h"
#include "net/signals.h"

#include <span>

namespace {

using namespace veche;

struct Run {
  const base::Translator& t;

  int operator()(const cli::ServeOptions& options) const { return cli::run_serve(options); }
  int operator()(const cli::CtlOptions& options) const { return cli::run_ctl(options, t); }
  int operator()(const cli::AccountOptions& options) const { return cli::run_account(options, t); }
  int operator()(const cli::HashOptions& options) const { return cli::run_account_hash(options, t); }
  int operator()(const cli::ConfigOptions& options) const { return cli::run_config(options, t); }
  int operator()(const cli::ChatBenchOptions& options) const { return cli::run_bench_chat(options); }
  int operator()(const cli::EchoBenchOptions& options) const { return cli::run_bench_echo(options); }
  int operator()(const cli::EchoOptions& options) const { return cli::run_echo(options, t); }
  int operator()(const cli::EchoServeOptions& options) const { return cli::run_echo_serve(options, t); }
  int operator()(const cli::ScanOptions& options) const { return cli::run_scan(options, t); }
  int operator()(const cli::ScanBenchOptions& options) const { return cli::run_bench_scan(options); }
  int operator()(const cli::Text& text) const { return cli::print(text.text) ? cli::kDone : cli::kFailed; }
};

}  // namespace

int main(int argc, char** argv) {
  net::keep_standard_descriptors();
  const base::Translator t(base::language_from_environment());
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  const auto invocation = cli::parse_command_line(arguments.subspan(argc > 0 ? 1 : 0), t);
  if (!invocation) return cli::report(invocation.error(), cli::kUsage);
  return std::visit(Run{t}, *invocation);
}

#include "cli/scan_command.h"

#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/option_values.h"
#include "net/address.h"
#include "net/signals.h"
#include "net/waiting.h"
#include "scan/port_list.h"
#include "scan/report_writer.h"
#include "scan/resolve_targets.h"
#include "scan/scanner.h"
#include "scan/targets.h"
#include "scan/teller.h"
#include "scan/terminal_output.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

namespace veche::cli {
namespace {

using base::fail;
using base::Result;
using base::Translator;

constexpr int kScanFailed = 3;
constexpr const char* kHost = "127.0.0.1";
constexpr std::size_t kFileBytesMax = 64u * 1024 * 1024;
constexpr unsigned kThreadsMax = 64;
constexpr std::size_t kWindowMax = 32'768;

/// "Host [127.0.0.1]: "; nothing if the input ends.
std::optional<std::string> ask_host(const Translator& t) {
  std::printf("%s", t("Host [{}]: ", kHost).c_str());
  std::fflush(stdout);
  std::string line;
  for (int c = std::getchar(); c != '\n'; c = std::getchar()) {
    if (c == EOF) return std::nullopt;
    line += static_cast<char>(c);
  }
  const std::string host(base::trim(line));
  return host.empty() ? kHost : host;
}

Result<std::string> read_file(const std::string& path, const Translator& t) {
  const bool is_input = path == "-";
  const std::string name = is_input ? t("standard input") : path;
  std::FILE* file = is_input ? stdin : std::fopen(path.c_str(), "re");
  if (file == nullptr) return fail(name, base::errno_text(errno));
  std::string text;
  char buffer[64 * 1024];
  std::size_t got = 0;
  while (text.size() <= kFileBytesMax && (got = std::fread(buffer, 1, sizeof buffer, file)) > 0)
    text.append(buffer, got);
  const int error = std::ferror(file) != 0 ? errno : 0;
  if (!is_input) std::fclose(file);
  if (error != 0) return fail(name, base::errno_text(error));
  if (text.size() > kFileBytesMax) return fail(name, base::errno_text(EFBIG));
  return text;
}

/// All that was written of hosts, in the order of the command line, files last.
Result<scan::ParsedTargets> hosts_of(const std::vector<std::string>& hosts,
                                     const std::vector<std::string>& files, const Translator& t) {
  scan::ParsedTargets all;
  const auto add = [&all](Result<scan::ParsedTargets> more) -> Result<> {
    if (!more) return tl::unexpected(more.error());
    std::move(more->expressions.begin(), more->expressions.end(), std::back_inserter(all.expressions));
    std::move(more->notes.begin(), more->notes.end(), std::back_inserter(all.notes));
    return {};
  };
  for (const std::string& host : hosts) {
    if (auto done = add(scan::parse_targets(host, t)); !done) return tl::unexpected(done.error());
  }
  for (const std::string& file : files) {
    const auto text = read_file(file, t);
    if (!text) return tl::unexpected(text.error());
    if (auto done = add(scan::parse_target_file(*text, file, t)); !done) return tl::unexpected(done.error());
  }
  return all;
}

Result<std::vector<std::uint16_t>> ports_of(const ScanOptions& options, const Translator& t) {
  if (!options.top.empty()) {
    OptionValues values(t);
    std::uint64_t top = 0;
    values.number(top, "--top", options.top, 1, 65'535);
    if (values.error()) return tl::unexpected(*values.error());
    return scan::top_ports(top, t);
  }
  return options.ports.empty() ? scan::all_ports() : scan::parse_ports(options.ports, t);
}

Result<scan::Plan> plan_of(const ScanOptions& options, std::size_t descriptors, const Translator& t) {
  scan::Plan plan;
  auto ports = ports_of(options, t);
  if (!ports) return tl::unexpected(ports.error());
  plan.ports = std::move(*ports);
  plan.is_sequential = options.sequential;
  plan.wants_banners = options.banner;

  std::uint64_t threads = scan::usual_threads();
  std::uint64_t window = 0, retries = 0, rate = 0, max_rate = 0;
  std::chrono::milliseconds timeout{};
  OptionValues values(t);
  values.number(threads, "--threads", options.threads, 1, kThreadsMax);
  values.number(window, "--window", options.window, 1, kWindowMax);
  values.number(retries, "--retries", options.retries, 0, 100);
  values.number(rate, "--rate", options.rate, 1, 100'000'000);
  values.number(max_rate, "--max-rate", options.max_rate, 1, 100'000'000);
  values.duration(timeout, "--timeout", options.timeout, false);
  if (values.error()) return tl::unexpected(*values.error());

  plan.threads = options.sequential ? 1 : static_cast<unsigned>(threads);
  plan.sockets = scan::sockets_for(plan, descriptors);
  if (window > 0) plan.tuning.window = static_cast<std::size_t>(window);
  if (rate > 0) plan.tuning.window = plan.sockets;
  plan.rate = static_cast<double>(std::max(rate, max_rate));
  if (!options.retries.empty()) plan.tuning.retries = static_cast<unsigned>(retries);
  if (timeout.count() > 0) plan.tuning.timeout = timeout;
  return plan;
}

scan::Format format_of(const ScanOptions& options) {
  if (options.json) return scan::Format::json;
  if (options.jsonl) return scan::Format::json_lines;
  if (options.greppable) return scan::Format::greppable;
  return options.csv ? scan::Format::csv : scan::Format::text;
}

/// Makes the address of `text` the first, and gives the port to begin with.
Result<std::uint16_t> resume_at(const std::string& text, scan::TargetList& targets, const Translator& t) {
  const auto address = net::Address::parse(text);
  if (!address) return fail("--resume " + text, address.error().why, address.error().hint);
  if (!targets.start_at(address->bits())) {
    return fail("--resume " + text, t("is not among the hosts to scan"));
  }
  return address->port();
}

/// The person has ended it; the signal stays to be seen by others.
bool is_over(const net::SignalFd& signals) {
  std::array fds{pollfd{signals.fd(), POLLIN, 0}};
  net::poll_until(fds, net::mono_now());
  return fds[0].revents != 0;
}

}  // namespace

int run_scan(const ScanOptions& given, const Translator& environment) {
  ScanOptions options = given;
  const auto language = options.lang.empty() ? environment.language() : base::parse_language(options.lang);
  if (!language) {
    return report({"--lang " + options.lang, environment("is no language that veche speaks"), "en, ru, uk"},
                  kUsage);
  }
  const Translator t(*language);
  auto plan = plan_of(options, net::raise_descriptor_limit(), t);
  if (!plan) return report(plan.error(), kUsage);
  if (options.hosts.empty() && options.files.empty()) {
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
      return report({"scan", t("a host is missing"), "veche help scan"}, kUsage);
    }
    auto host = ask_host(t);
    if (!host) return kScanFailed;
    options.hosts.push_back(std::move(*host));
  }
  auto hosts = hosts_of(options.hosts, options.files, t);
  if (!hosts) return report(hosts.error(), kUsage);
  auto excluded_hosts = hosts_of(options.exclude, {}, t);
  if (!excluded_hosts) return report(excluded_hosts.error(), kUsage);

  const auto signals = net::SignalFd::open({SIGINT, SIGTERM});
  if (!signals) return report(signals.error(), kScanFailed);
  net::ignore_write_signals();

  scan::TerminalOutput output({}, !options.no_progress, t);
  for (const std::string& note : hosts->notes) output.note(note);
  const auto excluded = scan::resolve_excluded(excluded_hosts->expressions, signals->fd(), t);
  if (is_over(*signals)) return kScanFailed;
  if (!excluded) return report(excluded.error(), kScanFailed);
  const auto resolved = scan::resolve_targets(hosts->expressions, signals->fd(), t);
  if (is_over(*signals)) return kScanFailed;
  for (const std::string& note : resolved.notes) output.note(note);
  for (const base::Error& error : resolved.errors) output.complain(error);
  scan::TargetList targets(resolved.targets, *excluded);
  if (!options.resume.empty()) {
    auto port = resume_at(options.resume, targets, t);
    if (!port) return report(port.error(), kUsage);
    plan->first_port = *port;
  }
  if (targets.size() == 0) {
    if (resolved.errors.empty()) output.complain({"scan", t("no host is left to scan"), ""});
    return kScanFailed;
  }

  const bool is_one = targets.size() == 1;
  scan::Scanner scanner(std::move(*plan), std::move(targets));
  const scan::WriterOptions looks{.has_several_hosts = !is_one, .only_open = options.open};
  const auto writer = scan::make_writer(
      format_of(options), looks, [&output](std::string_view lines) { return output.print(lines); }, t);
  const scan::TellOptions tells{.wants_all = options.all,
                                .has_summaries = format_of(options) == scan::Format::text};
  scan::Teller teller(scanner, *writer, output, tells, t, net::mono_now());
  if (auto started = scanner.start(); !started) return report(started.error(), kScanFailed);
  const scan::ScanEnd end = scan::run_scan(scanner, teller, signals->fd());
  if (end == scan::ScanEnd::failed || !resolved.errors.empty()) return kScanFailed;
  return end == scan::ScanEnd::found ? kDone : kFailed;
}

}  // namespace veche::cli

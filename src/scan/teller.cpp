#include "scan/teller.h"

#include "net/address.h"
#include "net/waiting.h"
#include "scan/services.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace veche::scan {
namespace {

constexpr std::chrono::milliseconds kLookPause{50};

}  // namespace

Teller::Teller(Scanner& scanner, ReportWriter& writer, TerminalOutput& output, const TellOptions& options,
               const base::Translator& t, base::MonoTime now)
    : scanner_(scanner), writer_(writer), output_(output), options_(options), t_(t), started_(now) {}

bool Teller::tell(base::MonoTime now) {
  while (const auto host = scanner_.queue().front()) {
    if (!tell_host(*host, now)) break;
    scanner_.queue().pop();
  }
  return output_.refresh(progress(now), now) && !writer_.has_stopped();
}

/// Whether that was all of it.
bool Teller::tell_host(HostScan& host, base::MonoTime now) {
  const bool is_finished = host.is_finished();  // before its ports are looked at
  tell_ports(host, is_finished);
  if (is_finished) end_host(host, false, now);
  return is_finished;
}

void Teller::tell_ports(const HostScan& host, bool skip_undecided) {
  if (!std::exchange(is_begun_, true)) {
    writer_.begin_host({host.name(), host.address().ip()});
    next_index_ = host.first();
  }
  for (; next_index_ < host.ports(); ++next_index_) {
    const Verdict verdict = host.verdict(next_index_);
    const bool is_open = verdict.state == PortState::open;
    if (verdict.state == PortState::undecided) {
      if (skip_undecided) continue;
      return;
    }
    if (!is_open && !options_.wants_all) continue;
    const std::uint16_t port = scanner_.plan().ports[next_index_];
    writer_.port({port, verdict, service_name(port), is_open ? host.banner(next_index_) : std::string{}});
  }
}

void Teller::end_host(const HostScan& host, bool interrupted, base::MonoTime now) {
  HostSummary summary = host.summary(now);
  summary.is_interrupted = interrupted;
  writer_.end_host(summary);
  if (summary.error) output_.complain(*summary.error);
  totals_.add(summary);
  last_ = std::move(summary);
  is_begun_ = false;
}

ScanEnd Teller::end(bool interrupted, base::MonoTime now) {
  const std::string point = interrupted ? point_to_go_on() : std::string{};
  bool is_whole = tell(now);
  for (const auto& host : scanner_.queue().begun()) {  // only if it was interrupted
    tell_ports(*host, true);
    end_host(*host, !host->is_finished(), now);
  }
  writer_.finish();
  is_whole = output_.finish() && is_whole;
  if (options_.has_summaries && is_whole) {
    const bool is_one = scanner_.queue().hosts() == 1;
    if (!is_one || !last_.error || last_.decided() > 0) {
      output_.say(is_one ? summary_text(last_, t_) : summary_text(totals_, now - started_, t_));
    }
  }
  if (!point.empty()) output_.note(t_("interrupted; to go on: {}", "--resume " + point));
  // Who has closed the pipe has read enough; anything else is a failure.
  const bool has_failed = interrupted || totals_.hosts_failed > 0 || output_.has_failed();
  if (has_failed) return ScanEnd::failed;
  return totals_.open > 0 ? ScanEnd::found : ScanEnd::nothing;
}

/// The first port that is not decided, of the first host that is not finished.
std::string Teller::point_to_go_on() {
  const auto& ports = scanner_.plan().ports;
  for (const auto& host : scanner_.queue().begun()) {
    if (host->is_finished()) continue;
    for (std::size_t index = host->first(); index < host->ports(); ++index) {
      if (host->verdict(index).state == PortState::undecided)
        return host->address().with_port(ports[index]).text();
    }
  }
  const auto address = scanner_.queue().next_address();
  return address ? net::Address::of(*address, ports.front()).text() : std::string{};
}

Progress Teller::progress(base::MonoTime now) const {
  const std::size_t ports = scanner_.plan().ports.size();
  Progress progress;
  progress.hosts = static_cast<std::size_t>(scanner_.queue().hosts());
  progress.hosts_done = totals_.hosts;
  progress.ports = scanner_.queue().hosts() * ports;
  progress.decided = totals_.hosts * ports;
  progress.open = totals_.open;
  for (const auto& host : scanner_.queue().begun()) {
    progress.decided += host->first() + host->decided();
    progress.open += host->open();
  }
  progress.elapsed = now - started_;
  return progress;
}

ScanEnd run_scan(Scanner& scanner, Teller& teller, int stop_fd) {
  std::array<pollfd, 2> fds{pollfd{scanner.news_fd(), POLLIN, 0}, pollfd{stop_fd, POLLIN, 0}};
  bool interrupted = false;
  while (!scanner.is_over()) {
    net::poll_until(fds, net::mono_now() + kLookPause);
    scanner.take_news();
    if (fds[1].revents != 0) {
      interrupted = true;
      break;
    }
    if (!teller.tell(net::mono_now())) break;
  }
  scanner.stop();
  return teller.end(interrupted, net::mono_now());
}

}  // namespace veche::scan

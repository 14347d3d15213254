#include "scan/scan_rounds.h"

#include "net/address.h"
#include "net/signals.h"
#include "net/socket.h"
#include "net/waiting.h"
#include "scan/port_list.h"
#include "scan/probe_socket.h"
#include "scan/scanner.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace veche::scan {
namespace {

using std::chrono::duration;
using std::chrono::nanoseconds;

constexpr const char* kAddress = "127.0.0.1";

nanoseconds of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

nanoseconds cpu_used() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return of(usage.ru_utime) + of(usage.ru_stime);
}

base::Result<ScanRound> run_round(const Plan& plan, const net::Address& address,
                                  const std::set<std::uint16_t>& own) {
  const base::MonoTime begin = net::mono_now();
  const nanoseconds cpu = cpu_used();
  Scanner scanner(plan, TargetList({{"", {address.bits(), address.bits()}}}, {}));
  if (auto started = scanner.start(); !started) return tl::unexpected(started.error());
  std::array news{pollfd{scanner.news_fd(), POLLIN, 0}};
  while (!scanner.is_over()) {
    net::poll_until(news, base::MonoTime::max());
    scanner.take_news();
  }
  scanner.stop();
  ScanRound round{.wall = net::mono_now() - begin, .cpu = cpu_used() - cpu, .ports = plan.ports.size()};
  const auto host = scanner.queue().front();
  for (std::size_t index = 0; index < plan.ports.size(); ++index) {
    const std::uint16_t port = plan.ports[index];
    const PortState state = host->verdict(index).state;
    if (state == PortState::filtered) ++round.filtered;
    if (own.contains(port)) {
      round.missed += state != PortState::open;
    } else if (state == PortState::open) {
      // Somebody else's, then; or is nobody there?
      round.invented += ask_from_a_port_of_our_own(address.with_port(port)) != Answer::open;
    }
  }
  return round;
}

template <class Value>
Value median(std::vector<Value> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double ports_per_s(const ScanRound& round) {
  return static_cast<double>(round.ports) / duration<double>(round.wall).count();
}

double cpu_us_per_port(const ScanRound& round) {
  return duration<double, std::micro>(round.cpu).count() / static_cast<double>(round.ports);
}

template <class Of>
double median_of(const std::vector<ScanRound>& rounds, Of of_round) {
  std::vector<double> values;
  for (const ScanRound& round : rounds) values.push_back(of_round(round));
  return median(std::move(values));
}

std::string line_of(double seconds, double rate, double cpu) {
  return fmt::format("{:.3f} s, {:.0f} ports/s, {:.2f} us of CPU a port", seconds, rate, cpu);
}

double seconds(const ScanRound& round) { return duration<double>(round.wall).count(); }

}  // namespace

base::Result<std::vector<ScanRound>> run_scan_rounds(const ScanRoundsOptions& options) {
  const net::Address address = net::Address::parse(kAddress, 0).value();
  std::vector<net::Fd> listeners;
  std::set<std::uint16_t> own;
  for (std::size_t i = 0; i < options.listeners; ++i) {
    auto listener = net::listen_on(address);
    if (!listener) return tl::unexpected(listener.error());
    const auto local = net::local_address(listener->get());
    if (!local) return tl::unexpected(local.error());
    own.insert(local->port());
    listeners.push_back(std::move(*listener));
  }
  Plan plan;
  plan.ports = all_ports();
  plan.threads = options.threads;
  plan.sockets = sockets_for(plan, net::raise_descriptor_limit());
  std::vector<ScanRound> rounds;
  for (unsigned i = 0; i < options.rounds; ++i) {
    auto round = run_round(plan, address, own);
    if (!round) return tl::unexpected(round.error());
    rounds.push_back(*round);
  }
  return rounds;
}

std::string rounds_text(const std::vector<ScanRound>& rounds) {
  std::string text;
  for (const ScanRound& round : rounds) {
    text += fmt::format("{}; {} missed, {} invented, {} filtered\n",
                        line_of(seconds(round), ports_per_s(round), cpu_us_per_port(round)), round.missed,
                        round.invented, round.filtered);
  }
  return text + "median: " +
         line_of(median_of(rounds, seconds), median_of(rounds, ports_per_s),
                 median_of(rounds, cpu_us_per_port)) +
         '\n';
}

std::string rounds_json(const std::vector<ScanRound>& rounds) {
  boost::json::array all;
  for (const ScanRound& round : rounds) {
    all.push_back(boost::json::object{{"duration_s", seconds(round)},
                                      {"ports_per_s", ports_per_s(round)},
                                      {"cpu_us_per_port", cpu_us_per_port(round)},
                                      {"missed", round.missed},
                                      {"invented", round.invented},
                                      {"filtered", round.filtered}});
  }
  return boost::json::serialize(boost::json::object{{"ports", rounds.front().ports},
                                                    {"duration_s", median_of(rounds, seconds)},
                                                    {"ports_per_s", median_of(rounds, ports_per_s)},
                                                    {"cpu_us_per_port", median_of(rounds, cpu_us_per_port)},
                                                    {"rounds", std::move(all)}}) +
         '\n';
}

}  // namespace veche::scan

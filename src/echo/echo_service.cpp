#include "echo/echo_service.h"

#include "base/log.h"
#include "echo/echo_handler.h"
#include "net/signals.h"
#include "net/socket.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace veche::echo {
namespace {

constexpr int kPortsToTry = 100;

struct ModelRow {
  std::string_view name;
  EchoModel model;
  net::ModelKind kind;
};
constexpr std::array<ModelRow, 5> kModels{{
    {"fork", EchoModel::fork, net::ModelKind::fork},
    {"threads", EchoModel::threads, net::ModelKind::threads},
    {"pool", EchoModel::pool, net::ModelKind::pool},
    {"events", EchoModel::events, net::ModelKind::events},
    {"coroutines", EchoModel::coroutines, net::ModelKind::events},
}};

const ModelRow& row_of(EchoModel model) {
  return *std::find_if(kModels.begin(), kModels.end(),
                       [model](const ModelRow& row) { return row.model == model; });
}

/// Prints a line for each who comes and goes, whole ones from whatever thread.
class PrintedBook final : public net::Guestbook {
 public:
  PrintedBook(const base::Translator& t, std::FILE* out, bool quiet) : t_(t), out_(out), quiet_(quiet) {}

  /// Whom to ask how many are served and how many wait: once there is somebody.
  void watch(const net::Service& service) { service_ = &service; }

  void came(const net::Address& peer) override {
    const std::size_t connected = ++connected_;
    if (quiet_) return;
    const net::Counts now = service_->counts();
    if (now.waiting == 0) return print(t_("{} connected ({} connected)", peer.text(), connected));
    print(t_("{} connected ({} connected: {} served, {} waiting)", peer.text(), connected, now.served,
             now.waiting));
  }
  void went(const net::Address& peer, std::string_view what) override {
    const std::size_t connected = --connected_;
    if (!quiet_) print(t_("{} gone: {} ({} connected)", peer.text(), what, connected));
  }
  void refused(const net::Address& peer, std::string_view why) override {
    if (!quiet_) print(t_("{} turned away: {} ({} connected)", peer.text(), why, connected_.load()));
  }
  void print(const std::string& line) {
    const std::lock_guard lock(mutex_);
    fmt::print(out_, "{}\n", line);
    std::fflush(out_);
  }

 private:
  const base::Translator t_;
  std::FILE* const out_;
  const bool quiet_;
  const net::Service* service_ = nullptr;
  std::atomic<std::size_t> connected_{0};
  std::mutex mutex_;
};

/// Under fork the process must have no other thread, and a log that is written has one.
base::Result<std::unique_ptr<base::Log>> open_log(EchoModel model) {
  if (model == EchoModel::fork) return base::Log::nowhere();
  base::LogOptions options;
  options.target = base::LogTarget::stderr_;
  options.level = base::LogLevel::warning;
  return base::Log::open(options);
}

base::Result<std::unique_ptr<net::Service>> open_service(const EchoServiceOptions& options,
                                                         const net::MakeHandler& make, PrintedBook& book,
                                                         const base::Clock& clock, base::Log& log) {
  net::ServiceOptions wanted = options.service;
  for (int left = options.port_may_differ ? kPortsToTry : 1;; --left) {
    auto service = net::Service::open(wanted, make, book, clock, log);
    if (service || left == 1 || !net::is_address_in_use(service.error())) return service;
    wanted.address = wanted.address.with_port(static_cast<std::uint16_t>(wanted.address.port() + 1));
  }
}

}  // namespace

std::vector<std::string_view> echo_model_names() {
  std::vector<std::string_view> names;
  for (const ModelRow& row : kModels) names.push_back(row.name);
  return names;
}

std::optional<EchoModel> echo_model(std::string_view name) {
  for (const ModelRow& row : kModels)
    if (row.name == name) return row.model;
  return std::nullopt;
}

base::Result<> run_echo_service(EchoServiceOptions options, const base::Clock& clock,
                                const base::Translator& t_, std::FILE* out) {
  net::ignore_write_signals();
  net::raise_descriptor_limit();
  auto signals = net::SignalFd::open({SIGINT, SIGTERM});
  if (!signals) return tl::unexpected(signals.error());
  auto log = open_log(options.model);
  if (!log) return tl::unexpected(log.error());

  const EchoOptions echo{clock, options.idle_timeout};
  net::MakeHandler make = [&echo](net::Guestbook& book) { return std::make_unique<EchoHandler>(echo, book); };
  if (options.model == EchoModel::coroutines) {
    make = [&echo](net::Guestbook& book) {
      return std::make_unique<net::Stream>(
          [&echo, &book](net::Stream& client) { return echo_coroutine(client, echo, book); });
    };
  }
  options.service.model = row_of(options.model).kind;

  PrintedBook book(t_, out, options.quiet);
  auto service = open_service(options, make, book, clock, **log);
  if (!service) return tl::unexpected(service.error());
  book.watch(**service);
  const std::uint16_t wanted = options.service.address.port();
  const std::uint16_t port = (*service)->local().port();
  if (wanted != 0 && wanted != port)
    book.print(t_("Port {} is taken; the echo service takes {}.", wanted, port));
  book.print(
      t_("Echo service on {} ({}). Ctrl-C ends it.", (*service)->local().text(), row_of(options.model).name));

  (*service)->run(*signals);
  return {};
}

}  // namespace veche::echo

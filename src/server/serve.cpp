#include "server/serve.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/log_archive.h"
#include "control/console.h"
#include "net/signals.h"
#include "server/hardening.h"
#include "server/operator_commands.h"
#include "server/server.h"
#include "store/data_dir.h"
#include "store/password.h"

#include <fmt/core.h>
#include <malloc.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace veche::server {
namespace {

int failed(const base::Error& error) {
  fmt::print(stderr, "veche: {}\n", error.text());
  return 1;
}

std::string door_text(const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port);
}

std::string own_name() { return "uid " + std::to_string(::getuid()); }

/// The operator at standard input, if he is wanted.
class ConsoleDesk {
 public:
  explicit ConsoleDesk(base::Translator t) : t_(t) {}

  void open(Server& server) {
    control::ConsoleHooks hooks;
    hooks.translator = t_;
    hooks.complete = [&server](std::string_view line) {
      const auto people = server.people();
      return control::complete_command(line, people);
    };
    hooks.run = [this, &server](std::string_view line, const std::shared_ptr<control::Reply>& reply) {
      std::error_code error;
      Caller caller{own_name(), "console", t_, std::filesystem::current_path(error)};
      server.commands().run(control::words_of(line), std::move(caller), reply);
    };
    console_.emplace(server.main_loop(), control::ConsoleFds{STDIN_FILENO, STDOUT_FILENO}, std::move(hooks));
  }
  void close() { console_.reset(); }

  void print(std::string_view lines) {
    if (console_) console_->print(lines);
  }
  /// Ctrl-Z: the terminal is given back, and the process stops until it is continued.
  void stop_process() {
    if (console_) console_->suspend();
    ::kill(::getpid(), SIGSTOP);
  }
  void continued() {
    if (console_) console_->resumed();
  }
  void resized() {
    if (console_) console_->resized();
  }

 private:
  const base::Translator t_;
  std::optional<control::Console> console_;
};

/// What signals ask for, on the main thread.
class Signals final : public net::Source {
 public:
  Signals(net::SignalFd& signals, Server& server, ConsoleDesk& console)
      : signals_(signals), server_(server), console_(console) {
    server_.main_loop().watch(signals_.fd(), EPOLLIN, *this);
  }
  ~Signals() override { server_.main_loop().unwatch(signals_.fd(), *this); }

  void ready(std::uint32_t) override {
    while (const auto signal = signals_.take()) {
      switch (*signal) {
        case SIGHUP:  // who asked cannot be told: it is in the log
          server_.commands().run({"reload"}, Caller{"SIGHUP", "signal"}, {});
          break;
        case SIGTSTP:
          console_.stop_process();
          break;
        case SIGCONT:
          console_.continued();
          break;
        case SIGWINCH:
          console_.resized();
          break;
        default:
          server_.main_loop().stop();
      }
    }
  }
  void expired(net::Timer&) override {}

 private:
  net::SignalFd& signals_;
  Server& server_;
  ConsoleDesk& console_;
};

std::string how_to_join(const base::Translator& t_, const Doors::Door& door, const std::string& host) {
  const std::uint16_t port = door.at.port();
  if (door.proxied) return t_("For your proxy, with the PROXY protocol: {}", door_text(host, port));
  if (door.dialect == base::Dialect::irc) {
    return door.tls ? t_("Join with an IRC client, with TLS: {} {}", host, port)
                    : t_("Join with an IRC client: {} {}", host, port);
  }
  return door.tls ? t_("Join with: openssl s_client -quiet -connect {}", door_text(host, port))
                  : t_("Join with: telnet {} {}", host, port);
}

void print_how_to_join(const Server& server, const control::Config& config, bool console) {
  const base::Translator t_(base::language_from_environment());
  for (const Doors::Door& door : server.doors()) {
    if (door.at.port() != door.wanted_port && door.wanted_port != 0) {
      fmt::print("{}\n",
                 t_("Port {} is taken; veche listens on {} instead.", door.wanted_port, door.at.port()));
    }
  }
  fmt::print("{}\n", t_("veche is serving. Data: {}", config.server.data_dir.string()));
  for (const Doors::Door& door : server.doors()) {
    const std::string ip = door.at.ip();
    const std::string host = ip == "0.0.0.0" ? "127.0.0.1" : ip == "::" ? "::1" : ip;
    fmt::print("{}\n", how_to_join(t_, door, host));
  }
  fmt::print("{}\n", console ? t_("Type help for the operator's commands; Ctrl-C ends the server.")
                             : t_("Ctrl-C ends it."));
  std::fflush(stdout);
}

/// Before any other thread runs. A terminal's own signals are taken only where there is a console to serve.
base::Result<net::SignalFd> take_signals(bool console) {
  if (console && ::isatty(STDIN_FILENO) == 1) {
    control::use_utf8_locale();
    return net::SignalFd::open({SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH});
  }
  return net::SignalFd::open({SIGINT, SIGTERM, SIGHUP});
}

/// The file was read as root, perhaps; the one who serves reads it when it is to be loaded again.
void warn_of_reload(const std::filesystem::path& config_file, const Hardening& hardening, base::Log& log) {
  if (config_file.empty() || ::access(config_file.c_str(), R_OK) == 0) return;
  log.warning("reload will fail: {} cannot be read by {}", config_file.string(), hardening.user);
}

base::Result<std::unique_ptr<base::Log>> open_log(const control::Config& config, const store::DataDir& data) {
  if (config.log.target == base::LogTarget::file) {
    auto finished = base::finish_interrupted_clear(data.log(), data.backups());
    if (!finished) return tl::unexpected(finished.error());
  }
  return base::Log::open({.target = config.log.target,
                          .level = config.log.level,
                          .format = config.log.format,
                          .file = data.log()});
}

/// What a crowd, a long history or a slow reader's backlog took goes back to the system once it is freed.
/// Left alone, malloc raises both limits with the largest block freed, to 32 and 64 MiB, and then every
/// thread's arena may keep so much at its end, where malloc_trim does not reach: measured, tens of MiB that
/// nothing used.
void keep_little_free_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
  ::mallopt(M_TRIM_THRESHOLD, 512 * 1024);
}

}  // namespace

int serve(const control::Config& config, control::ConfigSource source,
          const std::filesystem::path& config_file, bool console) {
  keep_little_free_memory();
  net::ignore_write_signals();
  auto signals = take_signals(console);
  if (!signals) return failed(signals.error());
  if (auto crypto = store::init_crypto(); !crypto) return failed(crypto.error());
  const std::size_t descriptors = net::raise_descriptor_limit();

  auto hardening = drop_root(config);
  if (!hardening) return failed(hardening.error());
  if (auto done = lock_down(config.server, *hardening); !done) return failed(done.error());
  auto data = store::DataDir::open(config.server.data_dir);
  if (!data) return failed(data.error());
  if (auto done = confine(config, data->path(), config_file, *hardening); !done) return failed(done.error());
  auto log = open_log(config, *data);
  if (!log) return failed(log.error());

  const base::SystemClock clock;
  const base::Translator t(base::language_from_environment());
  ConsoleDesk desk(t);
  Server::Print print;
  if (console) print = [&desk](std::string_view lines) { desk.print(lines); };
  auto server =
      Server::start(config, std::move(source), *data, clock, **log, std::move(print), t, *hardening);
  if (!server) {
    (*log)->error("{}", server.error().text());
    return failed(server.error());
  }
  (*log)->info("serving; data in {}, at most {} descriptors", config.server.data_dir.string(), descriptors);
  hardening->tell(**log);
  warn_of_reload(config_file, *hardening, **log);
  print_how_to_join(**server, config, console);
  if (console) desk.open(**server);
  {
    const Signals watch(*signals, **server, desk);
    (*server)->run();
  }
  (*log)->info("going down");
  desk.close();
  server->reset();
  (*log)->info("down");
  return 0;
}

}  // namespace veche::server

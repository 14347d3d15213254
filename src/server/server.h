// The running server: which threads there are, and what joins them.
//
//   main thread     the operator: his desk, commands, the console, the control socket; signals
//   loops           N threads, each with its share of the clients (ClientLoop); or, under the model
//                   `threads`, one that accepts, and a thread for every client (ThreadClients)
//   chat thread     the chat and its journal (ChatThread)
//   workers         password hashes; queries of the history (Jobs)
#pragma once

#include "base/cloak.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/result.h"
#include "control/config.h"
#include "net/event_loop.h"
#include "server/doors.h"
#include "server/hardening.h"
#include "store/data_dir.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace veche::chat {
class Chat;
struct Policy;
}  // namespace veche::chat
namespace veche::net {
class LoopGroup;
class TicketKeys;
}  // namespace veche::net
namespace veche::store {
class Journal;
}

namespace veche::server {

class ChatOperators;
class ChatThread;
class ClientLoop;
class ControlSocket;
class Gate;
class Jobs;
class Notices;
class Operator;
class OperatorCommands;
class ThreadClients;
struct Delivery;
struct DialectOptions;
struct Shared;

/// Lives on the main thread.
class Server {
 public:
  /// Opens the store in `data`, listens, and serves. What it takes outlives it.
  /// `source` reads the configuration again, for `reload`. `print` gets a line for every arrival and
  /// departure, in the words of `t`, on the main thread; it may be empty. `hardening`: what protects the
  /// process, for `status`.
  using Print = std::function<void(std::string_view lines)>;
  static base::Result<std::unique_ptr<Server>> start(const control::Config& config,
                                                     control::ConfigSource source, const store::DataDir& data,
                                                     const base::Clock& clock, base::Log& log,
                                                     Print print = {},
                                                     base::Translator t = base::Translator(),
                                                     const Hardening& hardening = {});
  /// Says goodbye to the clients, sends what is owed, closes, and keeps what was said.
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves the main thread's part until `stop` is asked for by one of its sources.
  void run() { main_loop_->run(); }
  net::EventLoop& main_loop() { return *main_loop_; }

  const std::vector<Doors::Door>& doors() const { return doors_->list(); }
  OperatorCommands& commands() { return *commands_; }
  /// Who is logged in, for completion; as far as `print` was given.
  std::vector<std::string> people() const;

 private:
  Server(const control::Config& config, const base::Clock& clock, base::Log& log, const Hardening& hardening);
  base::Result<> open(const store::DataDir& data, control::ConfigSource source);
  base::Result<> open_store(const store::DataDir& data);
  base::Result<> open_loops();
  std::vector<std::function<void(Delivery)>> open_clients(const DialectOptions& dialects,
                                                          const net::LoopOptions& options);
  base::Result<> open_doors();
  base::Result<std::vector<Entrance>> entrances(const control::Config& config) const;
  base::Result<DialectOptions> dialects_of(const control::Config& config) const;
  void set_dialects(const DialectOptions& dialects);
  void welcome(net::Fd client, const net::Address& peer, const Entrance& entrance);
  std::size_t client_count() const;
  base::Result<> open_operator(const store::DataDir& data, control::ConfigSource source);
  base::Result<> adopt(const control::Config& config, std::function<void()> done);
  chat::Policy policy() const;
  void close();

  control::Config config_;
  const base::Clock& clock_;
  base::Log& log_;
  const base::WallTime started_;
  std::atomic<base::Language> language_;  // for who is turned away at the door
  const std::shared_ptr<net::TicketKeys> ticket_keys_;
  const Hardening hardening_;

  base::CloakPtr cloak_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<chat::Chat> chat_;
  std::unique_ptr<Jobs> jobs_;
  std::unique_ptr<Shared> shared_;
  std::unique_ptr<net::EventLoop> main_loop_;
  std::unique_ptr<Operator> operator_;
  std::unique_ptr<Notices> notices_;
  std::unique_ptr<ChatOperators> chat_operators_;
  std::vector<std::unique_ptr<ClientLoop>> client_loops_;  // model events
  std::unique_ptr<ThreadClients> thread_clients_;          // model threads
  std::unique_ptr<ChatThread> chat_thread_;
  std::unique_ptr<net::LoopGroup> loops_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Doors> doors_;
  std::vector<control::ListenConfig> listeners_;  // of the doors, in their order
  std::unique_ptr<OperatorCommands> commands_;
  std::unique_ptr<ControlSocket> control_socket_;
};

}  // namespace veche::server

// The running server: which threads there are, and what joins them.
//
//   main thread     the operator's desk, signals, the control socket
//   loops           N threads, each with its share of the clients (ClientLoop)
//   chat thread     the chat and its journal (ChatThread)
//   workers         password hashes; queries of the history (Jobs)
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "chat/chat.h"
#include "control/config.h"
#include "net/event_loop.h"
#include "net/listener.h"
#include "net/loop_group.h"
#include "server/chat_thread.h"
#include "server/client_loop.h"
#include "server/control_socket.h"
#include "server/jobs.h"
#include "server/operator.h"
#include "store/data_dir.h"
#include "store/journal.h"

#include <memory>
#include <string>
#include <vector>

namespace veche::server {

/// Lives on the main thread.
class Server {
 public:
  /// Opens the store in `data`, listens, and serves. What it takes outlives it.
  static base::Result<std::unique_ptr<Server>> start(const control::Config& config,
                                                     const store::DataDir& data, const base::Clock& clock,
                                                     base::Log& log);
  /// Says goodbye to the clients, sends what is owed, closes, and keeps what was said.
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves the main thread's part until `stop` is asked for by one of its sources.
  void run() { main_loop_->run(); }
  net::EventLoop& main_loop() { return *main_loop_; }

  /// A listener that was opened; `wanted_port` differs from its own if that was taken.
  struct Door {
    std::unique_ptr<net::Listener> listener;
    std::uint16_t wanted_port = 0;
  };
  const std::vector<Door>& doors() const { return doors_; }

 private:
  Server(const control::Config& config, const base::Clock& clock, base::Log& log);
  base::Result<> open(const store::DataDir& data);
  base::Result<> open_store(const store::DataDir& data);
  base::Result<> open_loops();
  base::Result<> open_door(const control::ListenConfig& wanted);
  void close();

  const control::Config& config_;
  const base::Clock& clock_;
  base::Log& log_;

  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<chat::Chat> chat_;
  std::unique_ptr<Jobs> jobs_;
  std::unique_ptr<Shared> shared_;
  std::unique_ptr<net::EventLoop> main_loop_;
  std::unique_ptr<Operator> operator_;
  std::vector<std::unique_ptr<ClientLoop>> client_loops_;
  std::unique_ptr<ChatThread> chat_thread_;
  std::unique_ptr<net::LoopGroup> loops_;
  std::vector<Door> doors_;
  std::unique_ptr<ControlSocket> control_socket_;
};

}  // namespace veche::server

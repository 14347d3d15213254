// A service of one's own: an address, a model and a handler. The smallest is examples/hello.cpp.
//
// One thread, the caller's, runs `front`: it accepts connections and hands them to the model; and whatever
// else the program wants to wait for there (signals, deadlines).
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "net/address.h"
#include "net/event_loop.h"
#include "net/listener.h"
#include "net/model.h"
#include "net/signals.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace veche::net {

enum class ModelKind : std::uint8_t { fork, threads, pool, events };

struct ServiceOptions {
  Address address;  ///< port 0: any
  ModelKind model = ModelKind::events;
  std::size_t loops = 1;                  ///< of events
  std::size_t workers = 8;                ///< of the pool
  std::chrono::milliseconds patience{0};  ///< how long somebody waits for a worker of the pool; 0: for ever
  std::size_t clients_max = 0;            ///< served and waiting; 0: as many as there is room for
  int backlog = kListenBacklog;           ///< finished handshakes that may wait for accept()
  LoopOptions connection{};               ///< bounds and deadlines of every connection
};

class Service {
 public:
  /// Listens. The rest outlives the service; `book` hears of every arrival from the front's thread.
  static base::Result<std::unique_ptr<Service>> open(const ServiceOptions& options, MakeHandler make,
                                                     Guestbook& book, const base::Clock& clock,
                                                     base::Log& log);
  /// Ends every connection; nothing is left of any.
  ~Service();

  /// Turns on this thread until `stop`, or until one of `signals` comes.
  void run(SignalFd& signals);
  /// Any thread, a signal handler too.
  void stop() { front_->stop(); }

  const Address& local() const { return listener_->local(); }
  EventLoop& front() { return *front_; }
  Counts counts() const { return model_->counts(); }

 private:
  Service(const ServiceOptions& options, Guestbook& book) : options_(options), book_(book) {}
  void welcome(Fd socket, const Address& peer);

  const ServiceOptions options_;
  Guestbook& book_;
  std::unique_ptr<EventLoop> front_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace veche::net

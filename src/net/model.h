// How clients are shared out: a process for each, a thread for each, a few threads for all who come in turn,
// or event loops. The same Handler serves under every model; each model is one file, and its header says what
// a client costs.
//
// Whoever runs a service (net/service.h) accepts connections on one thread and hands them to a model there.
#pragma once

#include "net/address.h"
#include "net/event_loop.h"
#include "net/fd.h"
#include "net/handler.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace veche::net {

/// Where handlers write who is gone. Called on any thread of the process that runs the service; under fork
/// what a child writes is told there.
class Guestbook {
 public:
  virtual ~Guestbook() = default;
  /// Somebody was accepted. The accepting thread.
  virtual void came(const Address& peer) = 0;
  /// Somebody who came is gone: `what` he did and why he went, of which kFarewellBytesMax are kept. A handler
  /// writes it when it is closed; a model for whom it could not serve.
  virtual void went(const Address& peer, std::string_view what) = 0;
  /// Somebody was turned away at the door.
  virtual void refused(const Address& peer, std::string_view why) = 0;

  static constexpr std::size_t kFarewellBytesMax = 200;
};

/// Makes a client's handler, on the thread and in the process that serve it. The handler may write its
/// farewell into the book when it is closed.
using MakeHandler = std::function<std::unique_ptr<Handler>(Guestbook& book)>;

struct Counts {
  std::size_t served = 0;
  std::size_t waiting = 0;  ///< for a worker of the pool
};

/// One thread, the one that accepts; but `counts`, which any may ask.
class Model {
 public:
  virtual ~Model() = default;
  /// Serves `socket`, a connected non-blocking one, or refuses it with a word to the client.
  virtual void serve(Fd socket, const Address& peer) = 0;
  virtual Counts counts() const = 0;
  /// Ends every connection, and returns when nothing is left of them: no thread, no process, no descriptor.
  virtual void stop() = 0;
};

/// What every model is made of. All that it refers to outlives the model.
struct ModelParts {
  EventLoop& front;  ///< the accepting thread's loop
  const base::Clock& clock;
  base::Log& log;
  LoopOptions connection;
  MakeHandler make;
  Guestbook& book;
};

/// What a client hears that no thread or process can be had for.
inline constexpr std::string_view kNoRoom = "no room for another client now; try again later\r\n";

}  // namespace veche::net

// The server's listening sockets: opened at the start, closed and opened again by `pause` and `resume`. They
// belong to a loop of the clients; what is asked of them here is done there, and answered on the main thread.
#pragma once

#include "base/dialect.h"
#include "base/result.h"
#include "control/config.h"
#include "net/address.h"
#include "net/event_loop.h"
#include "net/fd.h"
#include "net/listener.h"
#include "server/entrance.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace veche::server {

/// Lives on the main thread.
class Doors {
 public:
  /// Gets each accepted connection, on the loop's thread.
  using Welcome = std::function<void(net::Fd client, const net::Address& peer, const Entrance& entrance)>;

  /// `loop` and `main_loop` outlive the doors; the loop has ended before they go.
  Doors(net::EventLoop& loop, net::EventLoop& main_loop, Welcome welcome);

  /// Before the loops run.
  base::Result<> open(const control::ListenConfig& wanted, Entrance entrance);

  /// A listener as it was opened; `wanted_port` differs from its own if that was taken.
  struct Door {
    net::Address at;
    std::uint16_t wanted_port = 0;
    base::Dialect dialect = base::Dialect::line;
    bool tls = false;
    bool proxied = false;  ///< for a proxy only, which says in a header whom it speaks for
  };
  const std::vector<Door>& list() const { return doors_; }
  /// As far as has been asked for: between a call and its answer the sockets may differ.
  bool paused() const { return paused_; }

  /// Whoever comes once it is done comes by these, one for each door in the order of opening.
  void renew(std::vector<Entrance> entrances, std::function<void()> done);

  /// Closes the sockets: whoever connects is refused at once.
  void pause(std::function<void()> done);
  /// Opens the same ports again, all of them or, with an error, none.
  void resume(std::function<void(base::Result<>)> done);

 private:
  base::Result<> resume_all();

  net::EventLoop& loop_;
  net::EventLoop& main_loop_;
  const Welcome welcome_;
  std::vector<Door> doors_;
  // The loop's, once it runs.
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::vector<Entrance> entrances_;
  bool paused_ = false;
};

}  // namespace veche::server

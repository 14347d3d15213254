// The server's listening sockets: opened at the start, closed and opened again by `pause` and `resume`. They
// belong to a loop of the clients; what is asked of them here is done there, and answered on the main thread.
#pragma once

#include "base/result.h"
#include "control/config.h"
#include "net/address.h"
#include "net/event_loop.h"
#include "net/fd.h"
#include "net/listener.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace veche::server {

/// What a client hears for whom there is no room: no descriptor, no thread.
inline constexpr std::string_view kServerFull =
    "ERR server-full The server has no room for another connection; try again later.\r\n";

/// Lives on the main thread.
class Doors {
 public:
  /// `loop` and `main_loop` outlive the doors; the loop has ended before they go. `welcome` gets each
  /// accepted connection, on the loop's thread.
  Doors(net::EventLoop& loop, net::EventLoop& main_loop, net::Listener::Accepted welcome);

  /// Before the loops run.
  base::Result<> open(const control::ListenConfig& wanted);

  /// A listener as it was opened; `wanted_port` differs from its own if that was taken.
  struct Door {
    net::Address at;
    std::uint16_t wanted_port = 0;
  };
  const std::vector<Door>& list() const { return doors_; }
  /// As far as has been asked for: between a call and its answer the sockets may differ.
  bool paused() const { return paused_; }

  /// Closes the sockets: whoever connects is refused at once.
  void pause(std::function<void()> done);
  /// Opens the same ports again, all of them or, with an error, none.
  void resume(std::function<void(base::Result<>)> done);

 private:
  base::Result<> resume_all();

  net::EventLoop& loop_;
  net::EventLoop& main_loop_;
  const net::Listener::Accepted welcome_;
  std::vector<Door> doors_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;  // the loop's, once it runs
  bool paused_ = false;
};

}  // namespace veche::server

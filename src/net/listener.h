// One listening socket in one loop: takes the connections that wait and gives each to a callback.
//
// Out of descriptors (EMFILE) is the state in which a server must not go wrong: the client's handshake is
// already done by the kernel, so a server that cannot accept leaves it hanging, and one that tries again at
// once burns a processor. So one descriptor is kept in reserve: it is given up to accept the client, tell it
// the refusal and close; then the listener looks away for a while (100 ms to 1 s) and tries again.
#pragma once

#include "base/result.h"
#include "net/address.h"
#include "net/event_loop.h"
#include "net/fd.h"
#include "net/socket.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace veche::net {

struct ListenerOptions {
  int backlog = kListenBacklog;
  int accepts_per_turn_max = 64;  ///< then the loop's other work has its turn
  /// What a client hears that cannot be served for want of descriptors, line end included; may be empty.
  std::string refusal{};
};

/// The loop's thread, like the loop's own methods; must go before the loop does.
class Listener final : public Source {
 public:
  using Accepted = std::function<void(Fd, const Address& peer)>;
  static constexpr std::chrono::milliseconds kBackoffMin{100};
  static constexpr std::chrono::milliseconds kBackoffMax{1000};

  /// Listens on `address` at once (port 0: any). `accepted` is called in the loop; the socket it gets is
  /// non-blocking, closed on exec and has veche's connection options. It may pause the listener, not destroy
  /// it.
  static base::Result<std::unique_ptr<Listener>> open(EventLoop& loop, const Address& address,
                                                      ListenerOptions options, Accepted accepted);
  ~Listener() override;

  /// The address with the real port; the same while paused.
  const Address& local() const { return local_; }
  /// Closes the listening socket: whoever connects is refused by the kernel at once. Connections live on.
  void pause();
  /// Opens the same address and port again. Fails if somebody took it meanwhile.
  base::Result<> resume();
  bool listening() const { return static_cast<bool>(socket_); }
  /// Clients that were turned away for want of descriptors.
  std::uint64_t refused() const { return refused_; }

  void ready(std::uint32_t events) override;
  void expired(Timer& timer) override;

 private:
  Listener(EventLoop& loop, const Address& address, ListenerOptions options, Accepted accepted);

  base::Result<> listen();
  bool accept_one();
  bool accept_failed(int error);
  void back_off(int error);
  void refuse_waiting();

  EventLoop& loop_;
  Address local_;
  const ListenerOptions options_;
  const Accepted accepted_;
  Fd socket_;
  Fd reserve_;
  Timer retry_{*this};
  std::chrono::milliseconds backoff_{0};  // 0: all is well
  std::uint64_t refused_ = 0;
};

}  // namespace veche::net

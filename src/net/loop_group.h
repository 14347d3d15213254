// N event loops, each on a thread of its own, and the sharing out of accepted connections among them.
// A connection stays with its loop for life, so a handler needs no lock.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "net/event_loop.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace veche::net {

enum class Spread : std::uint8_t {
  round_robin,        ///< in turn
  least_connections,  ///< to the loop that has the fewest: right where clients stay long and leave unevenly
};

class LoopGroup {
 public:
  /// Makes a connection's handler, on the thread of loop `index`. Null: the connection is closed.
  using HandlerFactory = std::function<std::unique_ptr<Handler>(std::size_t index, const Address& peer)>;

  /// `count` loops (at least 1), which do not run yet. Fails if the process is out of descriptors.
  static base::Result<std::unique_ptr<LoopGroup>> create(std::size_t count, const base::Clock& clock,
                                                         base::Log& log, const LoopOptions& options = {});
  /// Stops and joins.
  ~LoopGroup();
  LoopGroup(const LoopGroup&) = delete;
  LoopGroup& operator=(const LoopGroup&) = delete;

  /// Before start: hooks and listeners are set up on the loops here. While they run, only a loop's methods
  /// for any thread.
  EventLoop& loop(std::size_t index) { return *members_[index]->loop; }
  std::size_t size() const { return members_.size(); }

  /// Starts the threads, named veche-loop-0 and on. Once.
  void start();
  /// Any thread. The loops end; the connections that are left hear `closed(aborted)` on their threads.
  void stop();
  /// Waits for the threads. Not on a loop's thread.
  void join();

  /// Any thread. Gives `fd` to one of the loops; `make` is copied, and what it refers to outlives the group.
  void share_out(Fd fd, const Address& peer, const HandlerFactory& make,
                 Spread spread = Spread::least_connections);
  /// Any thread. The connections of all loops, those on their way to one included.
  std::size_t connection_count() const;

 private:
  struct Member {
    std::unique_ptr<EventLoop> loop;
    std::thread thread;
  };

  LoopGroup() = default;
  std::size_t pick(Spread spread);

  std::vector<std::unique_ptr<Member>> members_;
  std::atomic<std::size_t> next_ = 0;
};

}  // namespace veche::net

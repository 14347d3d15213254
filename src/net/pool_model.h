// M workers, each a thread that serves one client from his first byte to his last; who comes while all are
// busy waits in line for the next that is free, and is sent away when that takes too long. The cost is
// bounded whoever comes: M threads (13.5 KiB each) and a descriptor for each who waits. The price: client M +
// 1 gets no answer at all until somebody leaves, so a pool suits short conversations, and idle clients starve
// it: of 50 at once, 8 workers served 8 (bench/README.md).
#pragma once

#include "base/result.h"
#include "net/model.h"
#include "net/small_thread.h"
#include "net/thread_connection.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace veche::net {

class PoolModel final : public Model, public TimerOwner {
 public:
  /// `patience`: how long somebody may wait in line; 0: for ever. Fails if there is no room for so many
  /// threads.
  static base::Result<std::unique_ptr<Model>> start(ModelParts parts, std::size_t workers,
                                                    std::chrono::milliseconds patience);
  ~PoolModel() override { stop(); }

  void serve(Fd socket, const Address& peer) override;
  Counts counts() const override;
  void stop() override;

  void expired(Timer& timer) override;

 private:
  struct Waiting {
    Fd socket;
    Address peer;
    base::MonoTime until;
  };

  PoolModel(ModelParts parts, std::chrono::milliseconds patience)
      : parts_(std::move(parts)), patience_(patience) {}
  void work(ThreadConnection*& serving);
  void watch_the_line();

  const ModelParts parts_;
  const std::chrono::milliseconds patience_;
  Timer timer_{*this};  // of the first in line
  std::vector<std::unique_ptr<SmallThread>> workers_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> line_;
  std::deque<ThreadConnection*> serving_;  // by worker; null: he is free
  bool stopping_ = false;
};

}  // namespace veche::net

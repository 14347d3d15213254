// A scan that runs on threads of its own, while one looks on: whose hosts, in order, are taken from `queue()`
// as they are decided.
#pragma once

#include "base/result.h"
#include "net/fd.h"
#include "scan/host_queue.h"
#include "scan/plan.h"
#include "scan/report.h"
#include "scan/scan_thread.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace veche::scan {

/// Lives on one thread.
class Scanner {
 public:
  Scanner(Plan plan, TargetList targets);
  /// Stops.
  ~Scanner();

  /// Fails where this machine has no descriptors or threads for it.
  base::Result<> start();
  /// Ends the threads, wherever they are.
  void stop();

  /// Readable when a host or everything is finished; take_news() empties it.
  int news_fd() const { return news_.get(); }
  void take_news();
  /// All threads are done; then nothing that is not decided will be.
  bool is_over() const { return running_.load(std::memory_order_acquire) == 0; }

  HostQueue& queue() { return queue_; }
  const Plan& plan() const { return plan_; }

 private:
  void tell();

  const Plan plan_;
  HostQueue queue_;
  net::Fd news_;
  std::atomic<bool> stop_{false};
  std::atomic<unsigned> running_{0};
  std::vector<std::unique_ptr<ScanThread>> scans_;
  std::vector<std::thread> threads_;
};

}  // namespace veche::scan

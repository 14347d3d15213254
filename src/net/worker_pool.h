// Threads for what would block a loop: password hashes, queries, name lookups. Bounded and fair: each job
// belongs to a key (a client's address, say), keys take turns, and within a key the order stays. So whoever
// floods waits for himself: one job of another address is next after at most one of each other address.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace veche::net {

/// Any thread.
class WorkerPool {
 public:
  /// Runs on worker number `worker` (from 0), which may have things of its own: a connection to the store.
  /// Must not throw.
  using Job = std::function<void(std::size_t worker)>;

  /// `threads` workers at nice value `niceness` (19: only what nobody else wants of the processor; 0: as is);
  /// at most `max_jobs` jobs wait.
  WorkerPool(std::size_t threads, std::size_t max_jobs, int niceness);
  /// Jobs that wait are destroyed without running; those that run are waited for.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False: busy, the job was not taken. That is so when `max_jobs` wait, and for one key already when more
  /// of its jobs wait than places are free: a flood from one key can fill half of the line, never all of it.
  bool submit(std::uint64_t key, Job job);

  /// Jobs that wait, and jobs that run.
  std::size_t queued() const;
  std::size_t running() const;

 private:
  using Line = std::deque<Job>;  // one key's jobs; never empty while in lines_

  void work(std::size_t worker);
  Job take_next();

  const std::size_t max_jobs_;
  mutable std::mutex mutex_;
  std::condition_variable work_came_;
  std::unordered_map<std::uint64_t, Line> lines_;
  std::deque<std::uint64_t> turns_;  // each key of lines_ once, in the order of service
  std::size_t queued_ = 0;
  std::size_t running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace veche::net

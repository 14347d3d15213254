#include "net/worker_pool.h"

#include "base/check.h"

#include <pthread.h>
#include <unistd.h>

#include <sys/resource.h>

#include <string>
#include <utility>

namespace veche::net {

WorkerPool::WorkerPool(std::size_t threads, std::size_t max_jobs, int niceness) : max_jobs_(max_jobs) {
  base::check(threads > 0, "a pool has a worker");
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this, i, niceness] {
      // In Linux niceness is a thread's own, not its process's as POSIX has it.
      if (niceness != 0) ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
      work(i);
    });
    ::pthread_setname_np(threads_.back().native_handle(), ("veche-work-" + std::to_string(i)).c_str());
  }
}

WorkerPool::~WorkerPool() {
  std::unordered_map<std::uint64_t, Line> dropped;  // destroyed outside the lock: a job may hold anything
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(lines_);
    turns_.clear();
    queued_ = 0;
  }
  work_came_.notify_all();
  dropped.clear();  // before waiting: a job that runs may wait for one that will not
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::submit(std::uint64_t key, Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queued_ >= max_jobs_) return false;
    const auto line = lines_.find(key);
    if (line == lines_.end()) {
      lines_[key].push_back(std::move(job));
      turns_.push_back(key);
    } else {
      if (line->second.size() > max_jobs_ - queued_) return false;
      line->second.push_back(std::move(job));
    }
    ++queued_;
  }
  work_came_.notify_one();
  return true;
}

WorkerPool::Job WorkerPool::take_next() {
  const std::uint64_t key = turns_.front();
  turns_.pop_front();
  const auto line = lines_.find(key);
  Job job = std::move(line->second.front());
  line->second.pop_front();
  if (line->second.empty())
    lines_.erase(line);
  else
    turns_.push_back(key);
  --queued_;
  return job;
}

void WorkerPool::work(std::size_t worker) {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_came_.wait(lock, [this] { return stopping_ || queued_ > 0; });
    if (stopping_) return;
    Job job = take_next();
    ++running_;
    lock.unlock();
    job(worker);
    job = nullptr;  // what it holds goes before it counts as done
    lock.lock();
    --running_;
  }
}

std::size_t WorkerPool::queued() const {
  const std::lock_guard lock(mutex_);
  return queued_;
}

std::size_t WorkerPool::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

}  // namespace veche::net

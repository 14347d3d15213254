#include "net/pool_model.h"

#include "net/connection_steps.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace veche::net {
namespace {

constexpr std::size_t kStackBytes = 128 * 1024;
constexpr std::string_view kWaitedTooLong = "all workers are busy; try again later\r\n";

}  // namespace

base::Result<std::unique_ptr<Model>> PoolModel::start(ModelParts parts, std::size_t workers,
                                                      std::chrono::milliseconds patience) {
  std::unique_ptr<PoolModel> pool(new PoolModel(std::move(parts), patience));
  for (std::size_t i = 0; i < workers; ++i) {
    ThreadConnection** serving = nullptr;
    {
      const std::lock_guard lock(pool->mutex_);
      serving = &pool->serving_.emplace_back(nullptr);  // a deque's elements stay where they are
    }
    auto thread = SmallThread::start("veche-worker", kStackBytes,
                                     [pool = pool.get(), serving] { pool->work(*serving); });
    if (!thread) return tl::unexpected(thread.error());
    pool->workers_.push_back(std::move(*thread));
  }
  return pool;
}

void PoolModel::serve(Fd socket, const Address& peer) {
  {
    const std::lock_guard lock(mutex_);
    line_.push_back({std::move(socket), peer, parts_.clock.mono() + patience_});
  }
  changed_.notify_one();
  watch_the_line();
}

/// A worker's life: the next in line, until he has gone; and again. `serving`: his place in serving_.
void PoolModel::work(ThreadConnection*& serving) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !line_.empty(); });
    if (stopping_) return;
    Waiting next = std::move(line_.front());
    line_.pop_front();
    Fd waker = make_waker();
    if (!waker) {
      const std::string why = base::errno_text(errno);
      lock.unlock();
      refuse(next.socket.get(), kNoRoom);
      parts_.book.went(next.peer, "refused: " + why);
      lock.lock();
      continue;
    }
    ThreadConnection connection(std::move(next.socket), std::move(waker), next.peer, parts_.clock,
                                parts_.connection);
    serving = &connection;
    lock.unlock();
    connection.open(parts_.make(parts_.book));
    connection.run();
    lock.lock();
    serving = nullptr;
  }
}

/// Whoever has waited too long is told so; the timer is set for the next.
void PoolModel::watch_the_line() {
  if (patience_.count() == 0) return;
  std::vector<Waiting> tired;
  {
    const std::lock_guard lock(mutex_);
    const base::MonoTime now = parts_.clock.mono();
    while (!line_.empty() && line_.front().until <= now) {
      tired.push_back(std::move(line_.front()));
      line_.pop_front();
    }
    if (!line_.empty()) parts_.front.timers().arm(timer_, line_.front().until);
  }
  for (const Waiting& one : tired) {
    refuse(one.socket.get(), kWaitedTooLong);
    parts_.book.went(one.peer, "refused: all workers were busy for too long");
  }
}

void PoolModel::expired(Timer&) { watch_the_line(); }

Counts PoolModel::counts() const {
  const std::lock_guard lock(mutex_);
  const auto free = std::count(serving_.begin(), serving_.end(), nullptr);
  return {serving_.size() - static_cast<std::size_t>(free), line_.size()};
}

void PoolModel::stop() {
  parts_.front.timers().cancel(timer_);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    while (!line_.empty()) {
      parts_.book.went(line_.front().peer, "never served");
      line_.pop_front();
    }
    for (ThreadConnection* connection : serving_)
      if (connection != nullptr) connection->stop();
  }
  changed_.notify_all();
  workers_.clear();  // joins
}

}  // namespace veche::net

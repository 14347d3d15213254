#include "net/worker_pool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/resource.h>

#include <atomic>
#include <future>
#include <memory>
#include <set>
#include <string>

namespace veche::net {
namespace {

// In these tests what jobs refer to stands before the pool, and so outlives them.

/// Holds a worker until it is opened, so that what is submitted meanwhile waits.
struct Gate {
  std::promise<void> entered, open;
  WorkerPool::Job job() {
    return [this](std::size_t) {
      entered.set_value();
      open.get_future().wait();
    };
  }
};

/// Waits until everything that was submitted under `key` before has been done: a line keeps its order.
void drain(WorkerPool& pool, std::uint64_t key) {
  std::promise<void> done;
  ASSERT_TRUE(pool.submit(key, [&](std::size_t) { done.set_value(); }));
  done.get_future().wait();
}

TEST(WorkerPool, RunsJobsOfOneKeyInOrder) {
  std::string order;
  WorkerPool pool(1, 100, 0);
  for (char c = 'a'; c <= 'j'; ++c) ASSERT_TRUE(pool.submit(7, [&order, c](std::size_t) { order += c; }));
  drain(pool, 7);
  EXPECT_EQ(order, "abcdefghij");
}

TEST(WorkerPool, FloodOfOneKeyDelaysAnotherByOneJob) {
  Gate gate;
  std::string order;
  WorkerPool pool(1, 1000, 0);
  ASSERT_TRUE(pool.submit(0, gate.job()));
  gate.entered.get_future().wait();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(pool.submit(1, [&](std::size_t) { order += 'f'; }));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(pool.submit(2, [&](std::size_t) { order += 'b'; }));
  ASSERT_TRUE(pool.submit(3, [&](std::size_t) { order += 'c'; }));
  EXPECT_EQ(pool.queued(), 8u);
  EXPECT_EQ(pool.running(), 1u);
  gate.open.set_value();
  drain(pool, 1);
  EXPECT_EQ(order, "fbcfbfff");
}

TEST(WorkerPool, FullPoolIsBusyAndTakesJobsAgainLater) {
  Gate gate;
  std::atomic<int> ran = 0;
  WorkerPool pool(1, 3, 0);
  ASSERT_TRUE(pool.submit(0, gate.job()));
  gate.entered.get_future().wait();
  for (std::uint64_t key = 1; key <= 3; ++key) EXPECT_TRUE(pool.submit(key, [&](std::size_t) { ++ran; }));
  EXPECT_FALSE(pool.submit(4, [&](std::size_t) { ++ran; }));
  EXPECT_FALSE(pool.submit(1, [&](std::size_t) { ++ran; }));
  gate.open.set_value();
  while (pool.queued() > 0) std::this_thread::yield();
  drain(pool, 9);
  EXPECT_EQ(ran.load(), 3);
}

TEST(WorkerPool, OneKeyCannotTakeAllThePlaces) {
  Gate gate;
  WorkerPool pool(1, 100, 0);
  ASSERT_TRUE(pool.submit(0, gate.job()));
  gate.entered.get_future().wait();
  std::size_t taken = 0;
  while (pool.submit(1, [](std::size_t) {})) ++taken;
  EXPECT_GE(taken, 50u);
  EXPECT_LE(taken, 51u);
  EXPECT_TRUE(pool.submit(2, [](std::size_t) {})) << "another address is not refused for it";
  gate.open.set_value();
}

TEST(WorkerPool, DestructionDropsWhatWaitsAndFinishesWhatRuns) {
  const auto token = std::make_shared<int>(0);
  std::atomic<bool> finished = false, ran = false;
  Gate gate;
  {
    WorkerPool pool(1, 100, 0);
    ASSERT_TRUE(pool.submit(0, [&, hold = gate.job()](std::size_t worker) {
      hold(worker);
      finished = true;
    }));
    gate.entered.get_future().wait();
    ASSERT_TRUE(pool.submit(1, [&ran, token](std::size_t) { ran = true; }));
    EXPECT_EQ(token.use_count(), 2);
    // Opened by what waits, when that is destroyed unrun.
    ASSERT_TRUE(pool.submit(
        2, [last = std::shared_ptr<void>(nullptr, [&](void*) { gate.open.set_value(); })](std::size_t) {}));
  }
  EXPECT_TRUE(finished.load());
  EXPECT_FALSE(ran.load());
  EXPECT_EQ(token.use_count(), 1);
}

TEST(WorkerPool, EveryWorkerHasItsNumberAndWorksAtOnce) {
  std::mutex mutex;
  std::condition_variable all_here;
  std::set<std::size_t> workers;
  WorkerPool pool(3, 100, 0);
  for (std::uint64_t key = 0; key < 3; ++key)
    ASSERT_TRUE(pool.submit(key, [&](std::size_t worker) {
      std::unique_lock lock(mutex);
      workers.insert(worker);
      all_here.notify_all();
      all_here.wait(lock, [&] { return workers.size() == 3; });
    }));
  std::unique_lock lock(mutex);
  all_here.wait(lock, [&] { return workers.size() == 3; });
  EXPECT_EQ(workers, (std::set<std::size_t>{0, 1, 2}));
}

TEST(WorkerPool, WorkersAreNiceAndTheRestIsNot) {
  const int before = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
  std::promise<int> nice;
  {
    WorkerPool pool(1, 10, 19);
    ASSERT_TRUE(pool.submit(
        0, [&](std::size_t) { nice.set_value(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()))); }));
    EXPECT_EQ(nice.get_future().get(), 19);
  }
  EXPECT_EQ(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())), before);
}

TEST(WorkerPool, ManyProducersAndWorkersLoseNothing) {
  std::atomic<int> done = 0;
  constexpr int kProducers = 4, kJobs = 2000;
  WorkerPool pool(3, 1'000'000, 0);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p)
    producers.emplace_back([&, p] {
      for (int i = 0; i < kJobs; ++i)
        EXPECT_TRUE(pool.submit(static_cast<std::uint64_t>(p * 10 + i % 10),
                                [&](std::size_t) { done.fetch_add(1), done.notify_all(); }));
    });
  for (std::thread& producer : producers) producer.join();
  for (int seen = done.load(); seen < kProducers * kJobs; seen = done.load()) done.wait(seen);
  EXPECT_EQ(pool.queued(), 0u);
}

}  // namespace
}  // namespace veche::net

#include "base/mailbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <thread>
#include <vector>

namespace veche::base {
namespace {

struct Quiet {
  void operator()() const {}
};

TEST(Mailbox, ItemsComeOutInTheOrderTheyWentIn) {
  Mailbox<int> mailbox{Quiet{}};
  std::vector<int> batch = {2, 3};
  mailbox.push(1);
  mailbox.push_all(batch);
  mailbox.push(4);
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(mailbox.size(), 4u);

  std::vector<int> out;
  mailbox.drain(out);
  EXPECT_EQ(out, (std::vector{1, 2, 3, 4}));
  EXPECT_EQ(mailbox.size(), 0u);
}

TEST(Mailbox, ABatchIntoAnEmptyMailboxIsHandedOverWhole) {
  Mailbox<std::unique_ptr<int>> mailbox{Quiet{}};
  std::vector<std::unique_ptr<int>> batch;
  batch.push_back(std::make_unique<int>(7));
  mailbox.push_all(batch);
  EXPECT_TRUE(batch.empty());

  std::vector<std::unique_ptr<int>> out;
  mailbox.drain(out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(*out.front(), 7);
}

TEST(Mailbox, AnAwakeConsumerIsNotWoken) {
  int wakes = 0;
  Mailbox<int> mailbox([&wakes] { ++wakes; });
  std::vector<int> batch = {2};
  mailbox.push(1);
  mailbox.push_all(batch);
  EXPECT_EQ(wakes, 0);
}

TEST(Mailbox, ASleepingConsumerIsWokenOnce) {
  int wakes = 0;
  Mailbox<int> mailbox([&wakes] { ++wakes; });
  std::vector<int> batch = {1, 2};
  std::vector<int> nothing;

  ASSERT_TRUE(mailbox.prepare_to_sleep());
  mailbox.push_all(nothing);
  EXPECT_EQ(wakes, 0);
  mailbox.push_all(batch);
  mailbox.push(3);
  EXPECT_EQ(wakes, 1);

  std::vector<int> out;
  mailbox.drain(out);
  ASSERT_TRUE(mailbox.prepare_to_sleep());
  mailbox.push(4);
  EXPECT_EQ(wakes, 2);
}

TEST(Mailbox, AConsumerWithMailDoesNotGoToSleep) {
  int wakes = 0;
  Mailbox<int> mailbox([&wakes] { ++wakes; });
  mailbox.push(1);
  EXPECT_FALSE(mailbox.prepare_to_sleep());
  mailbox.push(2);
  EXPECT_EQ(wakes, 0);
}

TEST(Mailbox, TheDrainedVectorsRoomGoesToTheProducers) {
  Mailbox<int> mailbox{Quiet{}};
  mailbox.push(0);
  std::vector<int> out;
  out.reserve(1000);
  const int* const room = out.data();
  mailbox.drain(out);
  for (int i = 0; i < 1000; ++i) mailbox.push(i);
  out.clear();
  mailbox.drain(out);
  EXPECT_EQ(out.data(), room);
}

// What a loop's eventfd or a condition variable is to the real consumer; it also counts.
class Bell {
 public:
  void ring() {
    {
      const std::lock_guard lock(mutex_);
      ++rings_;
      rung_ = true;
    }
    heard_.notify_one();
  }
  void sleep() {
    std::unique_lock lock(mutex_);
    heard_.wait(lock, [this] { return rung_; });
    rung_ = false;
  }
  std::size_t rings() const { return rings_; }

 private:
  std::mutex mutex_;
  std::condition_variable heard_;
  std::size_t rings_ = 0;
  bool rung_ = false;
};

// A lost wake-up would hang this test, a torn batch or a lost item fail it, and a race is for the thread
// sanitizer.
TEST(Mailbox, ManyProducersLoseNothingAndTearNoBatch) {
  struct Item {
    std::size_t producer;
    std::size_t number;    // counts up per producer
    std::size_t in_batch;  // how many of its batch follow it
  };
  constexpr std::size_t kProducers = 8;
  constexpr std::size_t kItemsEach = 20'000;

  Bell bell;
  Mailbox<Item> mailbox([&bell] { bell.ring(); });
  std::vector<std::thread> producers;
  for (std::size_t id = 0; id < kProducers; ++id)
    producers.emplace_back([&mailbox, id] {
      std::vector<Item> batch;
      for (std::size_t number = 0; number < kItemsEach;) {
        const std::size_t size = std::min(1 + (number * 7 + id) % 5, kItemsEach - number);
        if (size == 1) {
          mailbox.push({id, number++, 0});
        } else {
          for (std::size_t left = size; left > 0; --left) batch.push_back({id, number++, left - 1});
          mailbox.push_all(batch);
        }
      }
    });

  std::vector<std::size_t> next(kProducers, 0);
  std::vector<Item> out;
  std::size_t received = 0;
  std::size_t sleeps = 0;
  std::size_t misplaced = 0;
  while (received < kProducers * kItemsEach) {
    if (mailbox.prepare_to_sleep()) {
      ++sleeps;
      bell.sleep();
    }
    out.clear();
    mailbox.drain(out);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Item& item = out[i];
      misplaced += item.number != next[item.producer]++;
      const bool torn = item.in_batch > 0 && (i + 1 == out.size() || out[i + 1].producer != item.producer);
      misplaced += torn;
    }
    received += out.size();
  }
  for (std::thread& producer : producers) producer.join();

  EXPECT_EQ(misplaced, 0u);
  EXPECT_EQ(received, kProducers * kItemsEach);
  EXPECT_EQ(bell.rings(), sleeps);
}

}  // namespace
}  // namespace veche::base

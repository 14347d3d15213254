// The only door between threads: many producers, one consumer, and one wake-up per batch.
//
// A producer never waits. What bounds a mailbox is not its own size but who may write to it: a loop sends the
// chat no more commands than it holds credits for (server/chat_link.h), and the chat's deliveries to a loop
// are bounded by the sessions' send queues. So a full mailbox can never make two threads wait for each other.
//
// The wake-up protocol: the consumer says that it is about to sleep (`prepare_to_sleep`), which looks once
// more into the mailbox; the first producer after that wakes it. Producers that find it awake pay for no
// system call.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace veche::base {

/// Empties `items`, which came from a mailbox or go to one, and keeps their memory for the next; but not what
/// a rare crowd took: idle people would share its price.
template <class T>
void clear_for_next(std::vector<T>& items) {
  constexpr std::size_t kItemsKept = 1024;
  if (items.capacity() > kItemsKept) {
    items = std::vector<T>();
  } else {
    items.clear();
  }
}

template <class T>
class Mailbox {
 public:
  /// `wake` is called from a producer's thread, outside the lock, at most once per sleep of the consumer.
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// Any thread. Appends one item.
  void push(T item) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      items_.push_back(std::move(item));
      wake = std::exchange(consumer_sleeps_, false);
    }
    if (wake) wake_();
  }

  /// Any thread. Appends all of `items` in order, with nothing between them, and leaves `items` empty.
  void push_all(std::vector<T>& items) {
    if (items.empty()) return;
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      if (items_.empty()) {
        items_.swap(items);
      } else {
        for (T& item : items) items_.push_back(std::move(item));
      }
      wake = std::exchange(consumer_sleeps_, false);
    }
    items.clear();
    if (wake) wake_();
  }

  /// The consumer's thread. Takes everything that is there into `out`, which must be empty (its capacity is
  /// handed to the producers, so that a busy mailbox stops allocating).
  void drain(std::vector<T>& out) {
    const std::lock_guard lock(mutex_);
    items_.swap(out);
  }

  /// The consumer's thread, before it blocks. True: nothing is here, and the next producer will wake it.
  /// False: there is something to drain.
  bool prepare_to_sleep() {
    const std::lock_guard lock(mutex_);
    consumer_sleeps_ = items_.empty();
    return consumer_sleeps_;
  }

  /// Any thread; for figures only.
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<T> items_;
  bool consumer_sleeps_ = false;
  std::function<void()> wake_;
};

}  // namespace veche::base

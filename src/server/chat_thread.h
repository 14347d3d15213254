// The one thread that owns the chat and its journal. It takes what has gathered in its mailbox as one batch,
// applies it, commits the batch's rows in one transaction, and only then sends the effects to the loops: a
// message that anyone has seen is in the history. While it commits, the next batch gathers: group commit for
// free.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "chat/chat.h"
#include "chat/command.h"
#include "chat/outbox.h"
#include "server/dispatcher.h"
#include "store/journal.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace veche::server {

/// What the chat sends to a loop: effects to carry out, in order, and how many commands of the loop's it has
/// done, so that as many may come.
struct Delivery {
  std::vector<chat::Effect> effects{};
  std::size_t credits = 0;        ///< disconnects need none
  std::size_t reaching_many = 0;  ///< chat::reaches_many
};

/// Where a loop takes deliveries. Called on the chat's thread; must not wait.
using DeliverTo = std::function<void(Delivery)>;

class ChatThread {
 public:
  /// `loops[i]` is the loop of sessions whose id says i. Everything passed in outlives the thread.
  ChatThread(chat::Chat& chat, store::Journal& journal, const base::Clock& clock, base::Log& log,
             std::vector<DeliverTo> loops);
  /// Ends the thread, after everything that was sent before is done.
  ~ChatThread();

  ChatThread(const ChatThread&) = delete;
  ChatThread& operator=(const ChatThread&) = delete;

  void start();
  /// Any thread. Does what is in the mailbox, then ends. Returns when it has.
  void stop();

  /// Any thread. `commands` go in order and together; left empty. The sender holds a credit for each, or has
  /// reserved room (disconnects, the operator).
  void send(std::vector<chat::Command>& commands);

  /// One batch on the caller's thread, in place of start(): for tests. False: there was nothing.
  bool run_once();

 private:
  void run();
  void do_batch();
  void commit_or_refuse();
  void send_out();
  void probe_store();
  std::chrono::milliseconds patience() const;
  void wait_for_mail();
  void give_memory_back();

  chat::Chat& chat_;
  store::Journal& journal_;
  const base::Clock& clock_;
  base::Log& log_;
  std::vector<DeliverTo> loops_;
  base::Mailbox<chat::Command> mailbox_;
  std::vector<chat::Command> batch_;
  chat::Outbox outbox_;
  Dispatcher dispatcher_;
  std::vector<Delivery> deliveries_;  // of this batch, by loop; without effects
  base::MonoTime next_probe_{};
  base::MonoTime next_trim_{};
  bool rested_ = false;     // nothing left to do while idle
  bool trim_owed_ = false;  // since it last came to rest

  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace veche::server

// The operator's desk: the main thread's place in the server. What the operator orders goes to the chat as
// commands of a session of his own, behind the clients' loops; the answers come back through a mailbox like
// theirs. Work that waits for the disk (a backup, a password hash) is done by workers, meanwhile.
#pragma once

#include "base/ids.h"
#include "base/mailbox.h"
#include "base/result.h"
#include "chat/command.h"
#include "chat/event.h"
#include "control/account_protocol.h"
#include "net/event_loop.h"
#include "net/worker_pool.h"
#include "server/chat_thread.h"
#include "server/jobs.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace veche::server {

/// Lives on the main thread, as its loop's hook.
class Operator final : public net::LoopHook {
 public:
  using Answered = std::function<void(control::AccountAnswer)>;
  using Ordered = std::function<void(const chat::OperatorAnswer&)>;

  Operator(base::LoopIndex index, Jobs& jobs, std::function<void()> wake);
  ~Operator() override;

  /// Before the first order: where commands go.
  void connect_to(ChatThread& chat) { chat_ = &chat; }
  /// Any thread: the chat's side of the mailbox.
  void deliver(Delivery delivery);
  /// Any thread. Runs `step` on the main thread, in the order of the calls.
  void post(std::function<void()> step);

  /// Orders something of the chat; `ordered` is called on this thread, once what was changed is kept.
  void order(chat::OperatorOrder order, Ordered ordered);
  /// Does what `request` asks of the accounts; `answered` is called as with `order`.
  void manage(control::AccountRequest request, Answered answered);
  /// Says goodbye to every client, in the order of what was said before.
  void shut_down();
  /// A worker does `work`; then `done` is called on this thread. One after another.
  void in_background(std::function<base::Result<>()> work, std::function<void(base::Result<>)> done);

  // net::LoopHook
  void turn() override;
  bool may_sleep() override { return mailbox_.prepare_to_sleep(); }

 private:
  using Mail = std::variant<Delivery, std::function<void()>>;

  void send(chat::CommandBody body);
  void carry_out(const Delivery& delivery);

  const base::SessionId session_;
  Jobs& jobs_;
  ChatThread* chat_ = nullptr;
  base::Mailbox<Mail> mailbox_;
  std::vector<Mail> mail_;
  std::uint64_t last_request_ = 0;
  std::unordered_map<std::uint64_t, Ordered> pending_;
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
  net::WorkerPool workers_;  // last: its workers post to the mailbox
};

}  // namespace veche::server

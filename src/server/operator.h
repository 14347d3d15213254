// The operator's desk: the main thread's place in the server. What the operator orders goes to the chat as
// commands of a session of his own, behind the clients' loops; the answers come back through a mailbox like
// theirs.
#pragma once

#include "base/ids.h"
#include "base/mailbox.h"
#include "chat/command.h"
#include "control/account_protocol.h"
#include "net/event_loop.h"
#include "server/chat_thread.h"
#include "server/jobs.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <variant>
#include <vector>

namespace veche::server {

/// Lives on the main thread, as its loop's hook.
class Operator final : public net::LoopHook {
 public:
  using Answered = std::function<void(control::AccountAnswer)>;

  Operator(base::LoopIndex index, Jobs& jobs, std::function<void()> wake);

  /// Before the first order: where commands go.
  void connect_to(ChatThread& chat) { chat_ = &chat; }
  /// Any thread: the chat's side of the mailbox.
  void deliver(Delivery delivery) { mailbox_.push(std::move(delivery)); }

  /// Does what `request` asks; `answered` is called on this thread, once the change is kept.
  void manage(control::AccountRequest request, Answered answered);
  /// Says goodbye to every client, in the order of what was said before.
  void shut_down();

  // net::LoopHook
  void turn() override;
  bool may_sleep() override { return mailbox_.prepare_to_sleep(); }

 private:
  using Mail = std::variant<Delivery, JobDone>;
  struct Pending {
    control::AccountRequest request;
    Answered answered;
  };

  void order(chat::CommandBody body);
  void order_account(std::uint64_t number, std::string password_hash);
  void finish(const chat::AccountsAnswer& answer);

  const base::SessionId session_;
  Jobs& jobs_;
  ChatThread* chat_ = nullptr;
  base::Mailbox<Mail> mailbox_;
  std::vector<Mail> mail_;
  std::uint64_t last_request_ = 0;
  std::unordered_map<std::uint64_t, Pending> pending_;
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace veche::server

// One client with a thread of its own: `veche serve --model threads`. The thread waits for its client's
// socket and for its mailbox at once (net/thread_connection.h), and does all the work with that client: it
// reads his lines, asks the chat, encodes what the chat says, sends, and keeps his deadlines. It touches
// nothing of other clients; what they say comes through the chat, into the mailbox.
#pragma once

#include "base/ids.h"
#include "base/mailbox.h"
#include "chat/command.h"
#include "chat/outbox.h"
#include "net/thread_connection.h"
#include "server/client.h"
#include "server/client_home.h"
#include "server/entrance.h"
#include "server/local_time.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace veche::server {

class ThreadClients;
using DialectOptionsPtr = std::shared_ptr<const DialectOptions>;

/// What comes to a client's thread. A JobDone is large, and rare.
using ClientMail = std::variant<chat::ToRoom, chat::ToSession, std::unique_ptr<JobDone>, DialectOptionsPtr>;
/// What an empty list of it keeps of its memory: a client who was once told much is idle most of the time.
inline constexpr std::size_t kClientMailKept = 64;

class ThreadClient final : public ClientHome, public net::LoopHook {
 public:
  /// `all` outlives it; `waker` is of net::make_waker.
  ThreadClient(ThreadClients& all, base::SessionId id, Entrance entrance, net::Fd socket, net::Fd waker,
               const net::Address& peer, const net::LoopOptions& options, const DialectOptionsPtr& dialects);
  ~ThreadClient() override;

  /// The thread's whole life: returns when the client has gone and the chat has been told.
  void run();

  // Any thread.
  void post(std::vector<ClientMail>& mail);
  void post(ClientMail mail);
  /// Credits have come back.
  void wake() { connection_.wake(); }
  /// Cuts the client off.
  void stop() { connection_.stop(); }

  // net::LoopHook
  void turn() override;
  bool may_sleep() override { return mailbox_.prepare_to_sleep(); }

  // ClientHome
  Shared& shared() override;
  const DialectOptions& dialects() const override { return dialects_; }
  base::SessionId came(Client& client) override {
    client_ = &client;
    return id_;
  }
  void went(Client&) override { client_ = nullptr; }
  void command(chat::Command command) override;
  bool chat_is_busy(Client&) override;
  const AnswerTo& answers() const override;
  std::chrono::seconds utc_offset(base::WallTime time) override { return local_time_.offset_at(time); }

 private:
  void carry_out(const chat::ToRoom& effect);
  void carry_out(const chat::ToSession& effect) { client_->deliver(*effect.event); }
  void carry_out(const std::unique_ptr<JobDone>& job) { client_->answer(*job); }
  void carry_out(const DialectOptionsPtr& dialects) { dialects_ = *dialects; }

  ThreadClients& all_;
  const base::SessionId id_;
  const Entrance entrance_;
  DialectOptions dialects_;
  LocalTime local_time_;
  // What its client is sent goes through the client, who may have TLS before it.
  net::ThreadConnection connection_;
  base::Mailbox<ClientMail> mailbox_;
  Client* client_ = nullptr;

  std::vector<ClientMail> mail_;         // of this turn
  chat::EventPtr last_event_;            // of them, that was a room's
  std::string text_;                     // it, encoded
  std::vector<chat::Command> outgoing_;  // made in this turn, or waiting for credits
  bool parked_ = false;                  // the session waits for a credit
};

}  // namespace veche::server

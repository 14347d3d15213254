// One event loop's clients: what the chat sends to them is carried out here, what they ask of the chat leaves
// from here. One of N, each on its loop's thread.
//
// Back-pressure: the loop holds a credit for every command that it may have on its way to the chat; credits
// come back with the deliveries. Without one, sessions stop taking input ("parked") until some come back: a
// parked session waits for a credit, it does not try again and again. Disconnects need none.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "chat/command.h"
#include "net/event_loop.h"
#include "server/chat_operators.h"
#include "server/chat_thread.h"
#include "server/client.h"
#include "server/fanout.h"
#include "server/jobs.h"
#include "server/local_time.h"
#include "server/notices.h"
#include "session/line_session.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <unordered_map>
#include <variant>
#include <vector>

namespace veche::server {

/// What all loops share; outlives them. Any thread.
struct Shared {
  const base::Clock& clock;
  base::Log& log;
  Jobs& jobs;
  ChatOperators& operators;
  Notices& notices;
  std::atomic<std::size_t> connected{0};
};

class ClientLoop final : public net::LoopHook {
 public:
  ClientLoop(base::LoopIndex index, Shared& shared, session::LineOptions line, std::function<void()> wake);

  /// Before the first turn: where commands go.
  void connect_to(ChatThread& chat) { chat_ = &chat; }

  /// Any thread: the chat's side of the mailbox.
  void deliver(Delivery delivery) { mailbox_.push(std::move(delivery)); }

  /// The loop's thread, or before it runs. Holds for those who are connected too.
  void set_line_options(session::LineOptions line) { line_ = std::move(line); }
  const session::LineOptions& line_options() const { return line_; }

  /// A handler for a fresh connection.
  std::unique_ptr<net::Handler> make_client();

  // net::LoopHook
  void turn() override;
  bool may_sleep() override { return mailbox_.prepare_to_sleep(); }

  // For its clients.
  Shared& shared() { return shared_; }
  void came(Client& client);
  void logged_in(Client& client, const chat::LoggedIn& event);
  void went(Client& client, net::CloseReason reason);
  void command(chat::Command command) { outgoing_.push_back(std::move(command)); }
  /// True: the client will be told by Session::chat_is_free.
  bool chat_is_busy(Client& client);
  const AnswerTo& answers() const { return answers_; }
  std::chrono::seconds utc_offset(base::WallTime time) { return local_time_.offset_at(time); }

 private:
  using Mail = std::variant<Delivery, JobDone>;

  void carry_out(const chat::Effect& effect);
  void carry_out(const chat::ToRoom& effect);
  void carry_out(const chat::ToSession& effect);
  void carry_out(const chat::Subscribe& effect);
  void carry_out(const chat::Unsubscribe& effect);
  void answer(JobDone& job);
  void send_commands();
  void unpark();
  Client* client(base::SessionId id);

  const base::LoopIndex index_;
  Shared& shared_;
  session::LineOptions line_;
  ChatThread* chat_ = nullptr;
  base::Mailbox<Mail> mailbox_;
  AnswerTo answers_;
  LocalTime local_time_;
  Fanout fanout_;

  std::unordered_map<base::SessionId, Client*> clients_;
  std::uint64_t last_serial_ = 0;
  std::vector<Mail> mail_;               // of this turn
  std::vector<chat::Command> outgoing_;  // made in this turn, or waiting for credits
  std::vector<chat::Command> leaving_;   // what has its credits
  std::size_t credits_ = base::limits::kCommandsInFlightMax;
  std::vector<base::SessionId> parked_;  // sessions that wait for credits
};

}  // namespace veche::server

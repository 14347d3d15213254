// One event loop's clients: what the chat sends to them is carried out here, what they ask of the chat leaves
// from here. One of N, each on its loop's thread.
//
// Back-pressure: the loop holds a credit for every command that it may have on its way to the chat; credits
// come back with the deliveries. Without one, sessions stop taking input ("parked") until some come back: a
// parked session waits for a credit, it does not try again and again. Disconnects need none.
//
// Commands that reach many (chat::reaches_many) have a few places only, and the rest of them waits here: when
// ten thousand people come into a room at once, what somebody says in another passes by them.
#pragma once

#include "base/ids.h"
#include "base/limits.h"
#include "base/mailbox.h"
#include "chat/command.h"
#include "net/event_loop.h"
#include "server/chat_thread.h"
#include "server/client.h"
#include "server/client_home.h"
#include "server/entrance.h"
#include "server/fanout.h"
#include "server/jobs.h"
#include "server/local_time.h"
#include "server/session_table.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <unordered_map>
#include <variant>
#include <vector>

namespace veche::server {

class ClientLoop final : public net::LoopHook, public ClientHome {
 public:
  ClientLoop(base::LoopIndex index, Shared& shared, DialectOptions dialects, std::function<void()> wake);
  ~ClientLoop() override;

  /// Before the first turn: where commands go.
  void connect_to(ChatThread& chat) { chat_ = &chat; }

  /// Any thread: the chat's side of the mailbox.
  void deliver(Delivery delivery);

  /// The loop's thread, or before it runs. Holds for those who are connected too.
  void set_dialects(DialectOptions dialects) { dialects_ = std::move(dialects); }

  /// A handler for a fresh connection.
  std::unique_ptr<net::Handler> make_client(const Entrance& entrance);

  // net::LoopHook
  void turn() override;
  bool may_sleep() override { return !fanout_.owes() && mailbox_.prepare_to_sleep(); }

  // ClientHome
  Shared& shared() override { return shared_; }
  const DialectOptions& dialects() const override { return dialects_; }
  base::SessionId came(Client& client) override;
  void went(Client& client) override;
  void command(chat::Command command) override;
  bool chat_is_busy(Client& client) override;
  const AnswerTo& answers() const override { return answers_; }
  std::chrono::seconds utc_offset(base::WallTime time) override { return local_time_.offset_at(time); }

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
  void admit_crowd();
  Client* client(base::SessionId id);

  const base::LoopIndex index_;
  Shared& shared_;
  DialectOptions dialects_;
  ChatThread* chat_ = nullptr;
  base::Mailbox<Mail> mailbox_;
  AnswerTo answers_;
  LocalTime local_time_;
  Fanout fanout_;

  SessionTable<Client> clients_;
  std::uint64_t last_serial_ = 0;
  std::vector<Mail> mail_;               // of this turn
  std::vector<chat::Command> outgoing_;  // made in this turn, or waiting for credits
  std::vector<chat::Command> leaving_;   // what has its credits
  std::size_t credits_ = base::limits::kCommandsInFlightMax;
  std::vector<base::SessionId> parked_;  // sessions that wait for credits

  /// Somebody's commands in `crowd_`.
  struct Waiting {
    std::size_t commands = 0;
    bool parked = false;  // he has more to say
  };
  std::deque<chat::Command> crowd_;  // wait for a place; whatever else the same people ask, behind it
  std::unordered_map<base::SessionId, Waiting> waiting_;
  std::size_t places_ = base::limits::kCrowdInFlightMax;
};

}  // namespace veche::server

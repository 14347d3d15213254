// A chat with its store and its clients, without a thread or a socket: what a client asks is applied,
// committed and delivered as the server does it, and every session's events are kept to be looked at.
//
//   ChatWorld world;
//   world.guest("ann");
//   world.guest("bob");
//   world.say("ann", "#veche", "hi");
//   EXPECT_EQ(world.seen("bob"), Lines{"#veche ann: hi"});
//
// After each batch it also holds the subscriptions that the effects made against the rooms the chat says
// people are in.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "chat/chat.h"
#include "tests/fakes/chat_text.h"
#include "tests/fakes/kept_rows.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace veche::fakes {

/// One thread.
class ChatWorld {
 public:
  explicit ChatWorld(chat::Policy policy = {});
  ~ChatWorld();

  base::ManualClock clock;
  KeptRows store;
  chat::Chat& chat() { return *chat_; }
  const chat::DurableState& kept() const { return store.state; }

  /// A new process on the same store; every client is gone.
  void restart();

  // --- what clients do, each by a name of its own ("ann", "ann/2")

  void connect(const std::string& who, const std::string& address = "10.0.0.1",
               bool enters_default_room = true, bool wants_roster = false);
  void guest(const std::string& who, const std::string& address = "10.0.0.1");
  /// A guest who says more of himself, and is in no room yet.
  void introduced(const std::string& who, const std::string& username, const std::string& realname,
                  const std::string& address = "10.0.0.1");
  /// A new account; its password hash is "hash of NAME".
  void account(const std::string& who, const std::string& address = "10.0.0.1");
  /// One more session of an account.
  void log_in(const std::string& who, const std::string& name, const std::string& address = "10.0.0.1");
  /// What a session does with a right password.
  void enter(const std::string& who, const std::string& name);
  void join(const std::string& who, const std::string& room);
  void leave(const std::string& who, const std::string& room_name);
  void say(const std::string& who, const std::string& room_name, const std::string& text);
  void change(const std::string& who, const std::string& room_name, std::vector<chat::RoomChange> changes);
  /// A program's message, to a room or a person.
  void speak(const std::string& who, const std::string& target, chat::Utterance utterance);
  void quit(const std::string& who);

  /// What the operator orders, and the answer that he got.
  chat::OperatorAnswer operate(chat::OperatorOrder order);

  /// Any command; a batch of its own, unless inside `together`.
  void send(const std::string& who, chat::CommandBody body);
  /// What `commands` sends is one batch: one commit, and nothing is seen before it.
  void together(const std::function<void()>& commands);

  // --- what clients see

  /// What `who` has seen since this was last asked.
  Lines seen(const std::string& who);
  void forget_seen();
  /// The last event that `who` has seen, which must be an E.
  template <class E>
  E last(const std::string& who) {
    const chat::EventPtr event = last_event(who);
    if (const E* wanted = std::get_if<E>(event.get())) return *wanted;
    complain_of_last(who, event);
    return E{};
  }
  chat::Refusal why(const std::string& who);
  /// What the last refusal was about.
  std::string subject(const std::string& who);
  /// Whether the chat holds this session.
  bool is_open(const std::string& who) const;
  /// The room's id as clients have learnt it; one that no room has, if nobody joined it.
  base::RoomId room(const std::string& name) const;

 private:
  struct Client {
    base::SessionId id;
    bool open = false;
    std::set<base::RoomId> rooms;
    std::vector<chat::EventPtr> events;
    std::size_t read = 0;
  };

  /// Null: none yet.
  chat::EventPtr last_event(const std::string& who) const;
  static void complain_of_last(const std::string& who, const chat::EventPtr& event);

  void apply_batch(chat::Outbox& outbox);
  void run_batch();
  void deliver(const chat::ToRoom& effect, std::set<std::string>& got);
  void deliver(const chat::ToSession& effect, std::set<std::string>&);
  void deliver(const chat::Subscribe& effect, std::set<std::string>&);
  void deliver(const chat::Unsubscribe& effect, std::set<std::string>&);
  Client& of(base::SessionId id);
  void hold_subscriptions_against_chat();

  chat::Policy policy_;
  std::unique_ptr<chat::Chat> chat_;
  std::map<std::string, Client> clients_;
  std::map<std::string, base::RoomId> rooms_;
  std::vector<chat::Command> batch_;
  bool gathering_ = false;
  std::uint64_t last_session_ = 0;
  std::uint64_t last_request_ = 0;
};

}  // namespace veche::fakes

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
#include "tests/fakes/address_bits.h"
#include "tests/fakes/chat_text.h"
#include "tests/fakes/kept_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace veche::fakes {

/// One thread.
class ChatWorld {
 public:
  explicit ChatWorld(chat::Policy policy = {}) : policy_(std::move(policy)) { restart(); }

  base::ManualClock clock;
  KeptRows store;
  chat::Chat& chat() { return *chat_; }
  const chat::DurableState& kept() const { return store.state; }

  /// A new process on the same store; every client is gone.
  void restart() {
    clients_.clear();
    chat_ = std::make_unique<chat::Chat>(policy_, store.state);
    clients_["operator"].id = base::make_session_id(255, 1);
  }

  // --- what clients do, each by a name of its own ("ann", "ann/2")

  void connect(const std::string& who, const std::string& address = "10.0.0.1",
               bool enters_default_room = true, bool wants_roster = false) {
    clients_[who] = {base::make_session_id(0, ++last_session_), true, {}, {}, 0};
    send(who, chat::Connect{bits_of(address), enters_default_room, wants_roster});
  }
  void guest(const std::string& who, const std::string& address = "10.0.0.1") {
    connect(who, address);
    send(who, chat::EnterAsGuest{who});
  }
  /// A guest who says more of himself, and is in no room yet.
  void introduced(const std::string& who, const std::string& username, const std::string& realname,
                  const std::string& address = "10.0.0.1") {
    connect(who, address, false);
    send(who, chat::EnterAsGuest{
                  who, std::make_shared<const chat::Introduction>(chat::Introduction{username, realname})});
  }
  /// A new account; its password hash is "hash of NAME".
  void account(const std::string& who, const std::string& address = "10.0.0.1") {
    connect(who, address);
    send(who, chat::Register{who, "hash of " + who});
  }
  /// One more session of an account.
  void log_in(const std::string& who, const std::string& name, const std::string& address = "10.0.0.1") {
    connect(who, address);
    enter(who, name);
  }
  /// What a session does with a right password.
  void enter(const std::string& who, const std::string& name) {
    send(who, chat::Identify{name});
    const auto identified = last<chat::Identified>(who);
    send(who, chat::LogIn{identified.account, identified.password_hash});
  }
  void join(const std::string& who, const std::string& room) { send(who, chat::Join{room}); }
  void leave(const std::string& who, const std::string& room_name) {
    send(who, chat::Leave{room(room_name)});
  }
  void say(const std::string& who, const std::string& room_name, const std::string& text) {
    send(who, chat::Say{room(room_name), chat::MessageKind::text, text});
  }
  void change(const std::string& who, const std::string& room_name, std::vector<chat::RoomChange> changes) {
    send(who, chat::ChangeRoom{room_name, std::move(changes)});
  }
  /// A program's message, to a room or a person.
  void speak(const std::string& who, const std::string& target, chat::Utterance utterance) {
    send(who, chat::Speak{target, std::make_shared<const chat::Utterance>(std::move(utterance))});
  }
  void quit(const std::string& who) { send(who, chat::Disconnect{}); }

  /// What the operator orders, and the answer that he got.
  chat::OperatorAnswer operate(chat::OperatorOrder order) {
    const std::uint64_t request = ++last_request_;
    send("operator", chat::Operate{request, std::make_shared<const chat::OperatorOrder>(std::move(order))});
    const auto answer = last<chat::OperatorAnswer>("operator");
    EXPECT_EQ(answer.request, request);
    return answer;
  }

  /// Any command; a batch of its own, unless inside `together`.
  void send(const std::string& who, chat::CommandBody body) {
    batch_.push_back({clients_.at(who).id, std::move(body)});
    if (!gathering_) run_batch();
  }
  /// What `commands` sends is one batch: one commit, and nothing is seen before it.
  void together(const std::function<void()>& commands) {
    gathering_ = true;
    commands();
    gathering_ = false;
    run_batch();
  }

  // --- what clients see

  /// What `who` has seen since this was last asked.
  Lines seen(const std::string& who) {
    Client& client = clients_.at(who);
    Lines lines;
    for (; client.read < client.events.size(); ++client.read)
      lines.push_back(to_text(*client.events[client.read]));
    return lines;
  }
  void forget_seen() {
    for (auto& [name, client] : clients_) client.read = client.events.size();
  }
  /// The last event that `who` has seen, which must be an E.
  template <class E>
  E last(const std::string& who) {
    const Client& client = clients_.at(who);
    const E* event = client.events.empty() ? nullptr : std::get_if<E>(client.events.back().get());
    if (event != nullptr) return *event;
    ADD_FAILURE() << who
                  << " saw last: " << (client.events.empty() ? "nothing" : to_text(*client.events.back()));
    return E{};
  }
  chat::Refusal why(const std::string& who) { return last<chat::Refused>(who).why; }
  /// What the last refusal was about.
  std::string subject(const std::string& who) { return last<chat::Refused>(who).subject; }
  /// Whether the chat holds this session.
  bool is_open(const std::string& who) const { return clients_.at(who).open; }
  /// The room's id as clients have learnt it; one that no room has, if nobody joined it.
  base::RoomId room(const std::string& name) const {
    const auto found = rooms_.find(name);
    return found == rooms_.end() ? base::RoomId{999'999} : found->second;
  }

 private:
  struct Client {
    base::SessionId id;
    bool open = false;
    std::set<base::RoomId> rooms;
    std::vector<chat::EventPtr> events;
    std::size_t read = 0;
  };

  void apply_batch(chat::Outbox& outbox) {
    for (const chat::Command& command : batch_) chat_->apply(command, clock.wall(), outbox);
  }

  void run_batch() {
    chat::Outbox outbox;
    apply_batch(outbox);
    if (!outbox.rows.empty() && !store.commit(outbox.rows)) {
      chat_->roll_back();
      chat_->close_store(chat::Refusal::disk_full);
      outbox.clear();
      apply_batch(outbox);
      EXPECT_TRUE(outbox.rows.empty()) << "nothing is kept while the store is closed";
    }
    chat_->committed();
    batch_.clear();
    // As the loops do: one event in several effects in a row reaches a session once.
    chat::EventPtr shared;
    std::set<std::string> got;
    for (const chat::Effect& effect : outbox.effects) {
      const auto* to_room = std::get_if<chat::ToRoom>(&effect);
      if (to_room == nullptr || to_room->event != shared) got.clear();
      shared = to_room == nullptr ? nullptr : to_room->event;
      std::visit([&](const auto& e) { deliver(e, got); }, effect);
    }
    hold_subscriptions_against_chat();
  }

  void deliver(const chat::ToRoom& effect, std::set<std::string>& got) {
    for (auto& [name, client] : clients_) {
      if (!client.rooms.contains(effect.room) || client.id == effect.except) continue;
      if (got.insert(name).second) client.events.push_back(effect.event);
    }
  }
  void deliver(const chat::ToSession& effect, std::set<std::string>&) {
    Client& client = of(effect.session);
    client.events.push_back(effect.event);
    if (const auto* joined = std::get_if<chat::Joined>(effect.event.get()))
      rooms_[joined->name] = joined->room;
    if (client.id == clients_.at("operator").id) return;
    EXPECT_TRUE(client.open) << "nothing comes after Closed: " << to_text(*effect.event);
    if (!std::holds_alternative<chat::Closed>(*effect.event)) return;
    EXPECT_TRUE(client.rooms.empty()) << "unsubscribed before Closed";
    client.open = false;
  }
  void deliver(const chat::Subscribe& effect, std::set<std::string>&) {
    EXPECT_TRUE(of(effect.session).rooms.insert(effect.room).second) << "subscribed once";
  }
  void deliver(const chat::Unsubscribe& effect, std::set<std::string>&) {
    EXPECT_EQ(of(effect.session).rooms.erase(effect.room), 1u) << "subscribed before";
  }

  Client& of(base::SessionId id) {
    const auto found =
        std::find_if(clients_.begin(), clients_.end(), [&](auto& c) { return c.second.id == id; });
    if (found != clients_.end()) return found->second;
    ADD_FAILURE() << "an effect for a session that never was: " << id.value;
    return clients_["nobody"];
  }

  void hold_subscriptions_against_chat() {
    std::set<std::pair<std::uint64_t, std::uint64_t>> by_chat, by_effects;
    std::size_t open = 0;
    std::istringstream lines(chat_->describe());
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string kind, id, name, account, sessions_word;
      words >> kind >> id >> name >> account >> sessions_word;
      if (kind != "user") continue;
      std::vector<std::uint64_t> sessions, rooms;
      for (std::uint64_t number = 0; words >> number;) sessions.push_back(number);
      words.clear();
      words >> kind;  // "rooms"
      for (std::uint64_t number = 0; words >> number;) rooms.push_back(number);
      for (const auto session : sessions) {
        for (const auto room : rooms) by_chat.emplace(session, room);
      }
    }
    for (const auto& [name, client] : clients_) {
      if (client.open) ++open;
      for (const auto room : client.rooms) by_effects.emplace(client.id.value, room.value);
    }
    EXPECT_EQ(by_chat, by_effects) << "sessions hear the rooms that they are in, and no other";
    EXPECT_EQ(chat_->session_count(), open);
  }

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

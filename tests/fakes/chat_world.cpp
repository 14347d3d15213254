#include "tests/fakes/chat_world.h"

#include "tests/fakes/address_bits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace veche::fakes {

ChatWorld::ChatWorld(chat::Policy policy) : policy_(std::move(policy)) { restart(); }
ChatWorld::~ChatWorld() = default;

void ChatWorld::restart() {
  clients_.clear();
  chat_ = std::make_unique<chat::Chat>(policy_, store.state);
  clients_["operator"].id = base::make_session_id(255, 1);
}

// --- what clients do

void ChatWorld::connect(const std::string& who, const std::string& address, bool enters_default_room,
                        bool wants_roster) {
  clients_[who] = {base::make_session_id(0, ++last_session_), true, {}, {}, 0};
  send(who, chat::Connect{bits_of(address), enters_default_room, wants_roster});
}

void ChatWorld::guest(const std::string& who, const std::string& address) {
  connect(who, address);
  send(who, chat::EnterAsGuest{who});
}

void ChatWorld::introduced(const std::string& who, const std::string& username, const std::string& realname,
                           const std::string& address) {
  connect(who, address, false);
  send(who, chat::EnterAsGuest{
                who, std::make_shared<const chat::Introduction>(chat::Introduction{username, realname})});
}

void ChatWorld::account(const std::string& who, const std::string& address) {
  connect(who, address);
  send(who, chat::Register{who, "hash of " + who});
}

void ChatWorld::log_in(const std::string& who, const std::string& name, const std::string& address) {
  connect(who, address);
  enter(who, name);
}

void ChatWorld::enter(const std::string& who, const std::string& name) {
  send(who, chat::Identify{name});
  const auto identified = last<chat::Identified>(who);
  send(who, chat::LogIn{identified.account, identified.password_hash});
}

void ChatWorld::join(const std::string& who, const std::string& room) { send(who, chat::Join{room}); }

void ChatWorld::leave(const std::string& who, const std::string& room_name) {
  send(who, chat::Leave{room(room_name)});
}

void ChatWorld::say(const std::string& who, const std::string& room_name, const std::string& text) {
  send(who, chat::Say{room(room_name), chat::MessageKind::text, text});
}

void ChatWorld::change(const std::string& who, const std::string& room_name,
                       std::vector<chat::RoomChange> changes) {
  send(who, chat::ChangeRoom{room_name, std::move(changes)});
}

void ChatWorld::speak(const std::string& who, const std::string& target, chat::Utterance utterance) {
  send(who, chat::Speak{target, std::make_shared<const chat::Utterance>(std::move(utterance))});
}

void ChatWorld::quit(const std::string& who) { send(who, chat::Disconnect{}); }

chat::OperatorAnswer ChatWorld::operate(chat::OperatorOrder order) {
  const std::uint64_t request = ++last_request_;
  send("operator", chat::Operate{request, std::make_shared<const chat::OperatorOrder>(std::move(order))});
  const auto answer = last<chat::OperatorAnswer>("operator");
  EXPECT_EQ(answer.request, request);
  return answer;
}

void ChatWorld::send(const std::string& who, chat::CommandBody body) {
  batch_.push_back({clients_.at(who).id, std::move(body)});
  if (!gathering_) run_batch();
}

void ChatWorld::together(const std::function<void()>& commands) {
  gathering_ = true;
  commands();
  gathering_ = false;
  run_batch();
}

// --- what clients see

Lines ChatWorld::seen(const std::string& who) {
  Client& client = clients_.at(who);
  Lines lines;
  for (; client.read < client.events.size(); ++client.read)
    lines.push_back(to_text(*client.events[client.read]));
  return lines;
}

void ChatWorld::forget_seen() {
  for (auto& [name, client] : clients_) client.read = client.events.size();
}

chat::EventPtr ChatWorld::last_event(const std::string& who) const {
  const Client& client = clients_.at(who);
  return client.events.empty() ? nullptr : client.events.back();
}

void ChatWorld::complain_of_last(const std::string& who, const chat::EventPtr& event) {
  ADD_FAILURE() << who << " saw last: " << (event ? to_text(*event) : "nothing");
}

chat::Refusal ChatWorld::why(const std::string& who) { return last<chat::Refused>(who).why; }

std::string ChatWorld::subject(const std::string& who) { return last<chat::Refused>(who).subject; }

bool ChatWorld::is_open(const std::string& who) const { return clients_.at(who).open; }

base::RoomId ChatWorld::room(const std::string& name) const {
  const auto found = rooms_.find(name);
  return found == rooms_.end() ? base::RoomId{999'999} : found->second;
}

// --- the server between them

void ChatWorld::apply_batch(chat::Outbox& outbox) {
  for (const chat::Command& command : batch_) chat_->apply(command, clock.wall(), outbox);
}

void ChatWorld::run_batch() {
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

void ChatWorld::deliver(const chat::ToRoom& effect, std::set<std::string>& got) {
  for (auto& [name, client] : clients_) {
    if (!client.rooms.contains(effect.room) || client.id == effect.except) continue;
    if (got.insert(name).second) client.events.push_back(effect.event);
  }
}

void ChatWorld::deliver(const chat::ToSession& effect, std::set<std::string>&) {
  Client& client = of(effect.session);
  client.events.push_back(effect.event);
  if (const auto* joined = std::get_if<chat::Joined>(effect.event.get())) rooms_[joined->name] = joined->room;
  if (client.id == clients_.at("operator").id) return;
  EXPECT_TRUE(client.open) << "nothing comes after Closed: " << to_text(*effect.event);
  if (!std::holds_alternative<chat::Closed>(*effect.event)) return;
  EXPECT_TRUE(client.rooms.empty()) << "unsubscribed before Closed";
  client.open = false;
}

void ChatWorld::deliver(const chat::Subscribe& effect, std::set<std::string>&) {
  EXPECT_TRUE(of(effect.session).rooms.insert(effect.room).second) << "subscribed once";
}

void ChatWorld::deliver(const chat::Unsubscribe& effect, std::set<std::string>&) {
  EXPECT_EQ(of(effect.session).rooms.erase(effect.room), 1u) << "subscribed before";
}

ChatWorld::Client& ChatWorld::of(base::SessionId id) {
  const auto found =
      std::find_if(clients_.begin(), clients_.end(), [&](auto& c) { return c.second.id == id; });
  if (found != clients_.end()) return found->second;
  ADD_FAILURE() << "an effect for a session that never was: " << id.value;
  return clients_["nobody"];
}

void ChatWorld::hold_subscriptions_against_chat() {
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

}  // namespace veche::fakes

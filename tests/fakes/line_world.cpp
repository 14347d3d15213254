#include "tests/fakes/line_world.h"

#include "base/check.h"
#include "session/irc_session.h"
#include "tests/fakes/address_bits.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace veche::fakes {
namespace {

/// The newest `count` up to a message, of those that are wanted, by ascending id.
template <class Wanted>
std::vector<chat::Message> newest(const KeptRows& store, base::MessageId up_to, std::size_t count,
                                  Wanted wanted) {
  std::vector<chat::Message> found;
  for (const chat::MessagePtr& message : store.state.recent) {
    if (message->id <= up_to && wanted(*message)) found.push_back(*message);
  }
  if (found.size() > count) found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(count));
  return found;
}

}  // namespace

LineWorld::Client::Client(const base::ManualClock& clock, const session::LineOptions& options)
    : host(clock), owned(std::make_unique<session::LineSession>(host, options)), session(*owned) {}
LineWorld::Client::Client(const base::ManualClock& clock, const session::IrcOptions& options)
    : host(clock), owned(std::make_unique<session::IrcSession>(host, options)), session(*owned) {}
LineWorld::Client::~Client() = default;

LineWorld::LineWorld() {
  policy.decoy_hash = "a decoy";
  options.command_rate = 0;
  irc.command_rate = 0;
  irc.server_name = "irc.test";
}
LineWorld::~LineWorld() = default;

// --- who is there

LineWorld::Client& LineWorld::add(const std::string& name, std::unique_ptr<Client> made,
                                  chat::Connect arrival) {
  auto& client = clients_[name];
  base::check(!client, "a name connects once");
  client = std::move(made);
  client->id = base::make_session_id(0, ++last_session_);
  by_id_[client->id] = client.get();
  client->session.opened();
  client->host.commands.push_front(chat::CommandBody(arrival));
  return *client;
}

LineWorld::Client& LineWorld::connect(const std::string& name, const std::string& address) {
  return add(name, std::make_unique<Client>(clock, options), {bits_of(address), true});
}

LineWorld::Client& LineWorld::connect_irc(const std::string& name, const std::string& address,
                                          bool encrypted) {
  Client& client = add(name, std::make_unique<Client>(clock, irc),
                       {bits_of(address), false, true, base::Dialect::irc, encrypted});
  client.host.host_name = address;
  client.host.encrypted = encrypted;
  return client;
}

LineWorld::Client& LineWorld::enter_irc(const std::string& name, const std::string& address) {
  Client& client = connect_irc(name, address);
  settle();
  feed(client, "NICK " + name + "\r\nUSER " + name + " 0 * :" + name + "\r\n");
  client.host.take_sent();
  return client;
}

LineWorld::Client& LineWorld::enter(const std::string& name, const std::string& password,
                                    const std::string& address) {
  Client& client = connect(name, address);
  settle();
  feed(client, name + "\n" + password + "\n" + (password.empty() ? "" : password + "\n"));
  client.host.take_sent();
  return client;
}

void LineWorld::feed(Client& client, std::string_view bytes) {
  client.session.received(bytes);
  settle();
}

// --- the operator

void LineWorld::operate(chat::CommandBody body) { apply({base::make_session_id(255, 1), std::move(body)}); }

chat::OperatorAnswer LineWorld::order(chat::OperatorOrder order) {
  operate(chat::Operate{1, std::make_shared<const chat::OperatorOrder>(std::move(order))});
  return operator_answer_;
}

chat::SanctionTarget LineWorld::target(const std::string& who) {
  if (who.find_first_not_of("0123456789.") != who.npos) return {chat::SanctionOn::name, who, {}};
  return {chat::SanctionOn::network, who, {bits_of(who), 128}};
}

// --- time and the chat's turns

void LineWorld::settle() {
  while (turn_chat() || turn_workers()) {
  }
}

void LineWorld::pass(std::chrono::microseconds time) {
  const base::MonoTime end = clock.mono() + time;
  while (true) {
    settle();
    base::MonoTime next = end;
    for (const auto& [name, client] : clients_) {
      if (client->host.timer) next = std::min(next, std::max(*client->host.timer, clock.mono()));
    }
    clock.advance(std::chrono::ceil<std::chrono::microseconds>(next - clock.mono()));
    bool rang = false;
    for (const auto& [name, client] : clients_) {
      if (!client->host.timer_is_due()) continue;
      client->session.on_timer();
      rang = true;
    }
    if (!rang && clock.mono() >= end) return settle();
  }
}

bool LineWorld::turn_chat() {
  bool turned = false;
  for (const auto& [name, client] : clients_) {
    while (chat_works && !client->host.commands.empty()) {
      Asked asked = std::move(client->host.commands.front());
      client->host.commands.pop_front();
      apply({client->id, std::move(asked.body), asked.acknowledge});
      turned = true;
    }
  }
  return turned;
}

void LineWorld::apply(const chat::Command& command) {
  if (!chat_) chat_ = std::make_unique<chat::Chat>(policy, store.state);
  chat::Outbox outbox;
  chat_->apply(command, clock.wall(), outbox);
  if (!store.commit(outbox.rows)) {
    chat_->roll_back();
    chat_->close_store(chat::Refusal::disk_full);
    outbox.clear();
    chat_->apply(command, clock.wall(), outbox);
  }
  chat_->committed();
  chat::EventPtr shared;
  std::set<Client*> got;
  for (const chat::Effect& effect : outbox.effects) {
    const auto* to_room = std::get_if<chat::ToRoom>(&effect);
    if (to_room == nullptr || to_room->event != shared) got.clear();
    shared = to_room == nullptr ? nullptr : to_room->event;
    std::visit([&](const auto& e) { carry_out(e, got); }, effect);
  }
}

void LineWorld::carry_out(const chat::ToRoom& effect, std::set<Client*>& got) {
  if (const auto* message = std::get_if<chat::Said>(effect.event.get())) {
    said.push_back(message->room + " " + message->message->sender + " " + message->message->text);
  }
  for (const auto& [name, client] : clients_) {
    if (!client->rooms.contains(effect.room) || client->id == effect.except || client->host.finished)
      continue;
    if (!got.insert(client.get()).second) continue;
    const session::Moment moment{clock.wall(), client->host.offset, irc.server_name};
    session::encode(*effect.event, client->session.variant(effect.room), moment, client->host.sent);
  }
}

void LineWorld::carry_out(const chat::ToSession& effect, std::set<Client*>&) {
  const auto found = by_id_.find(effect.session);
  if (found != by_id_.end()) return found->second->session.deliver(*effect.event);
  operator_answer_ = std::get<chat::OperatorAnswer>(*effect.event);
}

void LineWorld::carry_out(const chat::Subscribe& effect, std::set<Client*>&) {
  by_id_.at(effect.session)->rooms.insert(effect.room);
}

void LineWorld::carry_out(const chat::Unsubscribe& effect, std::set<Client*>&) {
  by_id_.at(effect.session)->rooms.erase(effect.room);
}

// --- its workers

bool LineWorld::turn_workers() {
  if (!workers_work) return false;
  for (const auto& [name, client] : clients_) {
    if (client->host.jobs.empty()) continue;
    session::Session& asker = client->session;
    const Job job = std::move(client->host.jobs.front());
    client->host.jobs.pop_front();
    do_job(asker, job, workers_busy, archive_);
    return true;
  }
  return false;
}

std::vector<chat::Message> LineWorld::Archive::last(const chat::HistoryGranted& grant) {
  return newest(store_, grant.up_to, grant.count,
                [&](const auto& message) { return message.room == grant.room; });
}

std::vector<chat::Message> LineWorld::Archive::search(const chat::SearchGranted& grant) {
  return newest(store_, grant.up_to, grant.count, [&](const auto& message) {
    const auto its_room = [&](const auto& room) { return room.id == message.room; };
    return message.text.find(grant.words) != message.text.npos &&
           std::any_of(grant.rooms.begin(), grant.rooms.end(), its_room);
  });
}

}  // namespace veche::fakes

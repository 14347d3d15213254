#include "server/client_loop.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace veche::server {

using base::SessionId;

ClientLoop::ClientLoop(base::LoopIndex index, Shared& shared, DialectOptions dialects,
                       std::function<void()> wake)
    : index_(index),
      shared_(shared),
      dialects_(std::move(dialects)),
      mailbox_(std::move(wake)),
      answers_([this](JobDone job) { mailbox_.push(std::move(job)); }) {}

ClientLoop::~ClientLoop() = default;

void ClientLoop::deliver(Delivery delivery) { mailbox_.push(std::move(delivery)); }

std::unique_ptr<net::Handler> ClientLoop::make_client(const Entrance& entrance) {
  return entrance.lead_to(std::make_unique<Client>(*this, entrance.dialect));
}

Client* ClientLoop::client(SessionId id) {
  return clients_.find(id);  // null: gone; its last effects were on their way
}

/// Not before: handshakes end in another order than they began, and the table wants them to ascend.
base::SessionId ClientLoop::came(Client& client) {
  const base::SessionId id = base::make_session_id(index_, ++last_serial_);
  clients_.add(id, client);
  return id;
}

void ClientLoop::went(Client& client) {
  fanout_.drop(client);
  clients_.remove(client.id());
}

// --- a turn of the loop

void ClientLoop::turn() {
  mailbox_.drain(mail_);
  if (!mail_.empty()) {
    const base::WallTime now = shared_.clock.wall();
    fanout_.begin({now, utc_offset(now), dialects_.irc.server_name});
    for (Mail& mail : mail_) {
      if (auto* delivery = std::get_if<Delivery>(&mail)) {
        credits_ += delivery->credits;
        places_ += delivery->reaching_many;
        for (const chat::Effect& effect : delivery->effects) carry_out(effect);
      } else {
        answer(std::get<JobDone>(mail));
      }
    }
    base::clear_for_next(mail_);
  }
  admit_crowd();
  send_commands();  // first, so that the chat thread works while this one sends
  fanout_.flush();
  unpark();
}

void ClientLoop::carry_out(const chat::Effect& effect) {
  std::visit([this](const auto& one) { carry_out(one); }, effect);
}

void ClientLoop::carry_out(const chat::ToRoom& effect) {
  fanout_.to_room(effect.room, effect.event, effect.except ? client(effect.except) : nullptr);
}

void ClientLoop::carry_out(const chat::ToSession& effect) {
  Client* receiver = client(effect.session);
  if (receiver == nullptr) return;
  fanout_.settle(*receiver);
  receiver->deliver(*effect.event);
}

void ClientLoop::carry_out(const chat::Subscribe& effect) {
  if (Client* receiver = client(effect.session)) fanout_.subscribe(*receiver, effect.room);
}

void ClientLoop::carry_out(const chat::Unsubscribe& effect) {
  if (Client* receiver = client(effect.session)) fanout_.unsubscribe(*receiver, effect.room);
}

void ClientLoop::answer(JobDone& job) {
  Client* asker = client(job.session);
  if (asker == nullptr) return;
  fanout_.settle(*asker);
  asker->answer(job);
}

// --- commands to the chat

void ClientLoop::command(chat::Command command) {
  const bool many = chat::reaches_many(command.body);
  const auto waiting = waiting_.empty() ? waiting_.end() : waiting_.find(command.session);
  if (waiting == waiting_.end() && (!many || places_ > 0)) {
    if (many) --places_;
    outgoing_.push_back(std::move(command));
    return;
  }
  ++waiting_[command.session].commands;
  crowd_.push_back(std::move(command));
}

/// Lets in as many of those who wait as there are places for.
void ClientLoop::admit_crowd() {
  std::vector<SessionId> free;
  for (; !crowd_.empty(); crowd_.pop_front()) {
    chat::Command& command = crowd_.front();
    if (chat::reaches_many(command.body)) {
      if (places_ == 0) break;
      --places_;
    }
    const auto waiting = waiting_.find(command.session);
    if (--waiting->second.commands == 0) {
      if (waiting->second.parked) free.push_back(command.session);
      waiting_.erase(waiting);
    }
    outgoing_.push_back(std::move(command));
  }
  for (const SessionId id : free) {
    if (Client* waiting = client(id)) waiting->session().chat_is_free();
  }
}

void ClientLoop::send_commands() {
  if (outgoing_.empty()) return;
  const auto has_no_credit = [this](const chat::Command& command) {
    if (std::holds_alternative<chat::Disconnect>(command.body)) return false;
    if (credits_ == 0) return true;
    --credits_;
    return false;
  };
  const auto stay = std::find_if(outgoing_.begin(), outgoing_.end(), has_no_credit);
  leaving_.assign(std::make_move_iterator(outgoing_.begin()), std::make_move_iterator(stay));
  outgoing_.erase(outgoing_.begin(), stay);
  if (outgoing_.empty()) base::clear_for_next(outgoing_);
  chat_->send(leaving_);
  base::clear_for_next(leaving_);
}

bool ClientLoop::chat_is_busy(Client& client) {
  const auto waiting = waiting_.empty() ? waiting_.end() : waiting_.find(client.id());
  if (waiting != waiting_.end()) return waiting->second.parked = true;
  if (outgoing_.size() < credits_) return false;
  if (parked_.empty() || parked_.back() != client.id()) parked_.push_back(client.id());
  return true;
}

void ClientLoop::unpark() {
  while (!parked_.empty() && outgoing_.size() < credits_) {
    for (const SessionId id : std::exchange(parked_, {})) {
      if (Client* waiting = client(id)) waiting->session().chat_is_free();
    }
    send_commands();
  }
}

}  // namespace veche::server

#include "server/operator.h"

#include "session/line_words.h"
#include "store/password.h"

#include <utility>

namespace veche::server {

namespace {

chat::AccountAction action_of(control::AccountAction action) {
  switch (action) {
    case control::AccountAction::add:
      return chat::AccountAction::add;
    case control::AccountAction::passwd:
      return chat::AccountAction::set_password;
    case control::AccountAction::remove:
      return chat::AccountAction::remove;
    case control::AccountAction::list:
      return chat::AccountAction::list;
  }
  return chat::AccountAction::list;
}

}  // namespace

Operator::Operator(base::LoopIndex index, Jobs& jobs, std::function<void()> wake)
    : session_(base::make_session_id(index, 1)), jobs_(jobs), mailbox_(std::move(wake)) {}

void Operator::order(chat::CommandBody body) {
  std::vector<chat::Command> commands;
  commands.push_back({session_, std::move(body)});
  chat_->send(commands);
}

void Operator::shut_down() { order(chat::ShutDown{}); }

void Operator::manage(control::AccountRequest request, Answered answered) {
  const std::uint64_t number = ++last_request_;
  std::string password = std::exchange(request.password, {});
  const bool hashes =
      request.action == control::AccountAction::add || request.action == control::AccountAction::passwd;
  pending_[number] = {std::move(request), std::move(answered)};
  if (!hashes) return order_account(number, {});
  // A worker hashes; the number of the request stands where a client's session would.
  jobs_.hash({{number}, 0, gone_}, std::move(password),
             [this](JobDone done) { mailbox_.push(std::move(done)); });
}

void Operator::order_account(std::uint64_t number, std::string password_hash) {
  const control::AccountRequest& request = pending_.at(number).request;
  order(chat::ManageAccount{number, action_of(request.action), request.name, std::move(password_hash)});
}

void Operator::turn() {
  mailbox_.drain(mail_);
  for (Mail& mail : mail_) {
    if (auto* done = std::get_if<JobDone>(&mail)) {
      const std::uint64_t number = done->session.value;
      auto& hash = std::get<Hashed>(done->result).hash;
      if (hash.empty()) {
        finish({number, false, chat::Refusal::not_stored, {}});
      } else {
        order_account(number, std::move(hash));
      }
      continue;
    }
    for (const chat::Effect& effect : std::get<Delivery>(mail).effects) {
      const auto* one = std::get_if<chat::ToSession>(&effect);
      if (one == nullptr) continue;
      if (const auto* answer = std::get_if<chat::AccountsAnswer>(one->event.get())) finish(*answer);
    }
  }
  mail_.clear();
}

void Operator::finish(const chat::AccountsAnswer& answer) {
  auto pending = pending_.extract(answer.request);
  if (pending.empty()) return;
  const auto& [request, answered] = pending.mapped();
  if (!answer.done) {
    return answered(
        base::fail("account " + request.name, std::string(session::words_for(answer.why).english)));
  }
  std::vector<control::AccountLine> lines;
  for (const auto& account : answer.accounts) lines.push_back({account.name, account.created});
  answered(std::move(lines));
}

}  // namespace veche::server

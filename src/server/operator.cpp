#include "server/operator.h"

#include "session/line_words.h"
#include "store/password.h"

#include <utility>

namespace veche::server {

namespace {

constexpr std::size_t kBackgroundJobsMax = 16;

control::AccountAnswer account_answer(const std::string& name, const chat::OperatorAnswer& answer) {
  if (answer.refused) {
    return base::fail("account " + name, std::string(session::words_for(*answer.refused).english));
  }
  std::vector<control::AccountLine> lines;
  if (const auto* list = std::get_if<chat::AccountList>(&answer.result)) {
    for (const auto& account : list->accounts) lines.push_back({account.name, account.created});
  }
  return lines;
}

}  // namespace

Operator::Operator(base::LoopIndex index, Jobs& jobs, std::function<void()> wake)
    : session_(base::make_session_id(index, 1)),
      jobs_(jobs),
      mailbox_(std::move(wake)),
      workers_(1, kBackgroundJobsMax, 0) {}

Operator::~Operator() = default;

void Operator::deliver(Delivery delivery) { mailbox_.push(std::move(delivery)); }
void Operator::post(std::function<void()> step) { mailbox_.push(std::move(step)); }

void Operator::send(chat::CommandBody body) {
  std::vector<chat::Command> commands;
  commands.push_back({session_, std::move(body)});
  chat_->send(commands);
}

void Operator::shut_down() { send(chat::ShutDown{}); }

void Operator::order(chat::OperatorOrder order, Ordered ordered) {
  const std::uint64_t number = ++last_request_;
  pending_[number] = std::move(ordered);
  send(chat::Operate{number, std::make_shared<const chat::OperatorOrder>(std::move(order))});
}

void Operator::manage(control::AccountRequest request, Answered answered) {
  base::Secret password = std::exchange(request.password, {});
  const bool hashes =
      request.action == chat::AccountAction::add || request.action == chat::AccountAction::set_password;
  const auto go_on = [this, request, answered](Hashed hashed) {
    order(chat::ManageAccount{request.action, request.name, std::move(hashed.hash), std::move(hashed.scram)},
          [name = request.name, answered](const auto& answer) { answered(account_answer(name, answer)); });
  };
  if (!hashes) return go_on({});
  jobs_.hash({session_, 0, gone_}, std::move(password), [this, go_on, request, answered](JobDone done) {
    post([=, hashed = std::get<Hashed>(std::move(done.result))] {
      if (!hashed.hash.empty()) return go_on(hashed);
      answered(
          base::fail("account " + request.name, "the server is too busy to hash a password", "try again"));
    });
  });
}

void Operator::in_background(std::function<base::Result<>()> work, std::function<void(base::Result<>)> done) {
  const bool taken = workers_.submit(0, [this, work = std::move(work), done](std::size_t) {
    post([done, result = work()] { done(result); });
  });
  if (!taken) done(base::fail("server", "too many such commands are under way", "try again later"));
}

void Operator::turn() {
  mailbox_.drain(mail_);
  for (Mail& mail : mail_) {
    if (const auto* step = std::get_if<std::function<void()>>(&mail)) {
      (*step)();
    } else {
      carry_out(std::get<Delivery>(mail));
    }
  }
  mail_.clear();
}

void Operator::carry_out(const Delivery& delivery) {
  for (const chat::Effect& effect : delivery.effects) {
    const auto* one = std::get_if<chat::ToSession>(&effect);
    const auto* answer = one == nullptr ? nullptr : std::get_if<chat::OperatorAnswer>(one->event.get());
    if (answer == nullptr) continue;
    auto pending = pending_.extract(answer->request);
    if (!pending.empty()) pending.mapped()(*answer);
  }
}

}  // namespace veche::server

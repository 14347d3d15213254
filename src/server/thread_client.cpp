#include "server/thread_client.h"

#include "server/thread_clients.h"

#include <utility>

namespace veche::server {

ThreadClient::ThreadClient(ThreadClients& all, base::SessionId id, Entrance entrance, net::Fd socket,
                           net::Fd waker, const net::Address& peer, const net::LoopOptions& options,
                           const DialectOptionsPtr& dialects)
    : all_(all),
      id_(id),
      entrance_(std::move(entrance)),
      dialects_(*dialects),
      connection_(std::move(socket), std::move(waker), peer, all.shared().clock, options),
      mailbox_([this] { connection_.wake(); }) {}

ThreadClient::~ThreadClient() = default;

void ThreadClient::post(std::vector<ClientMail>& mail) { mailbox_.push_all(mail); }
void ThreadClient::post(ClientMail mail) { mailbox_.push(std::move(mail)); }
void ThreadClient::command(chat::Command command) { outgoing_.push_back(std::move(command)); }

Shared& ThreadClient::shared() { return all_.shared(); }
const AnswerTo& ThreadClient::answers() const { return all_.answers(); }

void ThreadClient::run() {
  connection_.open(entrance_.lead_to(std::make_unique<Client>(*this, entrance_.dialect)), this);
  connection_.run();
  all_.send(id_, outgoing_);  // the last of them is the Disconnect
}

void ThreadClient::turn() {
  mailbox_.drain(mail_);
  for (const ClientMail& mail : mail_) std::visit([this](const auto& one) { carry_out(one); }, mail);
  mail_.clear();
  if (mail_.capacity() > kClientMailKept) mail_ = std::vector<ClientMail>();
  last_event_.reset();

  all_.send(id_, outgoing_);
  while (parked_ && outgoing_.empty() && all_.has_credit(id_)) {
    parked_ = false;
    client_->session().chat_is_free();
    all_.send(id_, outgoing_);
  }
}

void ThreadClient::carry_out(const chat::ToRoom& effect) {
  if (effect.event == last_event_) return;  // it went to several rooms of his
  last_event_ = effect.event;
  const base::WallTime now = shared().clock.wall();
  text_.clear();
  const session::Moment moment{now, utc_offset(now), dialects_.irc.server_name};
  session::encode(*effect.event, client_->variant(effect.room), moment, text_);
  client_->send(text_);
}

bool ThreadClient::chat_is_busy(Client&) {
  parked_ = parked_ || all_.credits_left() <= outgoing_.size();
  return parked_;
}

}  // namespace veche::server

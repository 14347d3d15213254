#include "server/client.h"

#include "base/check.h"
#include "server/client_loop.h"
#include "session/line_session.h"
#include "store/password.h"

#include <functional>
#include <utility>

namespace veche::server {

Client::~Client() = default;

// --- from the network

void Client::opened(net::Connection& connection) {
  connection_ = &connection;
  session_ = std::make_unique<session::LineSession>(*this, loop_.line_options());
  loop_.came(*this);
  const net::Address& peer = connection.peer();
  command(chat::Connect{peer.ip(), peer.is_loopback(), true, peer.bits()});
  session_->opened();
}

void Client::received(std::string_view bytes) { session_->received(bytes); }
void Client::peer_finished() { session_->peer_finished(); }
void Client::timer() { session_->on_timer(); }

void Client::closed(net::CloseReason reason) {
  if (gone_) *gone_ = true;
  loop_.went(*this, reason);
  connection_ = nullptr;
}

// --- from the chat

void Client::deliver(const chat::Event& event) {
  if (const auto* in = std::get_if<chat::LoggedIn>(&event)) loop_.logged_in(*this, *in);
  session_->deliver(event);
}

session::Variant Client::variant(base::RoomId room) const { return session_->variant(room); }

void Client::receive(const net::SharedBytes& bytes, std::size_t offset, std::size_t length) {
  connection_->send_shared(bytes, offset, length);
}

// --- what the session asks for

void Client::command(chat::CommandBody body) { loop_.command({id_, std::move(body)}); }
bool Client::chat_is_busy() { return loop_.chat_is_busy(*this); }
void Client::send(std::string_view bytes) { connection_->send(bytes); }
void Client::finish() { connection_->finish(); }
void Client::set_timer(std::chrono::milliseconds delay) { connection_->set_timer(delay); }
void Client::cancel_timer() { connection_->cancel_timer(); }

void Client::accept_input(bool yes) {
  if (yes) {
    connection_->resume_reading();
  } else {
    connection_->pause_reading();
  }
}

JobOwner Client::job_owner() {
  if (!gone_) gone_ = std::make_shared<std::atomic<bool>>(false);
  return {id_, std::hash<std::string>{}(connection_->peer().ip()), gone_};
}

void Client::hash_password(std::string password) {
  loop_.shared().jobs.hash(job_owner(), std::move(password), loop_.answers());
}

void Client::verify_password(std::string hash, std::string password) {
  loop_.shared().jobs.verify(job_owner(), std::move(hash), std::move(password), loop_.answers());
}

void Client::become_operator(std::string name, std::string password) {
  if (!operator_) operator_ = std::make_unique<OperatorNames>();
  std::string kept = loop_.shared().operators.password_of(name);
  operator_->wanted = std::move(name);
  loop_.shared().jobs.verify_operator(job_owner(), std::move(kept), std::move(password), loop_.answers());
}

void Client::verified(session::Session::Verdict verdict) {
  if (operator_ && !operator_->wanted.empty()) {
    const std::string name = std::exchange(operator_->wanted, {});
    const bool right = verdict == session::Session::Verdict::right;
    if (right) operator_->held = name;
    loop_.shared().log.warning("{} {} operator {}", who(), right ? "is now" : "has failed to become", name);
  }
  session_->on_verified(verdict);
}

void Client::operate(std::string line) {
  base::check(operator_ && !operator_->held.empty(), "only an operator operates");
  const auto language = session_->language();
  loop_.shared().operators.run({id_, operator_->held, who(), language, std::move(line)}, loop_.answers());
}

void Client::read_history(const chat::HistoryGranted& grant) {
  loop_.shared().jobs.history(job_owner(), grant, loop_.answers());
}

void Client::search(const chat::SearchGranted& grant) {
  loop_.shared().jobs.search(job_owner(), grant, loop_.answers());
}

std::string Client::make_token() { return store::make_token(); }
std::optional<chat::TokenHash> Client::hash_token(std::string_view token) { return store::hash_token(token); }
base::MonoTime Client::now() const { return loop_.shared().clock.mono(); }
base::WallTime Client::wall_time() const { return loop_.shared().clock.wall(); }
std::chrono::seconds Client::utc_offset(base::WallTime time) const { return loop_.utc_offset(time); }

std::string Client::who() const {
  return connection_ == nullptr ? std::string() : connection_->peer().text();
}

}  // namespace veche::server

#include "server/client.h"

#include "base/check.h"
#include "store/password.h"

#include <functional>
#include <utility>

namespace veche::server {

Client::~Client() = default;

// --- from the network

void Client::opened(net::Connection& connection) {
  connection_ = &connection;
  encrypted_ = connection.tls().has_value();
  id_ = home_.came(*this);
  session_ = make_session(dialect_, *this, home_.dialects());
  Shared& shared = home_.shared();
  const std::size_t connected = ++shared.connected;
  shared.log.info("{} connected ({} connected)", who(), connected);
  notice(Notice::What::came, {}, {}, connected);
  command(arrival(dialect_, connection.peer().bits(), encrypted_));
  session_->opened();
}

void Client::received(std::string_view bytes) { session_->received(bytes); }
void Client::peer_finished() { session_->peer_finished(); }
void Client::timer() { session_->on_timer(); }

void Client::closed(net::CloseReason reason) {
  if (errands_) *errands_->gone = true;
  command(chat::Disconnect{departure_words(dialect_, reason), true});
  home_.went(*this);
  Shared& shared = home_.shared();
  const std::size_t connected = --shared.connected;
  shared.log.info("{} gone: {} ({} connected)", who(), net::close_reason_text(reason), connected);
  notice(Notice::What::went, {}, reason, connected);
  connection_ = nullptr;
}

void Client::notice(Notice::What what, const std::string& name, net::CloseReason reason,
                    std::size_t connected) {
  Notices& notices = home_.shared().notices;
  if (notices.wanted()) notices.add({what, id_, who(), name, reason, connected});
}

// --- from the chat and the workers

void Client::deliver(const chat::Event& event) {
  if (const auto* in = std::get_if<chat::LoggedIn>(&event)) {
    Shared& shared = home_.shared();
    shared.log.info("{} is {}{}", who(), in->name, in->guest ? ", a guest" : "");
    notice(Notice::What::logged_in, in->name, {}, shared.connected);
  }
  session_->deliver(event);
}

session::Variant Client::variant(base::RoomId room) const { return session_->variant(room); }

void Client::receive(const net::SharedBytes& bytes, std::size_t offset, std::size_t length, bool last) {
  if (last) {
    connection_->send_shared_last(bytes, offset, length);
  } else {
    connection_->send_shared(bytes, offset, length);
  }
}

void Client::answer(JobDone& job) {
  if (auto* hashed = std::get_if<Hashed>(&job.result)) {
    session_->on_hashed(std::move(hashed->hash), std::move(hashed->scram));
  } else if (auto* judged = std::get_if<Verified>(&job.result)) {
    verified(*judged);
  } else if (const auto* text = std::get_if<OperatorText>(&job.result)) {
    if (!text->lines.empty()) session_->on_operator_text(text->lines);
    if (text->ended) session_->on_operator_end();
  } else {
    session_->on_history(std::get<HistoryRead>(job.result).messages);
  }
}

// --- what the session asks for

void Client::command(chat::CommandBody body, bool acknowledge) {
  home_.command({id_, std::move(body), acknowledge});
}
bool Client::chat_is_busy() { return home_.chat_is_busy(*this); }
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

Client::Errands& Client::errands() {
  if (!errands_) errands_ = std::make_unique<Errands>();
  return *errands_;
}

JobOwner Client::job_owner() {
  return {id_, std::hash<std::string>{}(connection_->peer().ip()), errands().gone};
}

void Client::hash_password(base::Secret password) {
  home_.shared().jobs.hash(job_owner(), std::move(password), home_.answers());
}

void Client::verify_password(std::string hash, base::Secret password, bool wants_scram) {
  home_.shared().jobs.verify(job_owner(), std::move(hash), std::move(password), wants_scram, home_.answers());
}

base::ScramKeys Client::decoy_scram_keys(std::string_view folded_name) const {
  return home_.shared().jobs.decoy_scram_keys(folded_name);
}

void Client::become_operator(std::string name, base::Secret password) {
  std::string kept = home_.shared().operators.password_of(name);
  errands().wanted_operator = std::move(name);
  home_.shared().jobs.verify_operator(job_owner(), std::move(kept), std::move(password), home_.answers());
}

void Client::verified(Verified& judged) {
  if (!errands().wanted_operator.empty()) {
    const std::string name = std::exchange(errands().wanted_operator, {});
    const bool right = judged.verdict == session::Session::Verdict::right;
    if (right) errands().held_operator = name;
    home_.shared().log.warning("{} {} operator {}", who(), right ? "is now" : "has failed to become", name);
  }
  session_->on_verified(judged.verdict, std::move(judged.scram));
}

bool Client::operator_may(std::string_view command) const {
  return errands_ && home_.shared().operators.may(errands_->held_operator, command);
}

void Client::operate(std::string line) {
  base::check(!errands().held_operator.empty(), "only an operator operates");
  const auto language = session_->language();
  home_.shared().operators.run({id_, errands().held_operator, who(), language, std::move(line)},
                               home_.answers());
}

void Client::read_history(const chat::HistoryGranted& grant) {
  home_.shared().jobs.history(job_owner(), grant, home_.answers());
}

void Client::search(const chat::SearchGranted& grant) {
  home_.shared().jobs.search(job_owner(), grant, home_.answers());
}

std::string Client::make_token() { return store::make_token(); }
std::optional<chat::TokenHash> Client::hash_token(std::string_view token) { return store::hash_token(token); }
std::string Client::peer_host() const {
  return connection_ == nullptr ? std::string() : connection_->peer().ip();
}
std::string Client::client_certificate() const {
  const auto facts = encrypted_ && connection_ != nullptr ? connection_->tls() : std::nullopt;
  return facts ? facts->fingerprint : std::string();
}
void Client::warn(std::string_view what) { home_.shared().log.warning("{} {}", who(), what); }
base::MonoTime Client::now() const { return home_.shared().clock.mono(); }
base::WallTime Client::wall_time() const { return home_.shared().clock.wall(); }
std::chrono::seconds Client::utc_offset(base::WallTime time) const { return home_.utc_offset(time); }

std::string Client::who() const {
  return connection_ == nullptr ? std::string() : connection_->peer().text();
}

}  // namespace veche::server

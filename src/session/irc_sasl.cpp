// IrcSession: AUTHENTICATE (IRCv3 sasl-3.1 and sasl-3.2), before one is somebody and later on. One exchange
// at a time; each of its responses comes in chunks (sasl.h). What is proved is told to the chat, which
// answers Authenticated: then comes 900, and who is here already is called as his account is.
//
// A wrong name and a wrong password are answered alike, after the same work and by the same delay: the chat
// gives a decoy's secrets for a name that is nobody's.
#include "base/limits.h"
#include "chat/name.h"
#include "session/irc_encoder.h"
#include "session/irc_name.h"
#include "session/irc_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace veche::session {

// --- what is offered

bool IrcSession::offers(SaslMechanism mechanism) const {
  const auto& all = options_.sasl;
  if (std::find(all.begin(), all.end(), mechanism) == all.end()) return false;
  return mechanism != SaslMechanism::external || !host_.client_certificate().empty();
}

std::string IrcSession::sasl_mechanisms() const {
  std::string list;
  for (const SaslMechanism mechanism : options_.sasl) {
    if (!offers(mechanism)) continue;
    list += fmt::format("{}{}", list.empty() ? "" : ",", sasl_name(mechanism));
  }
  return list;
}

// --- the exchange

void IrcSession::do_authenticate(Params p) {
  const std::string_view word = p[0];
  if (!wants(Cap::sasl)) return reply(Numeric::err_saslfail);
  if (word == "*") return abort_sasl();
  if (sasl_) return take_sasl_chunk(word);
  if (word.size() > base::limits::kSaslChunkBytes) return fail_sasl(Numeric::err_sasltoolong);
  const auto mechanism = sasl_mechanism(word);
  if (!mechanism || !offers(*mechanism)) {
    reply(Numeric::rpl_saslmechs, {sasl_mechanisms()});
    return reply(Numeric::err_saslfail);
  }
  sasl_ = std::make_unique<SaslExchange>();
  sasl_->mechanism = *mechanism;
  send_sasl({});  // all of them are begun by the client
}

void IrcSession::send_sasl(std::string_view bytes) {
  for (const std::string& chunk : sasl_chunks(bytes)) {
    answer([&](wire::IrcWriter& line) { line.command("AUTHENTICATE").middle(chunk); });
  }
}

void IrcSession::take_sasl_chunk(std::string_view chunk) {
  switch (sasl_->response.take(chunk)) {
    case SaslResponse::Step::more:
      return;
    case SaslResponse::Step::too_long:
      return fail_sasl(Numeric::err_sasltoolong);
    case SaslResponse::Step::malformed:
      return fail_sasl(Numeric::err_saslfail);
    case SaslResponse::Step::whole:
      break;
  }
  const std::string_view message = sasl_->response.bytes();
  switch (sasl_->mechanism) {
    case SaslMechanism::plain:
      return take_plain(message);
    case SaslMechanism::scram_sha_256:
      return take_scram(message);
    case SaslMechanism::external:
      return ask(chat::LogInWithCertificate{std::string(message), host_.client_certificate(), {}, true});
  }
}

void IrcSession::take_plain(std::string_view message) {
  auto said = parse_sasl_plain(message);
  if (!said) return fail_sasl(Numeric::err_saslfail);
  sasl_->name = said->name;
  take_password(std::move(said->password));
}

/// Of the account sasl_->name; or a token.
void IrcSession::take_password(base::Secret password) {
  const std::string& name = sasl_->name;
  if (password.view().starts_with(kTokenPrefix)) {
    const auto hash = host_.hash_token(password.view().substr(kTokenPrefix.size()));
    if (!hash) return ask(chat::LogInFailed{name});
    return ask(chat::LogInWithToken{name, *hash, {}, true});
  }
  sasl_->password = std::move(password);
  ask(chat::AskSecrets{name});
  task().then = &IrcSession::check_sasl_password;
}

void IrcSession::on_event(const chat::Secrets& event) {
  if (sasl_) sasl_->secrets = event;
}

void IrcSession::check_sasl_password() {
  wait_for_host();
  const chat::Secrets& secrets = sasl_->secrets;
  host_.verify_password(secrets.password_hash, std::exchange(sasl_->password, {}), secrets.wants_scram);
}

void IrcSession::sasl_verified(Verdict verdict, base::ScramKeysPtr scram) {
  switch (verdict) {
    case Verdict::busy:
      return fail_sasl(Numeric::err_saslfail, "Too many people are logging in; try again");
    case Verdict::wrong:
      return ask(chat::LogInFailed{sasl_->name});
    case Verdict::right:
      return ask(
          chat::LogIn{sasl_->secrets.account, sasl_->secrets.password_hash, {}, std::move(scram), true});
  }
}

/// RFC 5802 section 5. After the server's last message the client says that it has nothing to add.
void IrcSession::take_scram(std::string_view message) {
  switch (sasl_->step) {
    case SaslExchange::Step::first:
      if (!sasl_->scram.take_first(message)) return fail_sasl(Numeric::err_saslfail);
      sasl_->name = sasl_->scram.name();
      if (!may_act_for(sasl_->name, sasl_->scram.authorization())) return fail_sasl(Numeric::err_saslfail);
      ask(chat::AskSecrets{sasl_->name});
      task().then = &IrcSession::challenge;
      return;
    case SaslExchange::Step::proof: {
      const auto answer = sasl_->scram.take_final(message);
      if (!answer || !sasl_->secrets.account) return ask(chat::LogInFailed{sasl_->name});
      sasl_->step = SaslExchange::Step::acknowledgement;
      return send_sasl(*answer);
    }
    case SaslExchange::Step::acknowledgement:
      if (!message.empty()) return fail_sasl(Numeric::err_saslfail);
      return ask(chat::LogIn{sasl_->secrets.account, sasl_->secrets.password_hash, {}, {}, true});
  }
}

void IrcSession::challenge() {
  sasl_->step = SaslExchange::Step::proof;
  const base::ScramKeys decoy = host_.decoy_scram_keys(
      chat::fold_name(sasl_->name).value_or(sasl_->name));  // whether it is needed or not
  const base::ScramKeysPtr& keys = sasl_->secrets.scram;
  if (!keys) sasl_->secrets.account = {};
  send_sasl(sasl_->scram.challenge(keys ? *keys : decoy, host_.make_token()));
}

// --- its end

void IrcSession::abort_sasl() {
  sasl_.reset();
  reply(Numeric::err_saslaborted);
}

void IrcSession::fail_sasl(Numeric numeric, std::string_view text) {
  sasl_.reset();
  if (is_on_errand()) {
    service_notice(!text.empty()                        ? text
                   : numeric == Numeric::err_nicklocked ? std::string_view("That account is banned here.")
                                                        : std::string_view("Wrong name or password."));
  } else {
    reply_text(numeric, {}, text.empty() ? text_of(numeric) : text);
  }
  if (++sasl_failures_ < base::limits::kLoginAttemptsPerSessionMax) return;
  end_task();
  close_with("Too many failed log-ins");
}

/// The delay by which guesses are slowed down is over.
void IrcSession::sasl_refused() {
  waiting_ = false;
  if (registration_) {
    arm_registration();
  } else {
    arm_ping();
  }
  fail_sasl(Numeric::err_saslfail);
  end_task();
}

void IrcSession::on_event(const chat::Authenticated& event) {
  sasl_.reset();
  sasl_failures_ = 0;
  const std::string account = irc_nick(event.name);
  if (registration_) registration_->account = event.name;
  if (is_doing("REGISTER")) {
    answer([&](wire::IrcWriter& line) {
      line.source(options_.server_name).command("REGISTER").middle("SUCCESS").middle(account);
      line.trailing("Account created");
    });
  }
  const auto known = [](const std::string& word) { return word.empty() ? "*" : word; };
  const std::string mask = self_ ? mask_of(*self_)
                                 : fmt::format("{}!{}@{}", known(irc_nick(registration_->nick)),
                                               known(registration_->username), host_.peer_host());
  reply_text(Numeric::rpl_loggedin, {mask, account}, fmt::format("You are now logged in as {}", account));
  if (is_doing("AUTHENTICATE")) reply(Numeric::rpl_saslsuccess);
  if (is_on_errand()) {
    service_notice(
        fmt::format("{} {}.", event.new_account ? "The account is made. You are" : "You are now", account));
  }
}

/// True: it was about what somebody wanted to prove, and is dealt with.
bool IrcSession::refused_to_prove(const chat::Refused& event) {
  using chat::kind_of;
  if (is_doing("REGISTER") && event.about == kind_of<chat::Register>()) {
    refuse_account(event.why);
    return true;
  }
  if (!is_proving()) return false;
  if (event.about != kind_of<chat::LogIn>() && event.about != kind_of<chat::LogInWithToken>() &&
      event.about != kind_of<chat::LogInWithCertificate>()) {
    return false;
  }
  const bool banned = event.why == chat::Refusal::account_banned;
  fail_sasl(banned ? Numeric::err_nicklocked : Numeric::err_saslfail);
  return true;
}

}  // namespace veche::session

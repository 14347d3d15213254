// IrcSession: REGISTER and VERIFY (IRCv3 draft/account-registration). An account is made with a name and a
// password; no mail is sent, so there is nothing to verify, and an address that a client gives is not kept.
#include "base/limits.h"
#include "chat/name.h"
#include "session/irc_name.h"
#include "session/irc_session.h"

#include <string>
#include <utility>
#include <variant>

namespace veche::session {

/// Why no account can have it; empty: one can.
std::string_view IrcSession::password_fault(std::string_view password) {
  if (password.empty()) return "A password cannot be empty";
  if (password.size() > base::limits::kPasswordBytesMax) return "That password is too long";
  if (password.starts_with(kTokenPrefix)) return "A password cannot begin with 'token:'";
  return {};
}

/// A server that asks for a password would make accounts for who does not know it.
bool IrcSession::registers_before_connect() const {
  return options_.registration_before_connect && options_.server_password.empty();
}

std::string IrcSession::registration_value() const {
  return registers_before_connect() ? "before-connect,custom-account-name" : "custom-account-name";
}

void IrcSession::fail_account(std::string_view code, std::string_view account, std::string_view text) {
  standard_reply("FAIL", doing(), code, {account}, text);
}

/// What REGISTER and VERIFY have in common. False: the client was told why not.
bool IrcSession::may_have_account(std::string_view account) {
  if (registration_ && !registers_before_connect()) {
    fail_account("COMPLETE_CONNECTION_REQUIRED", account, "Complete the connection first");
    return false;
  }
  const std::string mine = registration_ ? registration_->account : self_->account;
  if (mine.empty()) return true;
  fail_account("ALREADY_AUTHENTICATED", irc_nick(mine), "You are logged in to an account already");
  return false;
}

void IrcSession::do_register(Params p) {
  const std::string_view wanted = p[0];
  const std::string_view password = p[2];
  if (!options_.registration) {
    return fail_account("TEMPORARILY_UNAVAILABLE", wanted, "New accounts are made by the operator here");
  }
  if (!may_have_account(wanted)) return;
  const std::string own = registration_ ? registration_->nick : self_->name;
  if (own.empty()) return fail_account("NEED_NICK", "*", "Say first what you are called: NICK");
  const std::string account = wanted == "*" ? own : std::string(wanted);
  const bool is_own = account == own || account == irc_nick(own);
  const bool fits = is_own || is_nickname(account);
  if (!fits || std::holds_alternative<chat::NameFault>(chat::parse_name(account, options_.nick_length))) {
    return fail_account("BAD_ACCOUNT_NAME", account, "That cannot be an account's name");
  }
  if (password.empty()) return fail_account("WEAK_PASSWORD", account, password_fault(password));
  if (const std::string_view why = password_fault(password); !why.empty()) {
    return fail_account("UNACCEPTABLE_PASSWORD", account, why);
  }
  task().words = {is_own ? own : account};
  wait_for_host();
  host_.hash_password(password);
}

void IrcSession::on_hashed(std::string hash, base::ScramKeysPtr scram) {
  if (is_over()) return;
  waiting_ = false;
  if (is_on_errand()) {
    service_hashed(std::move(hash), std::move(scram));
  } else if (hash.empty()) {
    fail_account("TEMPORARILY_UNAVAILABLE", irc_nick(task().words[0]),
                 "Too many people are logging in; try again");
  } else {
    ask(chat::Register{task().words[0], std::move(hash), std::move(scram), true});
  }
  host_answered();
}

void IrcSession::refuse_account(chat::Refusal why) {
  using chat::Refusal;
  const std::string account = irc_nick(task().words[0]);
  switch (why) {
    case Refusal::name_registered:
      return fail_account("ACCOUNT_EXISTS", account, "There is an account of that name");
    case Refusal::name_in_use:  // as Ergo has it
      return fail_account("USERNAME_EXISTS", account, "Somebody else is called that");
    case Refusal::guests_only:
      return fail_account("ALREADY_AUTHENTICATED", account, "You are logged in to an account already");
    case Refusal::registration_off:
    case Refusal::lockdown_fresh:
    case Refusal::disk_full:
    case Refusal::not_stored:
      return fail_account("TEMPORARILY_UNAVAILABLE", account, "No accounts are made at present");
    default:
      return fail_account("BAD_ACCOUNT_NAME", account, "That cannot be an account's name");
  }
}

void IrcSession::do_verify(Params p) {
  if (may_have_account(p[0])) fail_account("INVALID_CODE", p[0], "No account waits to be verified");
}

}  // namespace veche::session

// IrcSession: NickServ's errands, over the same accounts that SASL and REGISTER know. A password is looked at
// by a worker, and a wrong one is told as late as anywhere (irc_sasl.cpp).
#include "base/limits.h"
#include "base/text.h"
#include "chat/name.h"
#include "session/irc_encoder.h"
#include "session/irc_name.h"
#include "session/irc_services.h"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace veche::session {

const IrcService& IrcService::nickserv() {
  using S = IrcSession;
  static constexpr std::string_view kDrop =
      "DROP <account> <password>: removes your account, and closes all your connections";
  static constexpr std::string_view kRegain =
      "REGAIN <nick> [<password>]: you are called so again; an account's nick is its alone";
  static constexpr std::string_view kSet = "SET PASSWORD <current> <new>: changes your password";
  static constexpr auto kErrands = std::to_array<IrcErrand>({
      {"CERT", &S::ns_cert, 1,
       "CERT LIST | ADD [<fingerprint>] | DEL <fingerprint>: TLS certificates that log in to your account "
       "(SASL EXTERNAL)"},
      {"DROP", &S::ns_drop, 2, kDrop},
      {"GHOST", &S::ns_regain, 1, kRegain},
      {"HELP", &S::service_help, 0, "HELP [<command>]: this help"},
      {"IDENTIFY", &S::ns_identify, 1,
       "IDENTIFY [<account>] <password>: logs in to an account; without a name, to the one of your nick"},
      {"INFO", &S::ns_info, 0, "INFO [<account>]: about an account"},
      {"PASSWD", &S::ns_passwd, 2, kSet},
      {"RECOVER", &S::ns_regain, 1, kRegain},
      {"REGAIN", &S::ns_regain, 1, kRegain},
      {"REGISTER", &S::ns_register, 1, "REGISTER <password>: makes your nick an account"},
      {"RELEASE", &S::ns_regain, 1, kRegain},
      {"SET", &S::ns_set, 1, kSet},
      {"UNREGISTER", &S::ns_drop, 2, kDrop},
  });
  static constexpr IrcService kService{"NickServ", "NS", "keeps accounts", kErrands};
  return kService;
}

// --- logging in

void IrcSession::ns_identify(Params p) {
  const bool named = p.size() > 1;
  log_in_by_service(named ? chat_name(p[0]) : self_->name, p[named ? 1 : 0]);
}

/// Nobody else can be called as an account is, so there is nobody to be put out: whoever logs in is called
/// so, beside his other connections.
void IrcSession::ns_regain(Params p) {
  const std::string name = chat_name(p[0]);
  if (is_account_of_mine(name)) {
    return service_notice(fmt::format("You are {}; your connections are all the same person.", nick()));
  }
  if (p.size() < 2) return service_notice(task().errand->help);
  log_in_by_service(name, p[1]);
}

bool IrcSession::is_account_of_mine(std::string_view name) const {
  return !self_->account.empty() && chat::fold_name(name) == chat::fold_name(self_->account);
}

/// As SASL PLAIN does it, whose place it takes if one has begun.
void IrcSession::log_in_by_service(std::string name, std::string_view password) {
  if (is_account_of_mine(name)) return service_notice(fmt::format("You are logged in as {}.", nick()));
  if (password.size() > base::limits::kPasswordBytesMax) password = {};
  sasl_ = std::make_unique<SaslExchange>();
  sasl_->name = std::move(name);
  take_password(password);
}

// --- one's account

void IrcSession::ns_register(Params p) {
  if (!self_->account.empty()) return service_notice(fmt::format("You are logged in as {}.", nick()));
  if (const std::string_view why = password_fault(p[0]); !why.empty()) return service_notice(why);
  task().words = {self_->name};
  wait_for_host();
  host_.hash_password(p[0]);
}

void IrcSession::ns_info(Params p) {
  if (p.empty() && self_->account.empty()) return service_notice("You are not logged in.");
  ask(chat::AskAccount{p.empty() ? self_->account : chat_name(p[0])});
}

void IrcSession::on_event(const chat::AccountView& event) {
  if (!is_on_errand()) return;
  service_notice(fmt::format("{}: registered {}{}", irc_nick(event.name), server_time_text(event.created),
                             event.sessions == 0 ? "" : ", here now"));
  std::string channels;
  for (const std::string& room : event.rooms) channels += (channels.empty() ? "" : " ") + irc_channel(room);
  if (!channels.empty()) service_notice("Channels: " + channels);
}

void IrcSession::ns_set(Params p) {
  const std::string option = base::casefold(p[0]).value_or("");
  if (option == "password" && p.size() > 2) return ns_passwd(p.subspan(1));
  if (option == "email") return service_notice("No mail is sent from here, and no address is kept.");
  service_notice(task().errand->help);
}

/// The current password first: a connection that was left alone is no reason to lose an account.
void IrcSession::ns_passwd(Params p) {
  if (const std::string_view why = password_fault(p[1]); !why.empty()) return service_notice(why);
  check_own_password(p[0], p[1]);
}

void IrcSession::ns_drop(Params p) {
  if (!is_account_of_mine(chat_name(p[0])))
    return service_notice("That is not the account that you are logged in to.");
  check_own_password(p[1], {});
}

/// Then `then` is a new one; or nothing, when the account goes.
void IrcSession::check_own_password(std::string_view password, std::string_view then) {
  sasl_.reset();
  task().password = password;
  task().next_password = then;
  task().then = &IrcSession::compare_own_password;
  ask(chat::AskCredentials{});
}

void IrcSession::on_event(const chat::Credentials& event) {
  if (task_) task_->fields = event.password_hash;
}

void IrcSession::compare_own_password() {
  wait_for_host();
  host_.verify_password(task().fields, std::exchange(task().password, {}), false);
}

/// True: the host has more to do.
bool IrcSession::own_password_verified(Verdict verdict) {
  const bool drops = task().next_password.empty();
  if (verdict == Verdict::busy) {
    service_notice("Too many people are logging in; try again.");
  } else if (verdict == Verdict::wrong) {
    ask(chat::LogInFailed{self_->account});
  } else if (drops) {
    ask(chat::DropAccount{task().fields});
  } else {
    wait_for_host();
    host_.hash_password(std::exchange(task().next_password, {}));
    return true;
  }
  return false;
}

/// The delay by which guesses are slowed down is over.
void IrcSession::wrong_own_password() {
  service_notice("That is not your password.");
  arm_ping();
  end_task();
}

void IrcSession::on_event(const chat::PasswordSet&) {
  if (is_on_errand()) service_notice("Your password is another one now.");
}

/// The password is hashed that REGISTER or SET gave.
void IrcSession::service_hashed(std::string hash, base::ScramKeysPtr scram) {
  if (hash.empty()) return service_notice("Too many people are logging in; try again.");
  if (task().errand->name == "REGISTER") {
    return ask(chat::Register{task().words[0], std::move(hash), std::move(scram), true});
  }
  ask(chat::SetPassword{std::move(hash), std::move(scram)});
}

// --- certificates

void IrcSession::ns_cert(Params p) {
  const std::string what = base::casefold(p[0]).value_or("");
  const std::string given(p.size() > 1 ? p[1] : std::string_view());
  if (what == "list") return ask(chat::ListCertificates{});
  if (what == "add") {
    const std::string fingerprint = given.empty() ? host_.client_certificate() : given;
    if (fingerprint.empty())
      return service_notice("You have shown no certificate; name its fingerprint (SHA-256).");
    return ask(chat::AddCertificate{fingerprint});
  }
  if (what == "del" && !given.empty()) return ask(chat::RemoveCertificate{given});
  service_notice(task().errand->help);
}

void IrcSession::on_event(const chat::Certificates& event) {
  if (!is_on_errand()) return;
  if (event.fingerprints.empty()) return service_notice("No certificate logs in to your account.");
  for (const std::string& fingerprint : event.fingerprints)
    service_notice("This certificate logs in to your account: " + fingerprint);
}

}  // namespace veche::session

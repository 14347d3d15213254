// LineSession: the dialogue about who one is, and the one that changes a password. Every line of it is a
// step; every refusal of a step throws away what was sent ahead (line_refusals.cpp).
#include "base/text.h"
#include "session/line_session.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace veche::session {

using base::N_;

namespace {

bool same_secret(std::string_view a,
                 std::string_view b) {  // in a time that tells nothing of where they differ
  unsigned different = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    different |= static_cast<unsigned char>(a[i] ^ b[i]);
  return different == 0;
}

std::size_t mark_of(std::string_view password) { return std::hash<std::string_view>{}(password); }

}  // namespace

void LineSession::begin_step(Step step) {
  step_ = step;
  waiting_ = false;
  asked_ = kNoCommand;
  if (in_login()) {
    begin_login_step();
  } else {
    arm(TimerFor::idle, options_.idle_timeout);
  }
}

void LineSession::take_login_line(std::string_view line) {
  switch (step_) {
    case Step::server_password:
      if (same_secret(line, options_.server_password)) return ask_for_name();
      disarm();
      return ask(chat::LogInFailed{""});
    case Step::name:
      return take_name(line);
    case Step::password:
    case Step::old_password:
      return take_password(line);
    case Step::new_password:
    case Step::changed_password:
      return take_new_password(line);
    case Step::repeat_password:
    case Step::repeat_changed:
      return take_repeated_password(line);
    default:
      return;
  }
}

void LineSession::on_event(const chat::Greeting& event) {
  dialogue_->greeting = event;
  greet();
  if (options_.server_password.empty()) {
    ask_for_name();
  } else {
    ask_for_server_password();
  }
}

void LineSession::greet() {
  tell(t_("Welcome to {} at {}.", options_.network, options_.server_name));
  std::string languages;  // of those who may not understand the line above
  for (const base::Language language : base::kLanguages) {
    if (language == t_.language()) continue;
    if (!languages.empty()) languages += "   ";
    languages += base::translate(language, N_("In English: /lang en"));
  }
  tell(languages);
  std::string_view rest = options_.motd;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    tell(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void LineSession::ask_for_server_password() {
  begin_step(Step::server_password);
  prompt(t_("This server asks for its password: "), true);
}

void LineSession::ask_for_name() {
  begin_step(Step::name);
  const auto& remembered = dialogue_->greeting.remembered;
  if (remembered.empty()) {
    prompt(t_("What is your name? "), false);
  } else {
    prompt(t_("Hello again, {0}! Press Enter to be {0}, or type another name: ", remembered.front()), false);
  }
}

void LineSession::take_name(std::string_view line) {
  const auto& remembered = dialogue_->greeting.remembered;
  if (line.empty() && !remembered.empty()) line = remembered.front();
  if (line.empty()) return ask_for_name();
  if (line == "exit" || line == "/quit") return leave();
  // Whoever pressed Enter and types his password once more does not mean to be called that. He may say it
  // again: there are those whose name is their password.
  if (password_mark_ != 0 && password_mark_ == mark_of(line)) {
    password_mark_ = 0;
    return refuse_step("password", t_("That line was your password; it was not sent."));
  }
  const auto [word, rest] = base::split_word(line);
  if (word == "/bare" || word == "/lang") {
    take_command(line);
    return ask_for_name();
  }
  if (word.starts_with(kTokenPrefix) && rest.empty()) return log_in_with_token("", word);
  if (rest.starts_with(kTokenPrefix)) return log_in_with_token(word, rest);
  disarm();
  ask(chat::Identify{std::string(line)});
}

void LineSession::on_event(const chat::Identified& event) {
  dialogue_->identified = event;
  ask_for_password();
}

/// For the name that was given last; also after a refusal. Where there is no registration the words are the
/// same for every name.
void LineSession::ask_for_password() {
  const auto& name = dialogue_->identified.name;
  if (dialogue_->identified.state == chat::NameState::free) {
    begin_step(Step::new_password);
    prompt(guest_is_offered()
               ? t_("{} is new here. Choose a password, or press Enter to stay a guest: ", name)
               : t_("{} is new here. Choose a password, or press Enter for another name: ", name),
           true);
  } else {
    begin_step(Step::password);
    prompt(guest_is_offered() ? t_("Password of {}, or Enter to be a guest: ", name)
                              : t_("Password of {}, or Enter for another name: ", name),
           true);
  }
}

bool LineSession::guest_is_offered() const {
  const chat::Greeting& greeting = dialogue_->greeting;
  const bool is_free = dialogue_->identified.state == chat::NameState::free;
  return greeting.guests && (is_free || !greeting.registration);
}

/// Enter instead of a password: to be a guest where that is offered, else to give another name. It is the one
/// way back to the name; a guest who is refused is asked for one, too.
void LineSession::take_no_password() {
  const chat::Identified& who = dialogue_->identified;
  const bool as_guest = guest_is_offered();
  step_ = Step::name;
  if (as_guest) {
    disarm();
    // Where there is no registration nobody learns names for nothing: it costs what a wrong password does.
    if (who.state == chat::NameState::registered) return ask(chat::LogInFailed{who.name});
    return ask(chat::EnterAsGuest{who.name});
  }
  const bool is_person = !bare_ && lines_.buffered() == 0 && !peer_finished_;
  if (is_person) return ask_for_name();
  const Words words = words_for(dialogue_->greeting.guests ? chat::Refusal::name_registered
                                                           : chat::Refusal::account_required);
  refuse_step(words.code, t_(words.english));
}

void LineSession::take_password(std::string_view line) {
  if (line.empty() && step_ == Step::password) return take_no_password();
  disarm();
  const chat::Identified& who = dialogue_->identified;
  password_mark_ = mark_of(line);
  if (step_ == Step::password && line.starts_with(kTokenPrefix)) return log_in_with_token(who.name, line);
  if (line.empty() || line.size() > base::limits::kPasswordBytesMax) return ask(chat::LogInFailed{who.name});
  wait_for_worker();
  host_.verify_password(who.password_hash, line, who.wants_scram);
}

void LineSession::log_in_with_token(std::string_view name, std::string_view token) {
  disarm();
  const auto hash = host_.hash_token(token.substr(kTokenPrefix.size()));
  if (!hash) return ask(chat::LogInFailed{std::string(name)});
  ask(chat::LogInWithToken{std::string(name), *hash});
}

void LineSession::on_verified(Verdict verdict, base::ScramKeysPtr scram) {
  verified(verdict, std::move(scram));
  pump();
}

void LineSession::verified(Verdict verdict, base::ScramKeysPtr scram) {
  if (step_ == Step::chatting) return verified_as_operator(verdict);
  if (step_ != Step::password && step_ != Step::old_password) return;
  const chat::Identified& who = dialogue_->identified;
  if (verdict == Verdict::busy) {
    return refuse_step("busy", t_("Too many people are logging in; please try again."));
  }
  if (verdict == Verdict::wrong) return ask(chat::LogInFailed{who.name});
  if (step_ == Step::password) return ask(chat::LogIn{who.account, who.password_hash, {}, std::move(scram)});
  ask_for_changed_password();
}

void LineSession::on_event(const chat::LogInRefused& event) {
  if (event.delay == std::chrono::milliseconds::zero()) return wrong_password();
  waiting_ = true;
  asked_ = kNoCommand;
  arm(TimerFor::verdict, event.delay);
}

/// A script that makes an account says its password twice; run once more, it logs in with the first, and the
/// second must not become a message. So the first line after a password is held against it; and every line of
/// a guest whose password was refused, for he may try to log in once more without having read that he is one.
bool LineSession::is_own_password(std::string_view line) {
  const bool own = password_mark_ != 0 && password_mark_ == mark_of(line);
  if (!guest_) password_mark_ = 0;
  return own;
}

void LineSession::take_new_password(std::string_view line) {
  const bool changing = step_ == Step::changed_password;
  if (line.empty() && !changing) return take_no_password();
  if (line.empty()) return refuse_step("password-empty", t_("A password cannot be empty."));
  password_mark_ = mark_of(line);
  if (line.size() > base::limits::kPasswordBytesMax) {
    return refuse_step("password-too-long",
                       t_("A password has at most {} bytes.", base::limits::kPasswordBytesMax));
  }
  if (line.starts_with(kTokenPrefix)) {
    if (!changing) return log_in_with_token(dialogue_->identified.name, line);
    return refuse_step("password-invalid", t_("A password cannot begin with 'token:'."));
  }
  dialogue_->password = line;
  begin_step(changing ? Step::repeat_changed : Step::repeat_password);
  prompt(t_("The same password again: "), true);
}

void LineSession::take_repeated_password(std::string_view line) {
  if (!same_secret(line, dialogue_->password)) {
    return refuse_step("passwords-differ", t_("The two passwords differ."));
  }
  disarm();
  wait_for_worker();
  password_mark_ = mark_of(line);
  host_.hash_password(std::exchange(dialogue_->password, {}));
}

void LineSession::on_hashed(std::string hash, base::ScramKeysPtr scram) {
  hashed(std::move(hash), std::move(scram));
  pump();
}

void LineSession::hashed(std::string hash, base::ScramKeysPtr scram) {
  if (step_ != Step::repeat_password && step_ != Step::repeat_changed) return;
  if (hash.empty()) return refuse_step("busy", t_("Too many people are logging in; please try again."));
  if (step_ == Step::repeat_password) {
    return ask(chat::Register{dialogue_->identified.name, std::move(hash), std::move(scram)});
  }
  if (guest_) return ask(chat::Register{"", std::move(hash), std::move(scram)});
  ask(chat::SetPassword{std::move(hash), std::move(scram)});
}

void LineSession::on_event(const chat::LoggedIn& event) {
  const bool was_here = !in_login();  // a guest has made an account of his name
  guest_ = event.guest;
  name_ = event.name;
  if (event.new_account) {
    tell(t_("The name {} is yours now; this password is the key to it.", event.name));
  } else if (event.guest && dialogue_->greeting.registration) {
    tell(t_("Hello, {}. You are a guest; /password makes the name yours.", event.name));
  } else if (event.guest) {
    tell(t_("Hello, {}. You are a guest.", event.name));
  } else {
    tell(t_("Hello, {}.", event.name));
  }
  if (event.sessions > 1) {
    tell(t_.plural("You are connected {} time now.", "You are connected {} times now.", event.sessions));
  }
  begin_step(Step::chatting);
  last_input_ = host_.now();
  if (was_here) return answered();
  rate_ = {};  // what it took to come in is not held against him
  tell(t_("What you type is said to the room; /help lists the commands."));
  dialogue_.reset();
  waiting_ = true;  // for the room: a line sent ahead is a message to it
  asked_ = kKind<chat::Join>;
}

// --- /password

void LineSession::on_event(const chat::Credentials& event) {
  dialogue_->identified.name = event.name;
  dialogue_->identified.password_hash = event.password_hash;
  ask_for_old_password();
}

void LineSession::ask_for_old_password() {
  begin_step(Step::old_password);
  prompt(t_("Your present password: "), true);
}

void LineSession::ask_for_changed_password() {
  begin_step(Step::changed_password);
  prompt(t_("New password: "), true);
}

void LineSession::on_event(const chat::PasswordSet&) {
  begin_step(Step::chatting);
  tell(t_("Your password is changed."));
  answered();
}

}  // namespace veche::session

// LineSession: the dialogue about who one is, and the one that changes a password. Every line of it is a
// step; every refusal of a step throws away what was sent ahead (refuse_step).
#include "base/text.h"
#include "session/line_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace veche::session {

using base::N_;

namespace {

constexpr std::string_view kTokenPrefix = "token:";

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
    arm(TimerFor::login, options_.registration_timeout);
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
  const bool guests = dialogue_->greeting.guests;
  const auto& name = event.name;
  if (event.state == chat::NameState::free) {
    begin_step(Step::new_password);
    prompt(guests ? t_("{} is new here. Choose a password, or press Enter to stay a guest: ", name)
                  : t_("{} is new here. Choose a password: ", name),
           true);
  } else {
    begin_step(Step::password);
    const bool guess_guest = !dialogue_->greeting.registration && guests;
    prompt(guess_guest ? t_("Password of {}, or Enter to be a guest: ", name) : t_("Password of {}: ", name),
           true);
  }
}

void LineSession::take_password(std::string_view line) {
  disarm();
  const chat::Identified& who = dialogue_->identified;
  if (step_ == Step::password) {
    if (line.empty() && who.state == chat::NameState::unknown && dialogue_->greeting.guests) {
      return ask(chat::EnterAsGuest{who.name});
    }
    if (line.starts_with(kTokenPrefix)) return log_in_with_token(who.name, line);
  }
  if (line.empty() || line.size() > base::limits::kPasswordBytesMax) return ask(chat::LogInFailed{who.name});
  password_mark_ = mark_of(line);
  wait_for_worker();
  host_.verify_password(who.password_hash, std::string(line));
}

void LineSession::log_in_with_token(std::string_view name, std::string_view token) {
  disarm();
  const auto hash = host_.hash_token(token.substr(kTokenPrefix.size()));
  if (!hash) return ask(chat::LogInFailed{std::string(name)});
  ask(chat::LogInWithToken{std::string(name), *hash});
}

void LineSession::on_verified(Verdict verdict) {
  verified(verdict);
  pump();
}

void LineSession::verified(Verdict verdict) {
  if (step_ == Step::chatting) return verified_as_operator(verdict);
  if (step_ != Step::password && step_ != Step::old_password) return;
  const chat::Identified& who = dialogue_->identified;
  if (verdict == Verdict::busy) {
    return refuse_step("busy", t_("Too many people are logging in; please try again."));
  }
  if (verdict == Verdict::wrong) return ask(chat::LogInFailed{who.name});
  if (step_ == Step::password) return ask(chat::LogIn{who.account, who.password_hash});
  ask_for_changed_password();
}

void LineSession::on_event(const chat::LogInRefused& event) {
  if (event.delay == std::chrono::milliseconds::zero()) return wrong_password();
  waiting_ = true;
  asked_ = kNoCommand;
  arm(TimerFor::verdict, event.delay);
}

void LineSession::wrong_password() {
  if (++wrong_passwords_ >= base::limits::kLoginAttemptsPerSessionMax) {
    return close_with("wrong-password", t_("Too many wrong passwords. Bye."));
  }
  if (step_ == Step::chatting) return refuse_operator("wrong-password", t_("Wrong name or password."));
  const bool named = in_login() && step_ != Step::server_password;
  refuse_step("wrong-password", named ? t_("Wrong name or password.") : t_("Wrong password."));
}

/// A step was refused. What was sent ahead was meant for a course that things did not take, and may hold a
/// password: it is thrown away, and whoever sent it is disconnected. A person is asked again.
void LineSession::refuse_step(std::string_view code, std::string_view text) {
  const bool sent_ahead = lines_.buffered() > 0;
  lines_.discard();
  if (sent_ahead || peer_finished_) return close_with(code, text);
  dialogue_->password.clear();
  if (!in_login()) return refuse_change(code, text);
  err(code, text);
  if (step_ == Step::server_password) return ask_for_server_password();
  ask_for_name();
}

/// A refusal of /password. The lines that it takes if all goes well may still be on their way, from a script
/// that does not wait for answers, and none of them may become a message: so a person is asked again until as
/// many have come, and a program is disconnected.
void LineSession::refuse_change(std::string_view code, std::string_view text) {
  if (bare_) return close_with(code, text);
  err(code, text);
  const unsigned whole = guest_ ? 2 : 3;
  if (dialogue_->lines < whole) {
    return step_ == Step::old_password ? ask_for_old_password() : ask_for_changed_password();
  }
  begin_step(Step::chatting);
  answered();
}

/// A script that makes an account says its password twice; run once more, it logs in with the first, and the
/// second must not become a message. So the first line after a password is held against it.
bool LineSession::is_own_password(std::string_view line) {
  const std::size_t mark = std::exchange(password_mark_, 0);
  return mark != 0 && mark == mark_of(line);
}

void LineSession::take_new_password(std::string_view line) {
  const bool changing = step_ == Step::changed_password;
  if (line.empty() && !changing && dialogue_->greeting.guests) {
    disarm();
    return ask(chat::EnterAsGuest{dialogue_->identified.name});
  }
  if (line.empty()) return refuse_step("password-empty", t_("A password cannot be empty."));
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

void LineSession::on_hashed(std::string hash) {
  hashed(std::move(hash));
  pump();
}

void LineSession::hashed(std::string hash) {
  if (step_ != Step::repeat_password && step_ != Step::repeat_changed) return;
  if (hash.empty()) return refuse_step("busy", t_("Too many people are logging in; please try again."));
  if (step_ == Step::repeat_password) return ask(chat::Register{dialogue_->identified.name, std::move(hash)});
  if (guest_) return ask(chat::Register{"", std::move(hash)});
  ask(chat::SetPassword{std::move(hash)});
}

void LineSession::on_event(const chat::LoggedIn& event) {
  const bool was_here = !in_login();  // a guest has made an account of his name
  guest_ = event.guest;
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

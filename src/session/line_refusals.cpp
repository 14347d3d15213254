// LineSession: a step of the dialogue about who one is was refused. What becomes of the lines behind it, and
// what the next line is.
#include "session/line_session.h"

namespace veche::session {

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
  // The name is gone between two of its passwords: a program sees no prompt, and its next line is a password.
  const bool name_is_lost = waits_for<chat::Identify>() && step_ != Step::name;
  if (sent_ahead || peer_finished_ || (name_is_lost && bare_)) return close_with(code, text);
  dialogue_->password.clear();
  if (!in_login()) return refuse_change(code, text);
  const bool is_said = name_is_lost && dialogue_->refused == code;
  dialogue_->refused = code;
  if (!is_said) err(code, text);
  if (name_is_lost) return ask_for_name();
  ask_again();
}

/// For what was refused. Whoever has not read yet that his password was refused, or says it twice, must not
/// be at the question for a name: a name is seen by all.
void LineSession::ask_again() {
  // The chat refused the account behind the password: it was changed, or taken, or there is no room for it.
  if (waits_for<chat::LogIn>() || waits_for<chat::Register>()) {
    return ask(chat::Identify{dialogue_->identified.name});
  }
  switch (step_) {
    case Step::server_password:
      return ask_for_server_password();
    case Step::password:
    case Step::new_password:
    case Step::repeat_password:
      return ask_for_password();
    default:
      return ask_for_name();
  }
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

}  // namespace veche::session

// LineSession: how one becomes an operator, and the operator's commands, which are another table's
// (control/operator_command.h): a /word that is none of the line protocol's own is handed over as it is.
#include "base/text.h"
#include "session/line_session.h"

#include <fmt/core.h>

#include <algorithm>

namespace veche::session {

/// Lines sent ahead wait for the verdict and are kept whatever it is: unlike those behind a log-in, none of
/// them is a password.
void LineSession::do_oper(std::string_view rest) {
  const auto [name, password] = base::split_word(rest);
  if (password.empty()) return err("usage", t_("Usage: /{} {}", "oper", "NAME PASSWORD"));
  begin_dialogue().identified.name = name;
  if (password.size() > base::limits::kPasswordBytesMax) return ask(chat::LogInFailed{std::string(name)});
  wait_for_worker();
  host_.become_operator(std::string(name), password);
}

void LineSession::verified_as_operator(Verdict verdict) {
  switch (verdict) {
    case Verdict::busy:
      return refuse_operator("busy", t_("Too many people are logging in; please try again."));
    case Verdict::wrong:
      return ask(chat::LogInFailed{dialogue_->identified.name});
    case Verdict::right:
      operator_ = true;
      tell(t_("You are an operator now; /help lists your commands too."));
      return answered();
  }
}

void LineSession::refuse_operator(std::string_view code, std::string_view text) {
  err(code, text);
  answered();
}

/// The following lines wait for its end.
void LineSession::operate(std::string_view word, std::string_view rest) {
  begin_dialogue().operators_command = word;
  wait_for_worker();
  host_.operate(rest.empty() ? std::string(word) : fmt::format("{} {}", word, rest));
}

/// What others wrote may stand in the answers.
void LineSession::on_operator_text(std::string_view lines) {
  if (is_over()) return;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    tell(base::printable(lines.substr(0, end)));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void LineSession::on_operator_end() {
  if (is_over() || !dialogue_) return;
  end_answer(dialogue_->operators_command);
  answered();
  pump();
}

}  // namespace veche::session

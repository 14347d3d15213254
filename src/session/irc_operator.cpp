// IrcSession: operators. OPER takes the names and passwords of the configuration; what they may do is the
// operator's command table (control/operator_command.h), which KILL, KLINE and the like are words for.
#include "base/text.h"
#include "session/irc_encoder.h"
#include "session/irc_name.h"
#include "session/irc_session.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>

namespace veche::session {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "*@192.0.2.7" is an address; anything else a ban's target as it is.
std::string_view ban_target(std::string_view mask) {
  for (const std::string_view any : {"*!*@", "*@"}) {
    if (mask.starts_with(any)) mask.remove_prefix(any.size());
  }
  return mask;
}

}  // namespace

void IrcSession::do_oper(Params p) {
  if (p[1].empty() || p[1].size() > base::limits::kPasswordBytesMax) {
    return ask(chat::LogInFailed{std::string(p[0])});
  }
  task().words.emplace_back(p[0]);
  wait_for_host();
  host_.become_operator(std::string(p[0]), p[1]);
}

void IrcSession::verified_as_operator(Verdict verdict) {
  const std::string name = task().words.empty() ? "" : task().words.front();
  switch (verdict) {
    case Verdict::busy:
      return reply(Numeric::rpl_tryagain, {"OPER"});
    case Verdict::wrong:
      return ask(chat::LogInFailed{name});
    case Verdict::right:
      return ask(chat::HoldOffice{name, host_.operator_may("kick")});
  }
}

bool IrcSession::may_operate(std::string_view command) {
  const bool may = operator_ && host_.operator_may(command);
  if (!may) reply(Numeric::err_noprivileges);
  return may;
}

/// A line of the operator's table; its answer comes as notices.
void IrcSession::operate(std::string line) {
  wait_for_host();
  host_.operate(std::move(line));
}

/// What others wrote may stand in the answers.
void IrcSession::on_operator_text(std::string_view lines) {
  if (is_over()) return;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    notice(base::printable(lines.substr(0, end)));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  flush();
}

void IrcSession::on_operator_end() {
  if (is_over()) return;
  host_answered();
}

void IrcSession::do_kill(Params p) {
  if (!may_operate("kick")) return;
  if (base::casefold(p[0]) == base::casefold(options_.server_name)) return reply(Numeric::err_cantkillserver);
  task().words = {chat_name(p[0]), std::string(p.size() > 1 ? p[1] : "")};
  task().then = &IrcSession::kill;
  chat::AskPeople who;
  who.names.push_back(task().words[0]);
  ask(std::move(who));
}

/// He was asked for first, for 401 is what a client expects.
void IrcSession::kill() {
  if (task().flag) operate(fmt::format("kick {} {}", task().words[0], task().words[1]));
}

void IrcSession::do_rehash(Params) {
  if (!may_operate("reload")) return;
  reply(Numeric::rpl_rehashing, {"veche.toml"});
  operate("reload");
}

/// Any command of the table, which knows itself who may give it.
void IrcSession::do_veche(Params p) {
  if (!operator_) return reply(Numeric::err_noprivileges);
  std::string line;
  for (const std::string_view word : p) line += std::string(line.empty() ? "" : " ") + std::string(word);
  operate(std::move(line));
}

/// [<minutes>] <target> [:<reason>]
void IrcSession::ban(Params p) {
  if (!may_operate("ban")) return;
  const bool timed = p.size() > 1 && is_number(p[0]);
  const std::string lasts = timed && p[0] != "0" ? fmt::format(" --for {}m", p[0]) : "";
  if (timed) p = p.subspan(1);
  operate(fmt::format("ban {}{} {}", ban_target(p[0]), lasts, p.size() > 1 ? p[1] : ""));
}

void IrcSession::unban(Params p) {
  if (may_operate("unban")) operate(fmt::format("unban {}", ban_target(p[0])));
}

void IrcSession::do_kline(Params p) { ban(p); }
void IrcSession::do_dline(Params p) { ban(p); }
void IrcSession::do_unkline(Params p) { unban(p); }
void IrcSession::do_undline(Params p) { unban(p); }

void IrcSession::do_wallops(Params p) {
  if (!operator_) return reply(Numeric::err_noprivileges);
  if (p[0].empty()) return need_more("WALLOPS");
  ask(chat::Wallop{std::string(p[0])});
}

void IrcSession::on_event(const chat::Walloped& event) {
  std::string out;
  {
    wire::IrcWriter line(out);
    write_source(line, event.by.get(), moment());
    line.command("WALLOPS").trailing(event.text);
  }
  is_me(event.by) && waiting_ ? answer_lines(out) : happen_lines(out);
}

}  // namespace veche::session

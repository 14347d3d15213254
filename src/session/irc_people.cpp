// IrcSession: who there is (modern.ircdocs.horse, "User-Based Queries"; IRCv3 WHOX). Questions here, answers
// in irc_people_answers.cpp.
#include "session/irc_list.h"
#include "session/irc_name.h"
#include "session/irc_session.h"

#include <charconv>
#include <string>
#include <utility>

namespace veche::session {
namespace {

constexpr std::size_t kUserhostMax = 5;  // RFC 2812 section 4.8

}  // namespace

/// WHO <mask> [o] [%fields[,token]]; without a mask, or with `*` or `0`, everybody.
void IrcSession::do_who(Params p) {
  const std::string_view mask = p.empty() || p[0].empty() || p[0] == "0" ? std::string_view("*") : p[0];
  task().words.emplace_back(p.empty() ? std::string_view("*") : p[0]);
  for (const std::string_view option : p.subspan(std::min<std::size_t>(1, p.size()))) {
    const std::size_t percent = option.find('%');
    if (percent != option.npos) task().fields = option.substr(percent + 1);
    task().flag = task().flag || option.substr(0, percent).find('o') != option.npos;  // operators only
  }
  task().then = &IrcSession::end_who;
  chat::AskPeople who;
  const bool exact = mask.find_first_of("*?") == mask.npos;
  using By = chat::AskPeople::By;
  who.by = is_channel(mask) ? By::room : exact ? By::names : By::mask;
  who.names.push_back(chat_name(mask));
  ask(std::move(who));
}

void IrcSession::end_who() { reply(Numeric::rpl_endofwho, {task_->words[0]}); }

/// WHOIS [<server>] <nick>[,<nick>]: there is one server.
void IrcSession::do_whois(Params p) {
  if (p.empty() || p.back().empty()) return reply(Numeric::err_nonicknamegiven);
  if (p.size() > 1 && !is_nickname(p[0]) && !is_this_server(p, 0)) return;
  std::size_t left = base::limits::kTargetsMax;
  for_each_target(p.size() > 1 ? p[1] : p[0], [&](std::string_view nick) {
    if (left == 0) return;
    --left;
    if (is_service_shown(nick)) return;
    task().words.emplace_back(nick);
    chat::AskPeople who;
    who.names.push_back(chat_name(nick));
    ask(std::move(who));
  });
}

void IrcSession::do_whowas(Params p) {
  if (p.empty() || p[0].empty()) return reply(Numeric::err_nonicknamegiven);
  int count = 0;
  if (p.size() > 1) std::from_chars(p[1].data(), p[1].data() + p[1].size(), count);
  task().words.emplace_back(p[0]);
  ask(chat::AskPast{chat_name(p[0]), static_cast<std::size_t>(std::max(count, 0))});  // not positive: all
}

void IrcSession::do_userhost(Params p) {
  chat::AskPeople who;
  for (const std::string_view nick : p) {
    if (who.names.size() < kUserhostMax) who.names.push_back(chat_name(nick));
  }
  ask(std::move(who));
}

void IrcSession::do_ison(Params p) {
  chat::AskPeople who;
  for (std::string_view list : p) {  // several parameters, or one with spaces
    while (!list.empty()) {
      const std::string_view nick = list.substr(0, list.find(' '));
      list.remove_prefix(std::min(nick.size() + 1, list.size()));
      if (!nick.empty()) who.names.push_back(chat_name(nick));
    }
  }
  ask(std::move(who));
}

}  // namespace veche::session

// IrcSession: how the services are spoken to, and how they answer.
#include "session/irc_services.h"

#include "base/text.h"
#include "session/irc_encoder.h"
#include "session/irc_name.h"
#include "session/line_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace veche::session {
namespace {

bool same_word(std::string_view a, std::string_view b) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return upper(x) == upper(y); });
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (;;) {
    const auto [word, rest] = base::split_word(text);
    if (word.empty()) return words;
    words.push_back(word);
    text = rest;
  }
}

/// There may be a password in it.
base::Secret joined(std::span<const std::string_view> words) {
  base::Secret text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += " ";
    text += word;
  }
  return text;
}

}  // namespace

const IrcErrand* IrcService::errand(std::string_view word) const {
  const auto found = std::find_if(errands.begin(), errands.end(),
                                  [&](const IrcErrand& e) { return same_word(e.name, word); });
  return found == errands.end() ? nullptr : &*found;
}

const IrcService* IrcService::called(std::string_view nick) {
  for (const IrcService* service : {&nickserv(), &chanserv()}) {
    if (same_word(service->name, nick)) return service;
  }
  return nullptr;
}

// --- what is said to them

void IrcSession::do_chanserv(Params p) { speak_to_service(IrcService::chanserv(), joined(p)); }
void IrcSession::do_nickserv(Params p) { speak_to_service(IrcService::nickserv(), joined(p)); }

/// True: `targets` is a service, and has been spoken to. An errand takes the line's whole time, so it has to
/// be its only target. What is no message to it (NOTICE, TAGMSG) is nothing.
bool IrcSession::is_said_to_service(std::string_view targets, std::string_view text, chat::MessageKind kind,
                                    bool tags_only) {
  const IrcService* service = IrcService::called(targets);
  if (service == nullptr) return false;
  if (tags_only) return true;
  if (wants(Cap::echo_message)) echo_to_service(*service, text, kind);
  const bool is_ctcp = text.starts_with('\x01');
  if (kind == chat::MessageKind::text && !is_ctcp) speak_to_service(*service, text);
  return true;
}

/// IRCv3 echo-message: as it was understood.
void IrcSession::echo_to_service(const IrcService& service, std::string_view text, chat::MessageKind kind) {
  std::string out;
  write_message(out, caps_, {host_.wall_time(), self_.get(), {}, {}}, *self_, kind, service.name, text);
  answer_lines(out);
}

void IrcSession::speak_to_service(const IrcService& service, std::string_view text) {
  task().service = &service;
  const std::vector<std::string_view> words = words_of(text);
  if (words.empty()) return service_help({});
  const IrcErrand* errand = service.errand(words[0]);
  if (errand == nullptr) {
    return service_notice(
        fmt::format("There is no command {}; HELP lists those there are.", base::printable(words[0])));
  }
  const Params p = Params(words).subspan(1);
  if (p.size() < errand->parameters) return service_notice(errand->help);
  task().errand = errand;
  (this->*errand->run)(p);
}

// --- what they say

void IrcSession::service_notice(std::string_view text) {
  const std::string_view name = task().service->name;
  answer([&](wire::IrcWriter& line) {
    if (wants(Cap::server_time)) line.tag("time", server_time_text(host_.wall_time()));
    line.source(name, name, options_.server_name).command("NOTICE").middle(nick()).trailing(text);
  });
}

void IrcSession::service_help(Params p) {
  const IrcService& service = *task().service;
  const IrcErrand* errand = p.empty() ? nullptr : service.errand(p[0]);
  if (errand != nullptr) return service_notice(errand->help);
  for (const IrcErrand& row : service.errands) {
    if (row.help.starts_with(row.name)) service_notice(row.help);
  }
  service_notice(
      fmt::format("Each is given as /msg {} COMMAND, or /{} COMMAND.", service.name, service.command));
}

/// True: it was a service's errand that was refused, and the client has been told.
bool IrcSession::is_service_refused(const chat::Refused& event) {
  if (!is_on_errand() || event.about == chat::kind_of<chat::Say>()) return false;
  task_->then = nullptr;
  if (event.why == chat::Refusal::accounts_only) {
    service_notice("That needs an account: /NS IDENTIFY, or /NS REGISTER.");
    return true;
  }
  const Words words = words_for(event.why);
  const std::string_view subject = event.subject;
  if (subject.empty()) {
    service_notice(words.english);
  } else {
    service_notice(fmt::format("{}: {}", subject.starts_with('#') ? irc_channel(subject) : irc_nick(subject),
                               words.english));
  }
  return true;
}

/// WHOIS of a service. False: `nick` is none.
bool IrcSession::is_service_shown(std::string_view nick) {
  const IrcService* service = IrcService::called(nick);
  if (service == nullptr) return false;
  const std::string_view name = service->name;
  reply_text(Numeric::rpl_whoisuser, {name, name, options_.server_name, "*"}, service->about);
  reply_text(Numeric::rpl_whoisserver, {name, options_.server_name}, options_.network);
  reply(Numeric::rpl_endofwhois, {nick});
  return true;
}

}  // namespace veche::session

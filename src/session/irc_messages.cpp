// IrcSession: PRIVMSG, NOTICE and TAGMSG (modern.ircdocs.horse, "Sending Messages"; IRCv3 message-tags,
// echo-message). What is said to a channel that one is in has no answer and is not waited for.
#include "base/text.h"
#include "session/irc_commands.h"
#include "session/irc_encoder.h"
#include "session/irc_list.h"
#include "session/irc_modes.h"
#include "session/irc_name.h"
#include "session/irc_session.h"

#include <fmt/core.h>

#include <string>
#include <utility>

namespace veche::session {
namespace {

/// CTCP ACTION, and its text.
constexpr std::string_view kActionBegin =
    "\x01"
    "ACTION ";

bool take_action(std::string_view& text) {
  if (!text.starts_with(kActionBegin)) return false;
  text.remove_prefix(kActionBegin.size());
  if (text.ends_with('\x01')) text.remove_suffix(1);
  return true;
}

/// Those of a client's tags that go on to others: "+typing=active;+draft/reply=x".
std::string client_only(std::string_view tags) {
  std::string kept;
  wire::for_each_tag(tags, [&](std::string_view key, std::string_view value) {
    if (!key.starts_with('+') || key.size() < 2) return;
    if (!kept.empty()) kept += ';';
    kept += key;
    if (value.empty()) return;
    kept += '=';
    kept += value;
  });
  return kept;
}

}  // namespace

void IrcSession::do_privmsg(Params p) { speak("PRIVMSG", p, chat::MessageKind::text, false); }
void IrcSession::do_notice(Params p) { speak("NOTICE", p, chat::MessageKind::notice, false); }
void IrcSession::do_tagmsg(Params p) { speak("TAGMSG", p, chat::MessageKind::text, true); }

/// Errors of NOTICE are not told (RFC 2812 section 3.3.2).
void IrcSession::speak(std::string_view command, Params p, chat::MessageKind kind, bool tags_only) {
  const bool silent = kind == chat::MessageKind::notice;
  if (p.empty() || p[0].empty()) {
    if (!silent)
      reply_text(Numeric::err_norecipient, {}, "No recipient given (" + std::string(command) + ")");
    return;
  }
  std::string_view text = !tags_only && p.size() > 1 ? p[1] : std::string_view();
  if (!tags_only && text.empty()) {
    if (!silent) reply(Numeric::err_notexttosend);
    return;
  }
  if (is_said_to_service(p[0], text, kind, tags_only)) return;
  if (tags_only && (!task_ || client_only(task_->tags).empty())) return;
  if (kind == chat::MessageKind::text && take_action(text)) kind = chat::MessageKind::action;
  std::size_t left = base::limits::kTargetsMax;
  bool too_many = false;
  for_each_target(p[0], [&](std::string_view target) {
    if (left == 0) {
      if (!silent && !too_many) reply(Numeric::err_toomanytargets, {target});
      too_many = true;
      return;
    }
    --left;
    speak_to(target, text, kind, tags_only);
  });
}

void IrcSession::speak_to(std::string_view target, std::string_view text, chat::MessageKind kind,
                          bool tags_only) {
  const bool labelled = task_ && !task_->label.empty();
  const bool echo = wants(Cap::echo_message);
  const std::string tags = task_ ? client_only(task_->tags) : std::string();
  const chat::NamedRoom* const room = is_channel(target) ? room_called(target) : nullptr;
  // A refusal of what is not waited for cannot be told from another's: a notice, whose refusals are not told,
  // is.
  if (room != nullptr && tags.empty() && !tags_only && kind != chat::MessageKind::notice) {
    chat::Say body{room->id, kind, std::string(text), echo};
    if (labelled || echo) return ask(std::move(body));
    return say(std::move(body));
  }
  auto utterance = std::make_shared<chat::Utterance>();
  utterance->kind = kind;
  utterance->text = text;
  utterance->tags = tags;
  utterance->tags_only = tags_only;
  utterance->echo = echo;
  if (!is_channel(target) && target.size() > 1) {  // STATUSMSG: "@#channel"
    const auto rank = rank_of_prefix(target[0]);
    if (rank && is_channel(target.substr(1))) {
      utterance->to = chat::bit(*rank);
      target.remove_prefix(1);
    }
  }
  ask(chat::Speak{chat_name(target), std::move(utterance)});
}

// --- what has been said, as far as it comes to this session by itself

void IrcSession::on_event(const chat::Said& event) { show_event(event, is_me(event.person)); }
void IrcSession::on_event(const chat::Tagged& event) {
  show_event(event, is_me(event.person) && is_echo(event.target));
}

/// Of what one sends to oneself the first copy is the delivery, the second the echo (IRCv3 echo-message).
bool IrcSession::is_echo(std::string_view receiver) {
  if (!waiting_) return false;
  if (!is_my_name(receiver)) return true;
  return std::exchange(task().flag, !task().flag);
}

void IrcSession::on_event(const chat::Told& event) {
  const bool own = is_me(event.person) && is_echo(event.receiver);
  std::string out;
  write_message(
      out, caps_,
      {event.time, event.person.get(),
       wants(Cap::message_tags) ? passing_id_text(event.serial, event.time) : std::string(), event.tags},
      *event.person, event.kind, irc_nick(event.receiver), event.text);
  if (own) {
    answer_lines(out);
  } else {
    happen_lines(out);
  }
}

void IrcSession::on_event(const chat::AwayNoted& event) {
  reply_text(Numeric::rpl_away, {irc_nick(event.name)}, event.text);
}

void IrcSession::on_event(const chat::AskedToBeAccepted& event) {
  append_reply(out_, Numeric::rpl_umodegmsg,
               {irc_nick(event.by->name), event.by->username + "@" + event.by->host},
               fmt::format("is messaging you, and you have umode +g. Use /ACCEPT +{} to allow",
                           irc_nick(event.by->name)));
}

}  // namespace veche::session

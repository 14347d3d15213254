// IrcSession: why something was not done, as a numeric (irc_numeric.h) or a standard reply.
#include "chat/event.h"
#include "session/irc_name.h"
#include "session/irc_session.h"
#include "session/line_words.h"

#include <fmt/core.h>

namespace veche::session {
namespace {

using chat::Refusal;

bool is_about_speech(std::size_t about) {
  return about == chat::kind_of<chat::Say>() || about == chat::kind_of<chat::Speak>();
}

}  // namespace

void IrcSession::on_event(const chat::Refused& event) {
  if (refused_to_prove(event) || refused_to_enter(event) || is_service_refused(event)) return;
  // What was said to a channel is not waited for: its refusal is no answer to the line that is.
  if (event.about == chat::kind_of<chat::Say>() && !(waiting_ && is_doing("PRIVMSG"))) {
    std::unique_ptr<Task> aside = std::move(task_);
    refuse(event);
    task_ = std::move(aside);
    return;
  }
  if (event.about == chat::kind_of<chat::Speak>() && is_doing("NOTICE")) return;  // RFC 2812 section 3.3.2
  refuse(event);
}

/// Of a mask that MODE named.
std::string IrcSession::letter_of_mask(std::string_view pattern) const {
  for (const std::string& word : task_ ? task_->words : std::vector<std::string>()) {
    if (std::string_view(word).substr(1) == pattern) return word.substr(0, 1);
  }
  return "b";
}

/// Those that a command named from `first` on, as the client wrote them.
std::string IrcSession::names_from(std::string_view first) const {
  std::string list;
  for (const std::string& name : task_ ? task_->words : std::vector<std::string>()) {
    if (list.empty() && chat_name(name) != first) continue;
    list += (list.empty() ? "" : ",") + name;
  }
  return list;
}

void IrcSession::refuse(const chat::Refused& event) {
  const std::string first = task_ && !task_->words.empty() ? task_->words.front() : std::string();
  const std::string subject = event.subject.empty()       ? first
                              : is_channel(event.subject) ? irc_channel(event.subject)
                                                          : irc_nick(event.subject);
  const std::string channel = first.empty() ? subject : first;
  const bool about_room = is_channel(subject);
  if (is_doing("KICK") && task_ && !task_->words.empty()) task_->words.erase(task_->words.begin());
  switch (event.why) {
    case Refusal::name_empty:
    case Refusal::name_too_long:
    case Refusal::name_not_utf8:
    case Refusal::name_unseen:
    case Refusal::name_bad_start:
    case Refusal::name_reserved:
    case Refusal::name_banned:
      return reply(Numeric::err_erroneusnickname, {subject});
    case Refusal::name_in_use:
      return reply(Numeric::err_nicknameinuse, {subject});
    case Refusal::name_registered:
      return reply_text(Numeric::err_nicknameinuse, {subject}, "Nickname is reserved by an account");
    case Refusal::guests_only:
      return reply_text(Numeric::err_unknownerror, {"NICK"}, "You are called as your account is");
    case Refusal::room_name:
      if (is_doing("RENAME")) {
        return standard_reply("FAIL", "RENAME", "CANNOT_RENAME", {task().words[0], task().words[1]},
                              "That is not a channel's name");
      }
      return reply(Numeric::err_nosuchchannel, {event.subject});
    case Refusal::no_such_person:
      return reply(Numeric::err_nosuchnick, {subject});
    case Refusal::message_empty:
      if (is_doing("WALLOPS")) return need_more("WALLOPS");
      return reply(Numeric::err_notexttosend);
    case Refusal::no_such_room:
      if (is_doing("NAMES")) return reply(Numeric::rpl_endofnames, {subject});
      return reply(Numeric::err_nosuchchannel, {subject});
    case Refusal::not_in_room:
      return reply(Numeric::err_notonchannel, {subject});
    case Refusal::too_many_rooms:
      return reply(Numeric::err_toomanychannels, {subject});
    case Refusal::room_full:
      return reply(Numeric::err_channelisfull, {subject});
    case Refusal::invitation_needed:
      return reply(Numeric::err_inviteonlychan, {subject});
    case Refusal::banned_from_room:
      return reply(Numeric::err_bannedfromchan, {subject});
    case Refusal::wrong_key:
      return reply(Numeric::err_badchannelkey, {subject});
    case Refusal::account_needed:
      return reply(Numeric::err_needreggednick, {subject});
    case Refusal::rank_needed:
      return reply(Numeric::err_chanoprivsneeded, {subject});
    case Refusal::may_not_speak:
      return reply(Numeric::err_cannotsendtochan, {subject});
    case Refusal::notices_off:
      return reply_text(Numeric::err_cannotsendtochan, {subject}, "Cannot send to channel (no notices: +T)");
    case Refusal::queries_off:
      return reply_text(Numeric::err_cannotsendtochan, {subject}, "Cannot send to channel (no CTCP: +C)");
    case Refusal::muted:
      return reply_text(Numeric::err_cannotsendtochan, {subject.empty() ? "*" : subject},
                        event.reason.empty() ? "You are muted" : "You are muted: " + event.reason);
    case Refusal::too_fast:
      return reply_text(
          Numeric::err_cannotsendtochan, {subject.empty() ? "*" : subject},
          fmt::format("Slow mode: you may speak again in {} seconds", event.retry_after.count()));
    case Refusal::renames_too_fast:
      return reply_text(
          Numeric::err_nicktoofast, {subject},
          fmt::format("Nick change too fast. Please wait {} seconds", event.retry_after.count()));
    case Refusal::joins_too_fast:
      return reply(Numeric::rpl_tryagain, {"JOIN"});
    case Refusal::room_throttled:
      return reply(Numeric::err_throttle, {subject});
    case Refusal::renames_off:
      return reply(Numeric::err_nonickchange, {subject});
    case Refusal::member_not_in_room:
      return reply(Numeric::err_usernotinchannel, {subject, channel});
    case Refusal::already_in_room:
      if (is_doing("KNOCK")) return reply(Numeric::err_knockonchan, {subject});
      return reply(Numeric::err_useronchannel, {subject, channel});
    case Refusal::list_full:
      return reply(Numeric::err_banlistfull, {channel, letter_of_mask(event.subject)});
    case Refusal::no_such_entry:
      return;
    case Refusal::bad_forward:
      return reply_text(Numeric::err_invalidmodeparam, {channel, "f", subject},
                        "There is no such channel, or you are no operator of it");
    case Refusal::room_exists:
      if (is_doing("RENAME")) {
        return standard_reply("FAIL", "RENAME", "CHANNEL_NAME_IN_USE", {task().words[0], task().words[1]},
                              "There is a channel of that name");
      }
      return;
    case Refusal::knock_needless:
      return reply(Numeric::err_chanopen, {subject});
    case Refusal::knock_too_soon:
      return reply(Numeric::err_toomanyknock, {subject});
    case Refusal::knocks_off:
      return reply(Numeric::err_knockdisabled, {subject});
    case Refusal::asks_first:
      reply(Numeric::rpl_targumodeg, {subject});
      return reply(Numeric::rpl_targnotify, {subject});
    case Refusal::asked_already:
      return reply(Numeric::rpl_targumodeg, {subject});
    case Refusal::guests_only_answer:
      return reply_text(Numeric::err_needreggednick, {subject}, "Private messages need an account here");
    case Refusal::takes_accounts_only:
      return reply_text(Numeric::err_needreggednick, {subject},
                        "takes private messages from accounts only (+R)");
    case Refusal::not_an_operator:
      return reply(Numeric::err_noprivileges);
    case Refusal::watch_full:
      return reply(Numeric::err_monlistfull, {std::to_string(options_.monitor), names_from(event.subject)});
    case Refusal::accept_full:
      return reply(Numeric::err_acceptfull);
    case Refusal::accepted_already:
      return reply(Numeric::err_acceptexist, {subject});
    case Refusal::not_accepted:
      return reply(Numeric::err_acceptnot, {subject});
    case Refusal::message_too_long:
    case Refusal::disk_full:
    case Refusal::not_stored:
      if (is_about_speech(event.about) && about_room) {
        return reply_text(Numeric::err_cannotsendtochan, {subject}, words_for(event.why).english);
      }
      [[fallthrough]];
    default:
      return reply_text(Numeric::err_unknownerror, {doing()}, words_for(event.why).english);
  }
}

}  // namespace veche::session

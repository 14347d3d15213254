// IrcSession: coming into channels, leaving them, and what is asked of them (modern.ircdocs.horse, "Channel
// Operations"). What the chat answers: irc_channel_answers.cpp.
#include "base/text.h"
#include "base/text_cut.h"
#include "chat/name.h"
#include "session/irc_list.h"
#include "session/irc_name.h"
#include "session/irc_session.h"

#include <algorithm>
#include <string>
#include <utility>

namespace veche::session {
namespace {

std::string cut(std::string_view text, std::size_t bytes_max) {
  return std::string(text.substr(0, base::utf8_floor(text, bytes_max)));
}

}  // namespace

const chat::NamedRoom* IrcSession::room_called(std::string_view channel) const {
  const auto exact =
      std::find_if(rooms_.begin(), rooms_.end(), [&](const auto& room) { return room.name == channel; });
  if (exact != rooms_.end()) return &*exact;
  const auto folded = chat::fold_name(chat_name(channel));
  for (const chat::NamedRoom& room : rooms_) {
    if (folded && chat::fold_name(room.name) == folded) return &room;
  }
  return nullptr;
}

/// RFC 2812 section 3.2.1; "0" leaves all.
void IrcSession::do_join(Params p) {
  if (p[0] == "0") {
    for (const chat::NamedRoom& room : rooms_) ask(chat::Leave{room.id, {}});
    return;
  }
  std::string_view keys = p.size() > 1 ? p[1] : std::string_view();
  for_each_target(p[0], [&](std::string_view channel) {
    const std::string_view key = keys.substr(0, keys.find(','));
    keys.remove_prefix(std::min(key.size() + 1, keys.size()));
    ask(chat::Join{chat_name(channel), std::string(key)});
  });
}

void IrcSession::do_part(Params p) {
  const std::string reason = p.size() > 1 ? cut(p[1], options_.kick_length) : "";
  for_each_target(p[0], [&](std::string_view channel) {
    if (const chat::NamedRoom* room = room_called(channel)) return ask(chat::Leave{room->id, reason});
    ask(chat::AskRoom{chat_name(channel), false});  // it is not there, or he is not in it
  });
}

/// RFC 2812 section 3.2.8: one channel and several people, or as many channels as people.
void IrcSession::do_kick(Params p) {
  const std::string reason = p.size() > 2 ? cut(p[2], options_.kick_length) : "";
  std::string_view channels = p[0];
  std::string_view channel;
  std::size_t left = base::limits::kTargetsMax;
  for_each_target(p[1], [&](std::string_view nick) {
    if (!channels.empty()) {
      channel = channels.substr(0, channels.find(','));
      channels.remove_prefix(std::min(channel.size() + 1, channels.size()));
    }
    if (left == 0) return;
    --left;
    task().words.emplace_back(channel);
    ask(chat::Expel{chat_name(channel), chat_name(nick), reason});
  });
}

void IrcSession::do_topic(Params p) {
  if (p.size() < 2) return ask(chat::AskRoom{chat_name(p[0]), false});
  ask(chat::SetTopic{chat_name(p[0]), cut(p[1], options_.topic_length)});
}

void IrcSession::do_names(Params p) {
  if (p.empty()) return reply(Numeric::rpl_endofnames, {"*"});
  std::size_t left = base::limits::kTargetsMax;
  for_each_target(p[0], [&](std::string_view channel) {
    if (left == 0) return;
    --left;
    ask(chat::AskRoom{chat_name(channel), true});
  });
}

/// ELIST: conditions are kept in the task, and sifted when the chat has answered (irc_list.h).
void IrcSession::do_list(Params p) {
  chat::AskRoomsView question;
  if (!p.empty()) {
    for_each_target(p[0], [&](std::string_view word) {
      if (is_channel(word) && word.find_first_of("*?") == word.npos) {
        question.names.push_back(chat_name(word));
      } else {
        task().words.emplace_back(word);
      }
    });
  }
  ask(std::move(question));
}

void IrcSession::do_invite(Params p) {
  task().words.emplace_back(p[1]);
  ask(chat::Invite{chat_name(p[1]), chat_name(p[0])});
}

void IrcSession::do_knock(Params p) {
  ask(chat::Knock{chat_name(p[0]), p.size() > 1 ? cut(p[1], options_.kick_length) : ""});
}

/// IRCv3 draft/channel-rename.
void IrcSession::do_rename(Params p) {
  task().words = {std::string(p[0]), std::string(p[1])};
  ask(chat::RenameRoom{chat_name(p[0]), chat_name(p[1]),
                       p.size() > 2 ? cut(p[2], options_.kick_length) : ""});
}

}  // namespace veche::session

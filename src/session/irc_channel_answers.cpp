// IrcSession: what the chat answers about channels: JOIN with its topic and names, lists, modes.
#include "chat/name.h"
#include "session/irc_encoder.h"
#include "session/irc_list.h"
#include "session/irc_modes.h"
#include "session/irc_name.h"
#include "session/irc_session.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

namespace veche::session {
namespace {

std::string seconds_text(base::WallTime time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

}  // namespace

/// JOIN, the topic, the names (modern.ircdocs.horse, "JOIN message").
void IrcSession::on_event(const chat::Joined& event) {
  if (event.again) return;
  self_ = event.self;
  rooms_.push_back({event.room, event.name});
  const std::string channel = irc_channel(event.name);
  std::string out;
  chat::Arrived arrived{event.name, event.user, event.self, {}, {}, 0, host_.wall_time()};
  arrived.realname = event.realname;
  encode_irc(chat::Event(arrived), caps_, moment(), out);
  append_topic(out, channel, event.state);
  if (!wants(Cap::no_implicit_names)) append_names(out, channel, event.roster, event.state);
  if (waiting_ && is_doing("JOIN")) {
    answer_lines(out);
  } else {  // another connection of his has joined, or he came back to where he is
    happen_lines(out);
  }
}

void IrcSession::append_topic(std::string& out, std::string_view channel,
                              const chat::RoomStatePtr& state) const {
  if (!state || state->topic.text.empty()) return;
  append_reply(out, Numeric::rpl_topic, {channel}, state->topic.text);
  wire::IrcWriter line(out);
  begin_numeric(line, Numeric::rpl_topicwhotime);
  line.echo(channel).echo(state->topic.by).middle(seconds_text(state->topic.at));
}

void IrcSession::append_names(std::string& out, std::string_view channel, const chat::Roster& roster,
                              const chat::RoomStatePtr& state) const {
  const bool secret = state && state->has(chat::RoomFlag::secret);
  const bool hidden = state && state->has(chat::RoomFlag::private_);
  const std::string_view symbol = secret ? "@" : hidden ? "*" : "=";
  const bool all_prefixes = wants(Cap::multi_prefix), with_hosts = wants(Cap::userhost_in_names);
  constexpr std::size_t kAhead = 4;  // people stand all over the memory
  std::string name;
  for (std::size_t i = 0; i < roster.size();) {
    wire::IrcWriter line(out);
    begin_numeric(line, Numeric::rpl_namreply);
    line.middle(symbol).echo(channel).trailing("");
    for (bool first = true; i < roster.size(); ++i, first = false) {
      const chat::RosterEntry& entry = roster[i];
      if (i + kAhead < roster.size()) __builtin_prefetch(roster[i + kAhead].person.get());
      name = first ? "" : " ";
      if (entry.ranks != 0) name += rank_prefixes(entry.ranks, all_prefixes);
      name += with_hosts ? mask_of(*entry.person) : irc_nick(entry.person->name);
      if (!first && name.size() > line.room()) break;
      line.more(name);
    }
  }
  append_reply(out, Numeric::rpl_endofnames, {channel}, text_of(Numeric::rpl_endofnames));
}

void IrcSession::on_event(const chat::Left& event) {
  std::erase_if(rooms_, [&](const auto& room) { return room.id == event.room; });
  // Who becomes another account leaves his rooms before he joins that one's: in this order, labelled or not.
  const bool is_answer = is_doing("PART") || is_doing("JOIN");
  show_event(chat::Departed{event.name, event.user, event.reason, event.self, host_.wall_time()}, is_answer);
}

void IrcSession::on_event(const chat::Expelled& event) {
  if (is_me(event.by) && is_doing("KICK") && task_ && !task_->words.empty())
    task_->words.erase(task_->words.begin());
  if (is_my_name(event.name)) std::erase_if(rooms_, [&](const auto& room) { return room.id == event.id; });
  show_event(event, is_me(event.by));
}

void IrcSession::on_event(const chat::TopicSet& event) { show_event(event, is_me(event.by)); }
void IrcSession::on_event(const chat::RoomChanged& event) { show_event(event, is_me(event.by)); }

/// IRCv3 draft/channel-rename; without it the client sees himself leave one and join another.
void IrcSession::on_event(const chat::RoomRenamed& event) {
  bool is_in = false;
  for (chat::NamedRoom& room : rooms_) {
    if (room.id != event.id) continue;
    room.name = event.new_name;
    is_in = true;
  }
  const std::string old_channel = irc_channel(event.old_name);
  const std::string new_channel = irc_channel(event.new_name);
  std::string out;
  if (wants(Cap::channel_rename)) {
    wire::IrcWriter line(out);
    write_tags(line, caps_, {event.time, event.by.get(), {}, {}});
    write_source(line, event.by.get(), moment());
    line.command("RENAME").middle(old_channel).middle(new_channel).trailing(event.reason);
  } else if (!is_in) {  // an operator of the server: he has neither left nor joined
    return notice(fmt::format("{} is called {} now.", old_channel, new_channel));
  } else if (chat::fold_name(event.old_name) != chat::fold_name(event.new_name)) {
    chat::Departed departed{event.old_name, self_->name, event.reason, self_, event.time};
    encode_irc(chat::Event(std::move(departed)), caps_, moment(), out);
    chat::Arrived arrived{event.new_name, self_->name, self_, {}, {}, 0, event.time};
    encode_irc(chat::Event(std::move(arrived)), caps_, moment(), out);
    append_topic(out, new_channel, event.state);
    append_names(out, new_channel, event.roster, event.state);
  }
  if (is_me(event.by)) {
    answer_lines(out);
  } else {
    happen_lines(out);
  }
}

/// 470 (RPL of servers with +f).
void IrcSession::on_event(const chat::Forwarded& event) {
  reply(Numeric::err_linkchannel, {irc_channel(event.from), irc_channel(event.to)});
}

void IrcSession::on_event(const chat::Invited& event) {
  const std::string channel = irc_channel(event.room);
  const std::string nick = irc_nick(event.name);
  if (is_me(event.by)) {
    answer([&](wire::IrcWriter& line) {
      begin_numeric(line, Numeric::rpl_inviting);
      line.middle(nick).echo(channel);
    });
    if (!event.away.empty()) reply_text(Numeric::rpl_away, {nick}, event.away);
    return;
  }
  if (!is_my_name(event.name) && !wants(Cap::invite_notify)) return;
  wire::IrcWriter line(out_);
  write_tags(line, caps_, {event.time, event.by.get(), {}, {}});
  write_source(line, event.by.get(), moment());
  line.command("INVITE").middle(nick).middle(channel);
}

void IrcSession::on_event(const chat::Knocked& event) {
  const std::string channel = irc_channel(event.room);
  if (is_me(event.by)) return reply(Numeric::rpl_knockdlvr, {channel});
  const std::string text = event.text.empty() ? std::string(text_of(Numeric::rpl_knock))
                                              : fmt::format("has asked for an invite: {}", event.text);
  append_reply(out_, Numeric::rpl_knock, {channel, mask_of(*event.by)}, text);
}

// --- what a room is

void IrcSession::on_event(const chat::RoomView& event) {
  const std::string channel = irc_channel(event.name);
  std::string out;
  if (is_doing("NAMES")) {
    append_names(out, channel, event.roster, event.state);
  } else if (is_doing("PART")) {
    append_reply(out, Numeric::err_notonchannel, {channel}, text_of(Numeric::err_notonchannel));
  } else if (is_doing("TOPIC")) {
    append_topic(out, channel, event.state);
    if (out.empty()) append_reply(out, Numeric::rpl_notopic, {channel}, text_of(Numeric::rpl_notopic));
  } else if (is_doing("MODE") && task().flag) {
    for (const char letter : task().fields) append_mask_list(out, letter, event);
  } else if (is_doing("MODE")) {
    const ModeText modes = room_mode_text(event.state.get(), event.member);
    {
      wire::IrcWriter line(out);
      begin_numeric(line, Numeric::rpl_channelmodeis);
      line.echo(channel).middle(modes.letters);
      for (const std::string& parameter : modes.parameters) line.echo(parameter);
    }
    wire::IrcWriter line(out);
    begin_numeric(line, Numeric::rpl_creationtime);
    line.echo(channel).middle(seconds_text(event.created));
  }
  answer_lines(out);
}

/// Everybody may look at bans and mutes; exceptions are for operators.
void IrcSession::append_mask_list(std::string& out, char letter, const chat::RoomView& room) {
  const std::string channel = irc_channel(room.name);
  const bool for_operators = letter == 'e' || letter == 'I';
  if (for_operators && !operator_ && !chat::at_least(room.ranks, chat::Rank::half_operator)) {
    return append_reply(out, Numeric::err_chanoprivsneeded, {channel},
                        text_of(Numeric::err_chanoprivsneeded));
  }
  const auto entry = [&](Numeric numeric, const chat::MaskEntry& mask, std::string_view prefix) {
    wire::IrcWriter line(out);
    begin_numeric(line, numeric);
    line.echo(channel);
    if (letter == 'q') line.middle("q");
    line.echo(std::string(prefix) + mask_text(mask.on, mask.pattern))
        .echo(mask.by)
        .middle(seconds_text(mask.at));
  };
  const auto list = [&](chat::MaskList which, Numeric numeric, std::string_view prefix = "") {
    if (!room.state) return;
    for (const chat::MaskEntry& mask : room.state->list(which)) entry(numeric, mask, prefix);
  };
  Numeric end = Numeric::rpl_endofbanlist;
  if (letter == 'b') {
    list(chat::MaskList::bans, Numeric::rpl_banlist);
    list(chat::MaskList::mutes, Numeric::rpl_banlist, "m:");
  } else if (letter == 'e') {
    list(chat::MaskList::exceptions, Numeric::rpl_exceptlist);
    end = Numeric::rpl_endofexceptlist;
  } else if (letter == 'I') {
    list(chat::MaskList::invite_exceptions, Numeric::rpl_invitelist);
    end = Numeric::rpl_endofinvitelist;
  } else {
    list(chat::MaskList::mutes, Numeric::rpl_quietlist);
    return append_reply(out, Numeric::rpl_endofquietlist, {channel, "q"},
                        text_of(Numeric::rpl_endofquietlist));
  }
  append_reply(out, end, {channel}, text_of(end));
}

void IrcSession::on_event(const chat::RoomsView& event) {
  std::string out;
  append_reply(out, Numeric::rpl_liststart, {"Channel"}, text_of(Numeric::rpl_liststart));
  const std::vector<std::string> conditions = task_ ? task_->words : std::vector<std::string>();
  for (const chat::RoomsView::Line& room : event.rooms) {
    if (!meets(room, conditions, host_.wall_time())) continue;
    append_reply(out, Numeric::rpl_list, {irc_channel(room.name), std::to_string(room.members)},
                 room.state ? std::string_view(room.state->topic.text) : std::string_view());
  }
  append_reply(out, Numeric::rpl_listend, {}, text_of(Numeric::rpl_listend));
  answer_lines(out);
}

}  // namespace veche::session

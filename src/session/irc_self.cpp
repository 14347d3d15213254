// IrcSession: what one is to others (AWAY, SETNAME, ACCEPT, user modes) and whose coming and going one is
// told of (IRCv3 monitor, extended-monitor).
#include "base/text.h"
#include "base/text_cut.h"
#include "session/irc_encoder.h"
#include "session/irc_list.h"
#include "session/irc_modes.h"
#include "session/irc_name.h"
#include "session/irc_session.h"

#include <string>
#include <utility>

namespace veche::session {
namespace {

constexpr std::size_t kRealnameBytesMax = 150;  // NAMELEN

}  // namespace

void IrcSession::do_away(Params p) {
  const std::string_view text = p.empty() ? std::string_view() : p[0];
  ask(chat::SetAway{std::string(text.substr(0, base::utf8_floor(text, options_.away_length)))});
}

void IrcSession::on_event(const chat::AwayChanged& event) {
  if (!is_me(event.person)) {  // of somebody who is watched
    if (wants(Cap::extended_monitor)) show_event(event, false);
    return;
  }
  if (waiting_ && is_doing("AWAY")) reply(event.text.empty() ? Numeric::rpl_unaway : Numeric::rpl_nowaway);
}

/// IRCv3 setname.
void IrcSession::do_setname(Params p) {
  if (p[0].empty() || p[0].size() > kRealnameBytesMax) {
    return standard_reply("FAIL", "SETNAME", "INVALID_REALNAME", {},
                          "A real name has 1 to " + std::to_string(kRealnameBytesMax) + " bytes");
  }
  ask(chat::SetRealname{std::string(p[0])});
}

void IrcSession::on_event(const chat::RealnameChanged& event) {
  if (is_me(event.person) || wants(Cap::extended_monitor)) show_event(event, is_me(event.person));
}

void IrcSession::on_event(const chat::AccountChanged& event) {
  if (is_me(event.person)) self_ = event.person;
  if (is_me(event.person) || wants(Cap::extended_monitor)) show_event(event, is_me(event.person));
}

/// `ACCEPT nick,-nick` changes the list, `ACCEPT *` shows it.
void IrcSession::do_accept(Params p) {
  chat::Accept change;
  for_each_target(p[0], [&](std::string_view nick) {
    if (nick == "*") {
      task().flag = true;
    } else if (nick.starts_with('-')) {
      change.remove.push_back(chat_name(nick.substr(1)));
    } else {
      change.add.push_back(chat_name(nick.starts_with('+') ? nick.substr(1) : nick));
    }
  });
  ask(std::move(change));
}

void IrcSession::on_event(const chat::Accepted& event) {
  if (!task().flag) return;
  std::string out;
  for (const std::string& name : event.names) {
    wire::IrcWriter line(out);
    begin_numeric(line, Numeric::rpl_acceptlist);
    line.middle(irc_nick(name));
  }
  append_reply(out, Numeric::rpl_endofaccept, {}, text_of(Numeric::rpl_endofaccept));
  answer_lines(out);
}

/// After MODE and OPER: what has changed of one's modes, or, if they were asked for, all of them.
void IrcSession::on_event(const chat::FlagsChanged& event) {
  const bool office = !event.office.empty();
  if (task_ && task_->flag && is_doing("MODE")) {
    answer([&](wire::IrcWriter& line) {
      begin_numeric(line, Numeric::rpl_umodeis);
      line.middle(user_mode_text(event.flags, office, host_.is_encrypted()));
    });
    return;
  }
  const auto changed = [&](bool on) {
    std::string letters;
    const auto flags = static_cast<chat::UserFlags>(on ? event.flags & ~flags_ : flags_ & ~event.flags);
    for (const UserFlagLetter& row : user_flag_letters()) {
      if ((flags & chat::bit(row.flag)) != 0) letters += row.letter;
    }
    if (on ? office && !operator_ : operator_ && !office) letters += kOfficeLetter;
    return letters;
  };
  const std::string on = changed(true);
  const std::string off = changed(false);
  flags_ = event.flags;
  operator_ = office;
  if (on.empty() && off.empty()) return;
  answer([&](wire::IrcWriter& line) {
    line.source(nick()).command("MODE").middle(nick()).trailing((on.empty() ? "" : "+" + on) +
                                                                (off.empty() ? "" : "-" + off));
  });
  if (is_doing("OPER")) reply(Numeric::rpl_youreoper);
}

// --- MONITOR

void IrcSession::do_monitor(Params p) {
  const std::string_view what = p[0];
  chat::Watch order;
  const auto names = [&](std::vector<std::string>& list) {
    for_each_target(p.size() > 1 ? p[1] : std::string_view(), [&](std::string_view nick) {
      list.push_back(chat_name(nick));
      task().words.emplace_back(nick);
    });
  };
  if (what == "+") {
    names(order.add);
  } else if (what == "-") {
    names(order.remove);
  } else if (what == "C" || what == "c") {
    order.clear = true;
  } else if (what == "L" || what == "l") {
    task().fields = "L";
  } else if (what == "S" || what == "s") {
    task().fields = "S";
  } else {
    return;
  }
  ask(std::move(order));
}

/// Comma-separated names as many lines as they need.
void IrcSession::append_name_lines(std::string& out, Numeric numeric,
                                   std::span<const std::string> names) const {
  for (std::size_t i = 0; i < names.size();) {
    wire::IrcWriter line(out);
    begin_numeric(line, numeric);
    line.trailing("");
    for (bool first = true; i < names.size(); ++i, first = false) {
      if (!first && names[i].size() + 1 > line.room()) break;
      line.more(first ? names[i] : "," + names[i]);
    }
  }
}

void IrcSession::on_event(const chat::Present& event) {
  std::vector<std::string> masks;
  for (const chat::PersonPtr& person : event.people) masks.push_back(mask_of(*person));
  std::string out;
  append_name_lines(out, Numeric::rpl_mononline, masks);
  show_monitor(out);
}

void IrcSession::on_event(const chat::Absent& event) {
  std::vector<std::string> nicks;
  for (const std::string& name : event.names) nicks.push_back(irc_nick(name));
  std::string out;
  append_name_lines(out, Numeric::rpl_monoffline, nicks);
  show_monitor(out);
}

void IrcSession::show_monitor(std::string_view lines) {
  if (waiting_ && is_doing("MONITOR")) {
    answer_lines(lines);
  } else {
    happen_lines(lines);
  }
}

void IrcSession::on_event(const chat::Watching& event) {
  if (!task_ || task_->fields.empty()) return;
  std::vector<std::string> present;
  std::vector<std::string> absent;
  const bool status = task_->fields == "S";
  for (const chat::PersonPtr& person : event.present) {
    present.push_back(status ? mask_of(*person) : irc_nick(person->name));
  }
  for (const std::string& name : event.absent) absent.push_back(irc_nick(name));
  std::string out;
  if (status) {
    append_name_lines(out, Numeric::rpl_mononline, present);
    append_name_lines(out, Numeric::rpl_monoffline, absent);
  } else {
    present.insert(present.end(), absent.begin(), absent.end());
    append_name_lines(out, Numeric::rpl_monlist, present);
    append_reply(out, Numeric::rpl_endofmonlist, {}, text_of(Numeric::rpl_endofmonlist));
  }
  answer_lines(out);
}

}  // namespace veche::session

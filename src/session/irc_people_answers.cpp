// IrcSession: what the chat answers about people: WHO, WHOIS, WHOWAS, USERHOST, ISON.
#include "session/irc_encoder.h"
#include "session/irc_modes.h"
#include "session/irc_name.h"
#include "session/irc_session.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

namespace veche::session {
namespace {

using chat::PersonView;

constexpr std::string_view kNoAddress = "255.255.255.255";  // WHOX, for who may not know
constexpr std::string_view kWhoxOrder = "tcuihsnfdlaor";

std::string seconds_text(base::WallTime time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

bool is_away(const PersonView& view) { return view.profile && !view.profile->away->empty(); }
bool holds_office(const PersonView& view) { return view.profile && !view.profile->office->empty(); }
std::string_view realname(const PersonView& view) {
  return view.profile && !view.profile->realname.empty() ? std::string_view(view.profile->realname)
                                                         : std::string_view(view.person->name);
}

/// H or G (here, gone), `*` for operators of the server, B for bots, then ranks in the channel that is shown.
std::string who_flags(const PersonView& view, bool all_ranks) {
  std::string flags = is_away(view) ? "G" : "H";
  if (holds_office(view)) flags += '*';
  if (view.person->bot) flags += 'B';
  if (!view.rooms.empty()) flags += rank_prefixes(view.rooms.front().second, all_ranks);
  return flags;
}

std::string shown_channel(const PersonView& view) {
  return view.rooms.empty() ? "*" : irc_channel(view.rooms.front().first);
}

}  // namespace

void IrcSession::on_event(const chat::People& event) {
  std::string out;
  if (is_doing("WHO")) {
    const bool operators_only = task().flag;
    for (const PersonView& view : event.people) {
      if (operators_only && !holds_office(view)) continue;
      if (!may_find(view)) continue;
      task().fields.empty() ? show_who(view, out) : show_whox(view, out);
    }
    if (event.truncated)
      append_reply(out, Numeric::rpl_tryagain, {"WHO"}, "There are more; a narrower mask shows them");
  } else if (is_doing("WHOIS")) {
    const std::string nick = task().words.front();
    task().words.erase(task().words.begin());
    for (const PersonView& view : event.people) show_whois(view, out);
    if (event.people.empty())
      append_reply(out, Numeric::err_nosuchnick, {nick}, text_of(Numeric::err_nosuchnick));
    append_reply(out, Numeric::rpl_endofwhois, {nick}, text_of(Numeric::rpl_endofwhois));
  } else if (is_doing("KILL")) {
    task().flag = !event.people.empty();
    if (event.people.empty())
      append_reply(out, Numeric::err_nosuchnick, {irc_nick(task().words[0])},
                   text_of(Numeric::err_nosuchnick));
  } else if (is_doing("MODE")) {
    const std::string& nick = task().words.front();
    const Numeric why = event.people.empty() ? Numeric::err_nosuchnick : Numeric::err_usersdontmatch;
    if (event.people.empty()) {
      append_reply(out, why, {nick}, text_of(why));
    } else {
      append_reply(out, why, {}, text_of(why));
    }
  } else {
    const bool with_hosts = is_doing("USERHOST");
    std::string words;
    for (const PersonView& view : event.people) {
      if (!words.empty()) words += ' ';
      words += irc_nick(view.person->name);
      if (!with_hosts) continue;
      words += fmt::format("{}={}{}@{}", holds_office(view) ? "*" : "", is_away(view) ? '-' : '+',
                           view.person->username, view.person->host);
    }
    append_reply(out, with_hosts ? Numeric::rpl_userhost : Numeric::rpl_ison, {}, words);
  }
  answer_lines(out);
}

/// Who is asked for by his exact name is told of all the same: here he is not, if he does not wish it.
bool IrcSession::may_find(const PersonView& view) const {
  const bool hides = view.profile && view.profile->has(chat::UserFlag::invisible);
  if (!hides || operator_ || is_me(view.person)) return true;
  return std::any_of(view.rooms.begin(), view.rooms.end(), [this](const auto& room) {
    return std::any_of(rooms_.begin(), rooms_.end(),
                       [&](const auto& mine) { return mine.name == room.first; });
  });
}

void IrcSession::show_who(const PersonView& view, std::string& out) {
  append_reply(out, Numeric::rpl_whoreply,
               {shown_channel(view), view.person->username, view.person->host, options_.server_name,
                irc_nick(view.person->name), who_flags(view, wants(Cap::multi_prefix))},
               fmt::format("0 {}", realname(view)));
}

/// IRCv3 WHOX: the fields that were asked for, in one order for all.
void IrcSession::show_whox(const PersonView& view, std::string& out) {
  const std::string_view all = task().fields;
  const std::size_t comma = all.find(',');
  const std::string_view fields = all.substr(0, comma);
  const std::string_view token = comma == all.npos ? "0" : all.substr(comma + 1);
  const bool may_know = operator_ || is_me(view.person);
  wire::IrcWriter line(out);
  begin_numeric(line, Numeric::rpl_whospcrpl);
  for (const char field : kWhoxOrder) {
    if (fields.find(field) == fields.npos) continue;
    switch (field) {
      case 't':
        line.echo(token);
        break;
      case 'c':
        line.echo(shown_channel(view));
        break;
      case 'u':
        line.echo(view.person->username);
        break;
      case 'i':
        line.echo(may_know ? base::address_text(view.address) : std::string(kNoAddress));
        break;
      case 'h':
        line.echo(view.person->host);
        break;
      case 's':
        line.middle(options_.server_name);
        break;
      case 'n':
        line.middle(irc_nick(view.person->name));
        break;
      case 'f':
        line.middle(who_flags(view, wants(Cap::multi_prefix)));
        break;
      case 'd':
        line.middle("0");
        break;
      case 'l':
        line.number(std::max<std::int64_t>(0, idle_seconds(view)));
        break;
      case 'a':
        line.middle(view.person->account.empty() ? "0" : irc_nick(view.person->account));
        break;
      case 'o':
        line.middle("n/a");
        break;
      default:
        line.trailing(realname(view));
    }
  }
}

std::int64_t IrcSession::idle_seconds(const PersonView& view) const {
  return std::chrono::floor<std::chrono::seconds>(host_.wall_time() - view.last_heard).count();
}

void IrcSession::show_whois(const PersonView& view, std::string& out) {
  const std::string nick = irc_nick(view.person->name);
  const bool may_know = operator_ || is_me(view.person);
  const auto fixed = [&](Numeric numeric) { append_reply(out, numeric, {nick}, text_of(numeric)); };
  append_reply(out, Numeric::rpl_whoisuser, {nick, view.person->username, view.person->host, "*"},
               realname(view));
  if (may_know) {
    const std::string address = base::address_text(view.address);
    append_reply(out, Numeric::rpl_whoishost, {nick}, fmt::format("is connecting from *@{0} {0}", address));
    append_reply(out, Numeric::rpl_whoismodes, {nick},
                 "is using modes " + user_mode_text(view.profile ? view.profile->flags : chat::UserFlags{0},
                                                    holds_office(view), view.encrypted));
  }
  const std::size_t shown = may_find(view) ? view.rooms.size() : 0;
  for (std::size_t i = 0; i < shown;) {
    wire::IrcWriter line(out);
    begin_numeric(line, Numeric::rpl_whoischannels);
    line.middle(nick).trailing("");
    for (bool first = true; i < shown; ++i, first = false) {
      const auto& [name, ranks] = view.rooms[i];
      const std::string word =
          (first ? "" : " ") + rank_prefixes(ranks, wants(Cap::multi_prefix)) + irc_channel(name);
      if (!first && word.size() > line.room()) break;
      line.more(word);
    }
  }
  append_reply(out, Numeric::rpl_whoisserver, {nick, options_.server_name},
               options_.description.empty() ? options_.network : options_.description);
  if (holds_office(view)) fixed(Numeric::rpl_whoisoperator);
  if (is_away(view)) append_reply(out, Numeric::rpl_away, {nick}, *view.profile->away);
  if (!view.person->account.empty()) {
    append_reply(out, Numeric::rpl_whoisaccount, {nick, irc_nick(view.person->account)},
                 text_of(Numeric::rpl_whoisaccount));
  }
  if (view.person->bot) fixed(Numeric::rpl_whoisbot);
  if (view.encrypted) fixed(Numeric::rpl_whoissecure);
  wire::IrcWriter line(out);
  begin_numeric(line, Numeric::rpl_whoisidle);
  line.middle(nick)
      .number(std::max<std::int64_t>(0, idle_seconds(view)))
      .middle(seconds_text(view.connected));
  line.trailing(text_of(Numeric::rpl_whoisidle));
}

void IrcSession::on_event(const chat::Past& event) {
  const std::string nick = task().words.empty() ? irc_nick(event.name) : task().words.front();
  std::string out;
  for (const chat::Past::Line& was : event.people) {
    append_reply(out, Numeric::rpl_whowasuser,
                 {irc_nick(was.person->name), was.person->username, was.person->host, "*"},
                 was.realname.empty() ? was.person->name : was.realname);
    if (operator_) {
      const std::string address = base::address_text(was.address);
      append_reply(out, Numeric::rpl_whoishost, {nick},
                   fmt::format("was connecting from *@{0} {0}", address));
    }
    append_reply(out, Numeric::rpl_whoisserver, {nick, options_.server_name}, server_time_text(was.gone));
  }
  if (event.people.empty()) {
    append_reply(out, Numeric::err_wasnosuchnick, {nick}, text_of(Numeric::err_wasnosuchnick));
  }
  append_reply(out, Numeric::rpl_endofwhowas, {nick}, text_of(Numeric::rpl_endofwhowas));
  answer_lines(out);
}

}  // namespace veche::session

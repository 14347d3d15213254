// IrcSession: what one asks of the server itself (modern.ircdocs.horse, "Server Queries and Commands").
#include "base/glob.h"
#include "base/text.h"
#include "session/irc_commands.h"
#include "session/irc_encoder.h"
#include "session/irc_name.h"
#include "session/irc_session.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace veche::session {

/// There is one server: another name is none of ours.
bool IrcSession::is_this_server(Params p, std::size_t place) {
  if (p.size() <= place || p[place].empty()) return true;
  const std::string_view wanted = p[place];
  const bool matches = base::glob_match(base::casefold(wanted).value_or(""),
                                        base::casefold(options_.server_name).value_or(""));
  if (matches || is_my_nick(wanted)) {
    return true;
  }
  reply(Numeric::err_nosuchserver, {wanted});
  return false;
}

void IrcSession::do_motd(Params p) {
  if (!is_this_server(p, 0)) return;
  std::string out;
  append_motd(out);
  answer_lines(out);
}

void IrcSession::do_lusers(Params) { ask(chat::AskCounts{}); }

void IrcSession::on_event(const chat::Counts& event) {
  if (registration_) {
    if (registration_->welcome) welcome(event);
    return;
  }
  std::string out;
  if (is_doing("LUSERS")) append_lusers(out, event);
  answer_lines(out);
}

void IrcSession::do_version(Params p) {
  if (!is_this_server(p, 0)) return;
  std::string out;
  append_reply(out, Numeric::rpl_version, {options_.version, options_.server_name}, "line, IRC");
  append_isupport(out);
  answer_lines(out);
}

void IrcSession::do_time(Params p) {
  if (!is_this_server(p, 0)) return;
  const base::WallTime now = host_.wall_time();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  reply_text(Numeric::rpl_time, {options_.server_name, std::to_string(seconds), "0"}, server_time_text(now));
}

void IrcSession::do_admin(Params p) {
  if (!is_this_server(p, 0)) return;
  const auto shown = [](const std::string& text) {
    return text.empty() ? std::string_view("-") : std::string_view(text);
  };
  reply(Numeric::rpl_adminme, {options_.server_name});
  reply_text(Numeric::rpl_adminloc1, {}, shown(options_.admin.location));
  reply_text(Numeric::rpl_adminloc2, {}, shown(options_.admin.name));
  reply_text(Numeric::rpl_adminemail, {}, shown(options_.admin.email));
}

void IrcSession::do_info(Params p) {
  if (!is_this_server(p, 0)) return;
  reply_text(Numeric::rpl_info, {}, options_.version + ", a chat server for telnet and IRC");
  if (!options_.description.empty()) reply_text(Numeric::rpl_info, {}, options_.description);
  reply_text(Numeric::rpl_info, {}, "Running since " + server_time_text(options_.created));
  reply(Numeric::rpl_endofinfo);
}

void IrcSession::do_stats(Params p) {
  if (p.empty() || p[0].empty()) return need_more("STATS");
  if (!is_this_server(p, 1)) return;
  const std::string_view query = p[0].substr(0, base::first_code_point_bytes(p[0]));
  if (query == "u") {
    const auto up = std::chrono::floor<std::chrono::seconds>(host_.wall_time() - options_.created).count();
    reply_text(
        Numeric::rpl_statsuptime, {},
        fmt::format("Server Up {} days {}:{:02}:{:02}", up / 86400, up / 3600 % 24, up / 60 % 60, up % 60));
  }
  reply(Numeric::rpl_endofstats, {query});
}

void IrcSession::do_links(Params) {
  reply_text(Numeric::rpl_links, {options_.server_name, options_.server_name},
             "0 " + (options_.description.empty() ? options_.network : options_.description));
  reply(Numeric::rpl_endoflinks, {"*"});
}

void IrcSession::do_help(Params p) {
  std::array<char, wire::kIrcCommandBytesMax> buffer{};
  const std::string_view subject = p.empty() || p[0].empty() ? std::string_view("*") : p[0];
  if (subject == "*") {
    reply_text(Numeric::rpl_helpstart, {subject}, "Commands; HELP <command> tells more");
    std::string names;
    for (const IrcCommand& row : IrcCommand::table()) {
      if (names.size() + row.name.size() > 70) {
        reply_text(Numeric::rpl_helptxt, {subject}, names);
        names.clear();
      }
      names += (names.empty() ? "" : " ") + std::string(row.name);
    }
    reply_text(Numeric::rpl_helptxt, {subject}, names);
    return reply(Numeric::rpl_endofhelp, {subject});
  }
  const IrcCommand* const row = IrcCommand::find(wire::upper_command(subject, buffer));
  if (row == nullptr) return reply(Numeric::err_helpnotfound, {subject});
  reply_text(Numeric::rpl_helpstart, {row->name}, row->help);
  reply_text(Numeric::rpl_helptxt, {row->name},
             row->when == IrcWhen::after ? "After registration." : "At any time.");
  reply(Numeric::rpl_endofhelp, {row->name});
}

}  // namespace veche::session

#include "session/irc_commands.h"

#include <algorithm>
#include <array>

namespace veche::session {

std::span<const IrcCommand> IrcCommand::table() {
  using S = IrcSession;
  using enum IrcWhen;
  static constexpr auto kTable = std::to_array<IrcCommand>({
      {"ACCEPT", &S::do_accept, 1, after,
       "ACCEPT <nick>|-<nick>|*[,...]: whom you take private messages from (+g)"},
      {"ADMIN", &S::do_admin, 0, after, "ADMIN: who runs this server"},
      {"AUTHENTICATE", &S::do_authenticate, 1, always,
       "AUTHENTICATE <mechanism>|<base64>|*: logs in to your account (SASL)"},
      {"AWAY", &S::do_away, 0, after, "AWAY [<text>]: you are away, or back"},
      {"CAP", &S::do_cap, 1, always, "CAP LS|LIST|REQ|END: what your client can do"},
      {"CHANSERV", &S::do_chanserv, 0, after,
       "CHANSERV <command>: registered channels; CHANSERV HELP has more"},
      {"CS", &S::do_chanserv, 0, after, "CS <command>: as CHANSERV"},
      {"DLINE", &S::do_dline, 1, after,
       "DLINE [<minutes>] <network> [:<reason>]: bans addresses (operators)"},
      {"HELP", &S::do_help, 0, after, "HELP [<command>]: this help"},
      {"HELPOP", &S::do_help, 0, after, "HELPOP [<command>]: this help"},
      {"INFO", &S::do_info, 0, after, "INFO: about this server"},
      {"INVITE", &S::do_invite, 2, after, "INVITE <nick> <channel>"},
      {"ISON", &S::do_ison, 1, after, "ISON <nick> ...: which of them are here"},
      {"JOIN", &S::do_join, 1, after, "JOIN <channel>[,...] [<key>[,...]], or JOIN 0 to leave all"},
      {"KICK", &S::do_kick, 2, after, "KICK <channel> <nick>[,...] [:<reason>]", 1, true},
      {"KILL", &S::do_kill, 1, after, "KILL <nick> [:<reason>]: ends somebody's connections (operators)"},
      {"KLINE", &S::do_kline, 1, after,
       "KLINE [<minutes>] <nick|account|address> [:<reason>]: bans (operators)"},
      {"KNOCK", &S::do_knock, 1, after, "KNOCK <channel> [:<text>]: asks to be invited"},
      {"LINKS", &S::do_links, 0, after, "LINKS: the servers of this network"},
      {"LIST", &S::do_list, 0, after,
       "LIST [<channel or condition>[,...]]: channels; conditions: <N >N C<N T>N mask !mask", 4},
      {"LUSERS", &S::do_lusers, 0, after, "LUSERS: how many are here"},
      {"MODE", &S::do_mode, 1, after, "MODE <channel|nick> [<modes> [<parameter> ...]]"},
      {"MONITOR", &S::do_monitor, 1, after, "MONITOR + <nick>[,...] | - <nick>[,...] | C | L | S"},
      {"MOTD", &S::do_motd, 0, after, "MOTD: the message of the day"},
      {"NAMES", &S::do_names, 0, after, "NAMES <channel>[,...]: who is there", 2},
      {"NICK", &S::do_nick, 0, always, "NICK <nick>: what you are called"},
      {"NICKSERV", &S::do_nickserv, 0, after, "NICKSERV <command>: your account; NICKSERV HELP has more"},
      {"NOTICE", &S::do_notice, 0, after, "NOTICE <target>[,...] :<text>", 1, true},
      {"NS", &S::do_nickserv, 0, after, "NS <command>: as NICKSERV"},
      {"OPER", &S::do_oper, 2, after, "OPER <name> <password>: become an operator"},
      {"PART", &S::do_part, 1, after, "PART <channel>[,...] [:<reason>]"},
      {"PASS", &S::do_pass, 1, always,
       "PASS <password>: the server's, or your account's (<account>:<password>)"},
      {"PING", &S::do_ping, 0, always, "PING <text>", 1, false, false},
      {"PONG", &S::do_pong, 0, always, "PONG <text>", 1, false, false},
      {"PRIVMSG", &S::do_privmsg, 0, after, "PRIVMSG <target>[,...] :<text>", 1, true},
      {"PROXY", &S::do_webirc, 0, always, "PROXY: only proxies say this", 1, false, false},
      {"QUIT", &S::do_quit, 0, always, "QUIT [:<reason>]"},
      {"REGISTER", &S::do_register, 3, always,
       "REGISTER <account>|* <email>|* <password>: makes an account; * is your nick"},
      {"REHASH", &S::do_rehash, 0, after, "REHASH: the configuration is read again (operators)"},
      {"RENAME", &S::do_rename, 2, after, "RENAME <channel> <new name> [:<reason>]"},
      {"SETNAME", &S::do_setname, 1, after, "SETNAME :<real name>"},
      {"STATS", &S::do_stats, 0, after, "STATS u: how long this server has been up"},
      {"TAGMSG", &S::do_tagmsg, 1, after, "TAGMSG <target>[,...]: tags without a text", 1, true},
      {"TIME", &S::do_time, 0, after, "TIME: this server's clock"},
      {"TOPIC", &S::do_topic, 1, after, "TOPIC <channel> [:<text>]"},
      {"UNDLINE", &S::do_undline, 1, after, "UNDLINE <network>: lifts a ban (operators)"},
      {"UNKLINE", &S::do_unkline, 1, after, "UNKLINE <nick|account|address>: lifts a ban (operators)"},
      {"USER", &S::do_user, 4, always, "USER <username> 0 * :<real name>"},
      {"USERHOST", &S::do_userhost, 1, after, "USERHOST <nick> ..."},
      {"VECHE", &S::do_veche, 1, after, "VECHE <command>: one of the operator's commands (operators)"},
      {"VERIFY", &S::do_verify, 2, always, "VERIFY <account> <code>: nothing needs it here"},
      {"VERSION", &S::do_version, 0, after, "VERSION: what this server is"},
      {"WALLOPS", &S::do_wallops, 1, after, "WALLOPS :<text>: to operators and those with +w (operators)"},
      {"WEBIRC", &S::do_webirc, 0, always, "WEBIRC: only gateways that this server knows say this", 1, false,
       false},
      {"WHO", &S::do_who, 0, after, "WHO <channel|nick|mask> [<options>]", 3},
      {"WHOIS", &S::do_whois, 0, after, "WHOIS <nick>[,...]", 1, true},
      {"WHOWAS", &S::do_whowas, 0, after, "WHOWAS <nick>[,...] [<count>]", 1, true},
  });
  return kTable;
}

const IrcCommand* IrcCommand::find(std::string_view name) {
  const auto rows = table();
  const auto row =
      std::lower_bound(rows.begin(), rows.end(), name,
                       [](const IrcCommand& r, std::string_view wanted) { return r.name < wanted; });
  return row == rows.end() || row->name != name ? nullptr : &*row;
}

}  // namespace veche::session

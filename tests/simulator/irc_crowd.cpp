#include "tests/simulator/irc_crowd.h"

#include "session/sasl.h"
#include "tests/simulator/crowd.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace veche::simulator {

using base::SessionId;
using std::chrono::seconds;

session::IrcOptions IrcCrowd::options(const chat::Policy& policy) {
  session::IrcOptions options;
  options.server_name = kServerName;
  options.nick_length = policy.name_code_points_max;
  options.channel_length = policy.room_code_points_max;
  options.room_flags = policy.room_flags;
  options.accounts_required = policy.accounts_required;
  options.registration = policy.registration;
  options.registration_before_connect = choose_(4) != 0;
  options.recv_queue_bytes = choose_(4) == 0 ? 64 : 16 * 1024;
  options.command_rate = choose_(4) == 0 ? 2 : 0;
  options.ping_interval = seconds{choose_(4) == 0 ? 20 : 0};
  options.idle_timeout = seconds{choose_(8) == 0 ? 40 : 0};
  options.registration_timeout = seconds{choose_(2) == 0 ? 30 : 0};
  return options;
}

std::string IrcCrowd::some_nick() {
  if (choose_(24) == 0) return one_of(std::array<const char*, 3>{"veche", "a-very-long-name", "a!b"});
  return one_of(std::array<const char*, 8>{"ann", "Ann", "боб", "БОБ", "eve", "dan", "Ёж", "zoë"});
}

std::string IrcCrowd::some_channel(const IrcPerson& person) {
  if (!person.channels().empty() && choose_(3) != 0) {
    const auto at = static_cast<std::ptrdiff_t>(choose_(person.channels().size()));
    return std::next(person.channels().begin(), at)->second.name;
  }
  if (choose_(16) == 0) return "no-hash";
  return one_of(std::array<const char*, 6>{"#veche", "#a", "#A", "#б", "#Б", "#c"});
}

std::string IrcCrowd::password(const std::string& name) {
  if (tokens_ > 0 && choose_(6) == 0) {
    return "token:TOKEN-" + std::to_string(tokens_ - choose_(std::min<std::size_t>(tokens_, 4)));
  }
  return choose_(6) == 0 ? wrong_password() : password_of(name);
}

// --- coming in

std::string IrcCrowd::arrival(SessionId who, IrcPerson& person) {
  std::string lines;
  const bool negotiates = choose_(4) != 0;
  if (negotiates) {
    if (choose_(2) == 0) lines += "CAP LS 302\r\n";
    std::string caps = "sasl";
    for (const char* cap : {"multi-prefix", "message-tags", "server-time", "batch", "labeled-response",
                            "echo-message", "account-tag", "extended-join", "account-notify", "away-notify",
                            "userhost-in-names", "draft/channel-rename", "invite-notify", "setname"}) {
      if (choose_(2) == 0) caps += std::string(" ") + cap;
    }
    lines += "CAP REQ :" + caps + "\r\n";
  }
  const std::string name = some_nick();
  const bool known = ledger_.accounts().contains(folded_name(name)) != (choose_(12) == 0);
  if (known && choose_(2) == 0) {
    lines += "PASS " + (choose_(3) == 0 ? name + ":" : std::string()) + password(name) + "\r\n";
  }
  if (choose_(12) != 0) lines += "NICK " + name + "\r\n";
  if (negotiates && choose_(known ? 2 : 8) == 0) lines += authenticate(who, person);
  if (choose_(12) != 0) lines += "USER x 0 * :Somebody\r\n";
  if (negotiates && !known && choose_(3) == 0) lines += "REGISTER * * " + password_of(name) + "\r\n";
  if (negotiates && choose_(8) != 0) lines += "CAP END\r\n";
  return lines;
}

std::string IrcCrowd::entering(SessionId who, IrcPerson& person) {
  switch (choose_(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return "NICK " + some_nick() + "\r\n";
    case 4:
      return "USER x 0 * :Somebody\r\n";
    case 5:
    case 6:
      return "CAP END\r\n";
    case 7:
    case 8:
      return authenticate(who, person);
    case 9:
      return "REGISTER " + std::string(choose_(2) == 0 ? "*" : some_nick()) + " * " +
             password_of(some_nick()) + "\r\n";
    case 10:
      return bad_line() + "\r\n";
    default:
      return "CAP REQ :sasl labeled-response multi-prefix\r\n";
  }
}

std::string IrcCrowd::plain(SessionId who, const std::string& name) {
  const std::string secret = password(name);
  ledger_.note_secrets(who, secret);
  std::string said = choose_(4) == 0 ? name : std::string();
  (said += '\0') += name;
  (said += '\0') += secret;
  std::string lines;
  for (const std::string& chunk : session::sasl_chunks(said)) lines += "AUTHENTICATE " + chunk + "\r\n";
  return lines;
}

std::string IrcCrowd::authenticate(SessionId who, IrcPerson& person) {
  const std::string name = some_nick();
  switch (choose_(16)) {
    case 0:
      return "AUTHENTICATE *\r\n";
    case 1:
      return "AUTHENTICATE PLAIN\r\nAUTHENTICATE *\r\n";
    case 2:
      return "AUTHENTICATE PLAIN\r\nAUTHENTICATE " +
             std::string(one_of(std::array<const char*, 4>{"no=base64", "A", "+", "AAAA"})) + "\r\n";
    case 3:
      return "AUTHENTICATE PLAIN\r\nAUTHENTICATE " + std::string(400, 'A') + "\r\n";
    case 4:
      return one_of(std::array<const char*, 3>{"AUTHENTICATE EXTERNAL\r\nAUTHENTICATE +\r\n",
                                               "AUTHENTICATE GSSAPI\r\n", "AUTHENTICATE +\r\n"});
    case 5:
      return "AUTHENTICATE PLAIN\r\n" + plain(who, name) + "AUTHENTICATE PLAIN\r\n";
    case 6:
    case 7:
    case 8:
    case 9: {
      const std::string secret = choose_(5) == 0 ? wrong_password() : password_of(name);
      ledger_.note_secrets(who, secret);
      person.begin_scram(name, secret);
      return "AUTHENTICATE SCRAM-SHA-256\r\n";
    }
    default:
      return "AUTHENTICATE PLAIN\r\n" + plain(who, name);
  }
}

// --- when one is there

std::string IrcCrowd::line(SessionId who, IrcPerson& person) {
  std::string tags;
  if (person.has_cap("labeled-response") && choose_(3) == 0) {
    tags = "label=" + std::to_string(person.next_label());
  }
  const std::size_t dice = choose_(20);
  std::string lines = choose_(2) == 0 ? person.take_confirmation() : std::string();
  if (!lines.empty()) {
  } else if (dice < 7) {
    lines = message(who, person);
    if (person.has_cap("message-tags") && choose_(8) == 0) tags += (tags.empty() ? "+x=y" : ";+x=y");
  } else if (dice == 7) {
    lines = bad_line();
  } else {
    lines = command(who, person);
  }
  if (!tags.empty()) lines = "@" + tags + " " + lines;
  return lines.ends_with('\n') ? lines : lines + "\r\n";
}

std::string IrcCrowd::message(SessionId who, const IrcPerson& person) {
  const char* words = one_of(std::array<const char*, 4>{"", " hi", " привет всем",
                                                        " \x02"
                                                        "bold  x"});
  std::string channel = some_channel(person);
  if (!channel.starts_with('#')) channel = "#a";
  switch (choose_(12)) {
    case 0:
      return "PRIVMSG " + channel + " :\x01" + "ACTION " + ledger_.note('e', who, "", " waves") + "\x01";
    case 1:
      return "NOTICE " + channel + " :" + ledger_.note('n', who, "", words);
    case 2:
      return "PRIVMSG " + channel + " :" + ledger_.note('m', who, "", " " + std::string(choose_(240), 'x'));
    case 3:
    case 4: {
      const std::string to = some_nick();
      const std::string text = ledger_.note('p', who, "", " psst", folded_name(to));
      return (choose_(4) == 0 ? "NOTICE " : "PRIVMSG ") + to + " :" + text;
    }
    default:
      return "PRIVMSG " + channel + " :" + ledger_.note('m', who, choose_(4) == 0 ? " ok " : "", words);
  }
}

std::string IrcCrowd::command(SessionId who, IrcPerson& person) {
  const std::string channel = some_channel(person);
  // Who governs a channel makes the most of it, for he has no long life.
  if (choose_(2) == 0 && !person.channel_with(chat::Rank::oper).empty()) return chanserv(who, person);
  switch (choose_(50)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return "JOIN " + channel;
    case 5:
      return "JOIN #a,#б,#c";
    case 6:
      return "JOIN " + channel + " key";
    case 7:
      return choose_(8) == 0 ? "JOIN 0" : "PART " + channel;
    case 8:
      return "PART " + channel + " :enough of it";
    case 9:
    case 10:
      return "NICK " + some_nick();
    case 11:
      return "NAMES " + channel;
    case 12:
      return "TOPIC " + channel;
    case 13:
      return "TOPIC " + channel + " :" + one_of(std::array<const char*, 3>{"", "tea", "чай"});
    case 14:
    case 15:
      return "MODE " + channel;
    case 16:
    case 17:
    case 18:
    case 19:
    case 20:
    case 21:
      return "MODE " + channel + " " + mode(person);
    case 22:
      return "KICK " + channel + " " + some_nick() + (choose_(2) == 0 ? "" : " :out");
    case 23:
      return "INVITE " + some_nick() + " " + channel;
    case 24:
      return "KNOCK " + channel;
    case 25:
      return "RENAME " + channel + " " + some_channel(person);
    case 26:
      return "RENAME " + channel + " " + one_of(std::array<const char*, 3>{"#c", "#C", "#д"}) + " :so";
    case 27:
    case 28:
      return "MONITOR + " + some_nick() + "," + some_nick();
    case 29:
      if (choose_(4) != 0) return "MONITOR S";
      person.forget_watched();
      return "MONITOR C";
    case 30:
      return one_of(std::array<const char*, 5>{"WHO #a", "WHO *", "LIST", "LUSERS", "WHOIS ann,eve"});
    case 31:
      return one_of(std::array<const char*, 3>{"AWAY", "AWAY :tea", "SETNAME :Another"});
    case 32:
      return "MODE " + ledger_.name_of(who) + " " +
             one_of(std::array<const char*, 4>{"+g", "-g", "+i", "+R-R"});
    case 33:
      return one_of(std::array<const char*, 4>{"OPER root secret", "OPER root wrong", "ACCEPT *",
                                               "CHATHISTORY LATEST #a * 10"});
    case 34:
      return choose_(3) == 0 ? "QUIT :bye" : "PING x";
    case 35:
    case 36:
      return authenticate(who, person);
    case 37:
      return "REGISTER " + std::string(choose_(2) == 0 ? "*" : some_nick()) + " * " +
             (choose_(6) == 0 ? std::string(one_of(std::array<const char*, 2>{"token:x", ":"}))
                              : password_of(ledger_.name_of(who)));
    case 38:
    case 39:
    case 40:
    case 41:
    case 42:
      return nickserv(who);
    default:
      return chanserv(who, person);
  }
}

std::string IrcCrowd::mode(const IrcPerson& person) {
  switch (choose_(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return std::string(one_of(std::array<const char*, 6>{"+o ", "-o ", "+v ", "-v ", "+h ", "-q "})) +
             some_nick();
    case 4:
      return one_of(std::array<const char*, 3>{"+W 4", "-W", "+W 8"});
    case 5:
      return one_of(std::array<const char*, 3>{"+j 2:10", "-j", "+j 1:5"});
    case 6:
      return one_of(std::array<const char*, 3>{"+k key", "-k *", "+k other"});
    case 7:
      return one_of(std::array<const char*, 3>{"+l 2", "-l", "+l 5"});
    case 8:
      return "+f " + some_channel(person);
    case 9:
      return one_of(std::array<const char*, 4>{"+b eve!*@*", "-b eve!*@*", "+b m:dan!*@*", "+b a:ann"});
    case 10:
      return one_of(std::array<const char*, 4>{"+e ann!*@*", "+I ann", "beI", "+b U:*"});
    default: {
      const char letter = "CKMNRTgimpst"[choose_(12)];
      return std::string(choose_(3) == 0 ? "+" : "-") + letter;
    }
  }
}

std::string IrcCrowd::nickserv(SessionId who) {
  const std::string own = ledger_.name_of(who), name = some_nick();
  std::string errand;
  switch (choose_(12)) {
    case 0:
    case 1:
      errand = "REGISTER " + password_of(own);
      break;
    case 2:
    case 3:
    case 4:
      errand = "IDENTIFY " + name + " " + password(name);
      break;
    case 5:
      errand = "IDENTIFY " + password(own);
      break;
    case 6:
      errand = "REGAIN " + name + " " + password(name);
      break;
    case 7:
      errand = "SET PASSWORD " + password(own) + " " + password_of(own);
      break;
    case 8:
      errand = choose_(3) == 0 ? "DROP " + own + " " + password(own) : "GHOST " + name;
      break;
    case 9:
      errand = "INFO " + name;
      break;
    default:
      errand = one_of(std::array<const char*, 5>{"INFO", "CERT LIST", "CERT ADD", "HELP", "NOTHING"});
  }
  return (choose_(2) == 0 ? "NS " : "PRIVMSG NickServ :") + errand;
}

std::string IrcCrowd::chanserv(SessionId who, const IrcPerson& person) {
  std::string channel = some_channel(person), errand;
  const std::string name = some_nick();
  const std::string founded = person.channel_with(chat::Rank::founder);
  const std::string governed = person.channel_with(chat::Rank::oper);
  if (!founded.empty() && choose_(3) != 0) {
    channel = founded;
  } else if (!governed.empty() && choose_(3) != 0) {
    if (ledger_.is_guest(who)) return "NS REGISTER " + password_of(ledger_.name_of(who));
    return "CS REGISTER " + governed;
  }
  switch (choose_(14)) {
    case 0:
    case 1:
    case 2:
    case 3:
      errand = "REGISTER " + channel;
      break;
    case 4:
      errand = "DROP " + channel;
      break;
    case 5:
      errand = "TRANSFER " + channel + " " + name;
      break;
    case 6:
    case 7:
      errand = "OP " + channel + (choose_(2) == 0 ? "" : " " + name);
      break;
    case 8:
      errand = "DEOP " + channel + " " + (choose_(2) == 0 ? ledger_.name_of(who) : name);
      break;
    case 9:
    case 10:
      errand = "AMODE " + channel +
               one_of(std::array<const char*, 5>{" +a ", " +o ", " +h ", " +v ", " -o "}) + name;
      break;
    case 11:
      errand = "AMODE " + channel;
      break;
    case 12:
      errand = (choose_(2) == 0 ? "VOICE " : "DEVOICE ") + channel + " " + name;
      break;
    default:
      errand = "INFO " + channel;
  }
  return (choose_(2) == 0 ? "CS " : "PRIVMSG ChanServ :") + errand;
}

std::string IrcCrowd::bad_line() {
  switch (choose_(6)) {
    case 0:
      return "PRIVMSG #a :" + std::string(700, 'y');
    case 1:
      return "PRIVMSG #a :not utf-8: \xc3(";
    case 2:
      return std::string("NUL\0here", 8);
    case 3:
      return "";
    case 4:
      return "MODE";
    default:
      return "JION #a";
  }
}

}  // namespace veche::simulator

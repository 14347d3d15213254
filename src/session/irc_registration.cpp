// IrcSession: who one is. CAP, PASS, NICK and USER come in any order; when all that is needed is there the
// chat is asked, and its answer is the welcome (modern.ircdocs.horse, "Connection Registration"; IRCv3
// capability-negotiation). And NICK, QUIT, PING later on.
//
// PASS is the server's password if it has one. Otherwise it logs in to an account: `PASS password` to the one
// that NICK names, `PASS account:password` to any; a session token (`token:VALUE`) serves as a password. Who
// has proved to be somebody (irc_sasl.cpp, irc_register.cpp) comes in as that account, and is called as it
// is.
#include "base/text.h"
#include "base/text_cut.h"
#include "chat/name.h"
#include "session/irc_encoder.h"
#include "session/irc_modes.h"
#include "session/irc_name.h"
#include "session/irc_session.h"
#include "session/line_words.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace veche::session {
namespace {

constexpr std::size_t kCapLineBytesMax = 400;
constexpr std::size_t kUsernameBytesMax = 10;   // USERLEN
constexpr std::size_t kRealnameBytesMax = 150;  // NAMELEN
constexpr std::size_t kTokensPerLine = 13;      // of ISUPPORT (modern.ircdocs.horse, RPL_ISUPPORT)

/// In a time that tells nothing of where they differ.
bool same_secret(std::string_view a, std::string_view b) {
  unsigned different = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    different |= static_cast<unsigned char>(a[i] ^ b[i]);
  return different == 0;
}

/// "~anna": nobody has checked it. Letters, digits and a few signs are left of what the client said.
std::string username_of(std::string_view text) {
  std::string username = "~";
  for (const char c : text) {
    const bool fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '-' || c == '_' || c == '.';
    if (fits && username.size() < kUsernameBytesMax) username += c;
  }
  return username.size() == 1 ? "~irc" : username;
}

/// A value as a token of ISUPPORT: spaces, `=` and backslashes are escaped.
std::string token_value(std::string_view text) {
  std::string value;
  for (const char c : text) {
    if (c == ' ' || c == '=' || c == '\\') {
      value += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    } else {
      value += c;
    }
  }
  return value;
}

std::string cut(std::string_view text, std::size_t bytes_max) {
  return std::string(text.substr(0, base::utf8_floor(text, bytes_max)));
}

}  // namespace

// --- CAP

void IrcSession::do_cap(Params p) {
  std::array<char, wire::kIrcCommandBytesMax> buffer{};
  const std::string_view subcommand = wire::upper_command(p[0], buffer);
  const std::string_view argument = p.size() > 1 ? p[1] : std::string_view();
  if (registration_ && (subcommand == "LS" || subcommand == "REQ")) registration_->negotiating = true;
  if (subcommand == "LS") {
    const bool modern = argument.size() >= 3 && argument >= "302";
    if (modern) {
      cap_302_ = true;
      caps_ |= bit(Cap::cap_notify);
    }
    return cap_list("LS", true, modern);
  }
  if (subcommand == "LIST") return cap_list("LIST", false, false);
  if (subcommand == "REQ") return cap_request(argument);
  if (subcommand == "END") {
    if (!registration_) return;
    registration_->negotiating = false;
    return try_to_enter();
  }
  reply(Numeric::err_invalidcapcmd, {p[0]});
}

void IrcSession::cap_list(std::string_view subcommand, bool all, bool with_values) {
  std::vector<std::string> lines(1);
  const auto add = [&](std::string_view name, std::string_view value) {
    std::string word(name);
    if (with_values && !value.empty()) word += fmt::format("={}", value);
    if (lines.back().size() + word.size() > kCapLineBytesMax) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + word;
  };
  for (const CapInfo& cap : irc_caps()) {
    if (all ? offers(cap.cap) : wants(cap.cap)) add(cap.name, value_of(cap.cap));
  }
  // IRCv3 sts: nobody may ask for it, and it means nothing without its value.
  const std::string& sts = host_.is_encrypted() ? options_.sts_policy : options_.sts_upgrade;
  if (all && with_values && !sts.empty()) add("sts", sts);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    answer([&](wire::IrcWriter& line) {
      line.source(options_.server_name).command("CAP").middle(nick()).middle(subcommand);
      if (cap_302_ && i + 1 < lines.size()) line.middle("*");  // more follows
      line.trailing(lines[i]);
    });
  }
}

bool IrcSession::offers(Cap cap) const {
  if (cap == Cap::sasl) return !sasl_mechanisms().empty();
  return cap != Cap::account_registration || options_.registration;
}

/// As CAP LS 302 shows it; empty: none.
std::string IrcSession::value_of(Cap cap) const {
  if (cap == Cap::sasl) return sasl_mechanisms();
  return cap == Cap::account_registration ? registration_value() : std::string();
}

/// All of what is wanted, or none of it.
void IrcSession::cap_request(std::string_view wanted) {
  Caps caps = caps_;
  bool known = true;
  for (std::string_view rest = wanted; !rest.empty();) {
    auto [word, more] = base::split_word(base::trim(rest));
    rest = more;
    if (word.empty()) continue;
    const bool off = word.starts_with('-');
    if (off) word.remove_prefix(1);
    const auto cap = irc_cap(word);
    if (!cap || (!off && !offers(*cap)) || (off && *cap == Cap::cap_notify && cap_302_)) {
      known = false;
    } else {
      caps = off ? caps & ~bit(*cap) : caps | bit(*cap);
    }
  }
  answer([&](wire::IrcWriter& line) {
    line.source(options_.server_name)
        .command("CAP")
        .middle(nick())
        .middle(known ? "ACK" : "NAK")
        .trailing(wanted);
  });
  if (known) caps_ = caps;
}

// --- what one says of oneself

/// Whoever is believed when he says whom he speaks for is not heard here (server/preface.h).
void IrcSession::do_webirc(Params) {
  if (!registration_) return reply(Numeric::err_alreadyregistered);
  host_.warn("refused: it says whom it speaks for (WEBIRC or PROXY), and is not believed");
  close_with("You are no gateway that this server knows");
}

void IrcSession::do_pass(Params p) {
  if (!registration_) return reply(Numeric::err_alreadyregistered);
  registration_->password = p[0];
}

void IrcSession::do_user(Params p) {
  if (!registration_) return reply(Numeric::err_alreadyregistered);
  if (p[3].empty()) return need_more("USER");
  if (!registration_->username.empty()) return;
  registration_->username = username_of(p[0]);
  registration_->realname = cut(p[3], kRealnameBytesMax);
  try_to_enter();
}

void IrcSession::do_nick(Params p) {
  if (p.empty() || p[0].empty()) return reply(Numeric::err_nonicknamegiven);
  const std::string_view nick = p[0];
  const auto name = chat::parse_name(nick, options_.nick_length);
  if (!is_nickname(nick) || std::holds_alternative<chat::NameFault>(name)) {
    return reply(Numeric::err_erroneusnickname, {nick});
  }
  if (registration_) {
    registration_->nick = std::get<chat::Name>(name).text;
    return try_to_enter();
  }
  const bool as_called = self_->account.empty() ? is_my_name(nick) : is_my_nick(nick);
  if (as_called) return;  // nothing happens
  task().words.emplace_back(nick);
  ask(chat::Rename{std::string(nick)});
}

/// QUIT has its ERROR at once, also from who is nobody yet.
void IrcSession::do_quit(Params p) {
  leave(p.empty() ? std::string() : cut(p[0], options_.kick_length), false);
}

/// In the order of the commands: behind what the chat has not done yet.
void IrcSession::do_ping(Params p) {
  if (p.empty()) return need_more("PING");
  if (p[0].empty()) return reply_text(Numeric::err_needmoreparams, {"PING"}, "No origin specified");
  task().words = {std::string(p[0])};
  if (unacknowledged_) {
    task().then = &IrcSession::pong;
    return ask(chat::Nothing{});
  }
  pong();
}

void IrcSession::pong() {
  answer([&](wire::IrcWriter& line) {
    line.source(options_.server_name).command("PONG").middle(options_.server_name).trailing(task_->words[0]);
  });
}

void IrcSession::do_pong(Params) {}

// --- entering

void IrcSession::on_event(const chat::Greeting&) {
  step_ = Step::registering;
  waiting_ = false;
}

void IrcSession::try_to_enter() {
  const Registration& r = *registration_;
  if (step_ != Step::registering || r.negotiating || r.nick.empty() || r.username.empty()) return;
  if (sasl_) abort_sasl();  // sasl-3.1: who completes the registration meanwhile comes in without
  const bool asks = !options_.server_password.empty();
  if (asks && !same_secret(r.password, options_.server_password)) {
    ask(chat::LogInFailed{""});
    step_ = Step::entering;
    return;
  }
  if (!r.account.empty()) return enter_account();
  if (asks || r.password.empty()) return enter_as_guest();
  verify_pass();
}

void IrcSession::enter_account() {
  step_ = Step::entering;
  ask(chat::EnterAccount{introduction()});
  ask(chat::AskCounts{});
}

chat::IntroductionPtr IrcSession::introduction() const {
  return std::make_shared<const chat::Introduction>(
      chat::Introduction{registration_->username, registration_->realname});
}

/// The counts come with it: they are a part of the welcome.
void IrcSession::enter_as_guest() {
  step_ = Step::entering;
  ask(chat::EnterAsGuest{registration_->nick, introduction()});
  ask(chat::AskCounts{});
}

void IrcSession::verify_pass() {
  step_ = Step::entering;
  std::string_view password = registration_->password;
  std::string account = registration_->nick;
  if (const std::size_t colon = password.find(':');
      colon != password.npos && !password.starts_with(kTokenPrefix)) {
    account = password.substr(0, colon);
    password.remove_prefix(colon + 1);
  }
  if (password.starts_with(kTokenPrefix)) {
    const auto hash = host_.hash_token(password.substr(kTokenPrefix.size()));
    if (!hash) return ask(chat::LogInFailed{account});
    ask(chat::LogInWithToken{account, *hash, introduction()});
    return ask(chat::AskCounts{});
  }
  registration_->password = password;
  ask(chat::Identify{account});
}

void IrcSession::on_event(const chat::Identified& event) {
  if (!registration_) return;
  registration_->identified = std::make_unique<chat::Identified>(event);
}

void IrcSession::on_verified(Verdict verdict, base::ScramKeysPtr scram) {
  if (is_over()) return;
  waiting_ = false;
  if (is_proving()) {
    sasl_verified(verdict, std::move(scram));
  } else if (is_on_errand()) {
    if (own_password_verified(verdict)) return;
  } else if (registration_) {
    const chat::Identified& who = *registration_->identified;
    switch (verdict) {
      case Verdict::busy:
        return close_with("Too many people are logging in; try again");
      case Verdict::wrong:
        ask(chat::LogInFailed{who.name});
        break;
      case Verdict::right:
        ask(chat::LogIn{who.account, who.password_hash, introduction(), std::move(scram)});
        ask(chat::AskCounts{});
        break;
    }
  } else {
    verified_as_operator(verdict);
  }
  host_answered();
}

/// The chat has said what it knows: the account whose password is to be compared, or that one is in, or not.
void IrcSession::go_on_entering() {
  if (!registration_->identified || registration_->identified->name.empty()) {
    step_ = Step::registering;  // refused: another name will come
    return;
  }
  chat::Identified& who = *registration_->identified;
  const std::string name = std::exchange(who.name, {});
  if (who.state == chat::NameState::free) return enter_as_guest();  // nobody's password
  who.name = name;
  wait_for_host();
  host_.verify_password(who.password_hash, registration_->password, who.wants_scram);
}

/// Told only after the delay by which guesses are slowed down.
void IrcSession::on_event(const chat::LogInRefused& event) {
  waiting_ = true;
  arm(TimerFor::verdict, std::max(event.delay, std::chrono::milliseconds{1}));
}

void IrcSession::wrong_password() {
  if (is_proving()) return sasl_refused();
  waiting_ = false;
  if (is_on_errand()) return wrong_own_password();
  if (!registration_) {  // OPER
    reply(Numeric::err_passwdmismatch);
    arm_ping();
    return end_task();
  }
  reply(Numeric::err_passwdmismatch);
  close_with("Password incorrect");
}

void IrcSession::on_event(const chat::LoggedIn& event) {
  self_ = event.self;
  if (registration_) registration_->welcome = true;
}

/// True: it was about entering, and is dealt with.
bool IrcSession::refused_to_enter(const chat::Refused& event) {
  if (!registration_) return false;
  if (event.about == chat::kind_of<chat::AskCounts>()) return true;
  const std::string nick = registration_->nick;
  step_ = Step::registering;
  using chat::Refusal;
  switch (event.why) {
    case Refusal::name_in_use:
      reply(Numeric::err_nicknameinuse, {irc_nick(nick)});
      break;
    case Refusal::name_registered:
      reply_text(Numeric::err_nicknameinuse, {irc_nick(nick)},
                 "Nickname is reserved by an account: SASL or PASS logs in to it");
      break;
    case Refusal::account_required:
      reply_text(Numeric::err_passwdmismatch, {},
                 "You need an account here: SASL, or PASS <account>:<password>");
      close_with("You need an account here");
      return true;
    case Refusal::lockdown_accounts:
      reply_text(Numeric::err_passwdmismatch, {}, words_for(event.why).english);
      close_with(words_for(event.why).english);
      return true;
    case Refusal::stale:
      close_with("The account changed meanwhile; try again");
      return true;
    default:
      reply(Numeric::err_erroneusnickname, {irc_nick(nick)});
      break;
  }
  registration_->nick.clear();
  return true;
}

// --- the welcome

void IrcSession::welcome(const chat::Counts& counts) {
  registration_.reset();
  step_ = Step::serving;
  rate_ = {};  // what it took to come in is not held against him
  std::string out;
  const auto text = [&](Numeric numeric, std::string_view words) { append_reply(out, numeric, {}, words); };
  text(Numeric::rpl_welcome,
       fmt::format("Welcome to the {} IRC Network {}", options_.network, mask_of(*self_)));
  text(Numeric::rpl_yourhost,
       fmt::format("Your host is {}, running version {}", options_.server_name, options_.version));
  text(Numeric::rpl_created, fmt::format("This server was created {}", server_time_text(options_.created)));
  {
    wire::IrcWriter line(out);
    begin_numeric(line, Numeric::rpl_myinfo);
    line.middle(options_.server_name).middle(options_.version).middle(all_user_letters());
    line.middle(all_channel_letters()).middle(channel_letters_with_parameter());
  }
  append_isupport(out);
  append_lusers(out, counts);
  append_motd(out);
  // Behind it come the rooms where other sessions of his are already, of which the chat has told before.
  const std::string rooms = std::exchange(out_, {});
  std::vector<std::string> held = task_ ? std::exchange(task_->held, {}) : std::vector<std::string>();
  answer_lines(out);
  answer_lines(rooms);
  if (!held.empty()) task_->held.insert(task_->held.end(), held.begin(), held.end());
  arm_ping();
}

/// modern.ircdocs.horse, "RPL_ISUPPORT Parameters"; docs/irc.md has the source of each.
void IrcSession::append_isupport(std::string& out) const {
  const std::vector<std::string> tokens = {
      "ACCEPT=" + std::to_string(base::limits::kAcceptedMax),
      fmt::format("AWAYLEN={}", options_.away_length),
      "BOT=B",
      "CALLERID=g",
      "CASEMAPPING=" + options_.casemapping,
      fmt::format("CHANLIMIT=#:{}", base::limits::kRoomsPerUserMax),
      "CHANMODES=" + chanmodes_token(),
      fmt::format("CHANNELLEN={}", options_.channel_length + 1),
      "CHANTYPES=#",
      "CLIENTTAGDENY=",
      "ELIST=CMNTU",
      "EXCEPTS=e",
      "EXTBAN=,Uam",
      "ACCOUNTEXTBAN=a",
      "HOSTLEN=63",
      "INVEX=I",
      fmt::format("KICKLEN={}", options_.kick_length),
      "KNOCK",
      fmt::format("MAXLIST=beI:{}", options_.list_modes),
      fmt::format("MAXTARGETS={}", base::limits::kTargetsMax),
      fmt::format("MODES={}", base::limits::kModesPerCommandMax),
      fmt::format("MONITOR={}", options_.monitor),
      fmt::format("NAMELEN={}", kRealnameBytesMax),
      "NETWORK=" + token_value(options_.network),
      fmt::format("NICKLEN={}", options_.nick_length),
      "PREFIX=" + prefix_token(),
      "SAFELIST",
      "STATUSMSG=~&@%+",
      fmt::format("TARGMAX=ACCEPT:,ISON:,JOIN:,KICK:{0},LIST:,MONITOR:,NAMES:1,NOTICE:{0},PART:,PRIVMSG:{0},"
                  "TAGMSG:{0},USERHOST:,WHOIS:{0},WHOWAS:1",
                  base::limits::kTargetsMax),
      fmt::format("TOPICLEN={}", options_.topic_length),
      fmt::format("USERLEN={}", kUsernameBytesMax),
      options_.utf8_only ? "UTF8ONLY" : "",
      "WHOX",
  };
  std::size_t i = 0;
  while (i < tokens.size()) {
    wire::IrcWriter line(out);
    begin_numeric(line, Numeric::rpl_isupport);
    for (std::size_t n = 0; n < kTokensPerLine && i < tokens.size(); ++i) {
      if (tokens[i].empty()) continue;
      line.echo(tokens[i]);
      ++n;
    }
    line.trailing(text_of(Numeric::rpl_isupport));
  }
}

void IrcSession::append_lusers(std::string& out, const chat::Counts& counts) const {
  const auto count = [&](Numeric numeric, std::size_t n) {
    append_reply(out, numeric, {std::to_string(n)}, text_of(numeric));
  };
  append_reply(out, Numeric::rpl_luserclient, {},
               fmt::format("There are {} users and {} invisible on 1 servers",
                           counts.users - counts.invisible, counts.invisible));
  count(Numeric::rpl_luserop, counts.operators);
  count(Numeric::rpl_luserunknown, counts.unknown);
  count(Numeric::rpl_luserchannels, counts.rooms);
  append_reply(out, Numeric::rpl_luserme, {}, fmt::format("I have {} clients and 1 servers", counts.users));
  const std::string users = std::to_string(counts.users);
  const std::string most = std::to_string(counts.users_max);
  append_reply(out, Numeric::rpl_localusers, {users, most},
               fmt::format("Current local users {}, max {}", users, most));
  append_reply(out, Numeric::rpl_globalusers, {users, most},
               fmt::format("Current global users {}, max {}", users, most));
}

void IrcSession::append_motd(std::string& out) const {
  if (options_.motd.empty()) {
    return append_reply(out, Numeric::err_nomotd, {}, text_of(Numeric::err_nomotd));
  }
  append_reply(out, Numeric::rpl_motdstart, {},
               fmt::format("- {} Message of the day -", options_.server_name));
  for (const std::string& line : options_.motd) append_reply(out, Numeric::rpl_motd, {}, "- " + line);
  append_reply(out, Numeric::rpl_endofmotd, {}, text_of(Numeric::rpl_endofmotd));
}

}  // namespace veche::session

#include "tests/simulator/crowd.h"

#include "base/network.h"
#include "chat/name.h"
#include "tests/fakes/address_bits.h"
#include "tests/fakes/fake_host.h"

#include <chrono>

namespace veche::simulator {

using base::SessionId;
using std::chrono::seconds;

namespace {

// With these the message of PLAIN has as many bytes as make one chunk of SASL, or more.
constexpr std::size_t kChunkBytes = 300;

}  // namespace

std::string folded_name(const std::string& name) { return chat::fold_name(name).value_or(""); }

std::string password_of(const std::string& name) {
  std::string password = std::string(kPasswordMark) + folded_name(name);
  if (folded_name(name) == "dan") password.resize(kChunkBytes - std::string_view("\0dan\0", 5).size(), '-');
  if (folded_name(name) == "eve") password.resize(kChunkBytes + 30, '-');
  return password;
}

std::string wrong_password() { return std::string(kPasswordMark) + "wrong"; }

chat::Policy Crowd::policy() {
  chat::Policy policy;
  policy.name_code_points_max = 12;
  policy.message_bytes_max = 120;
  policy.accounts_required = choose_(12) == 0;
  policy.registration = choose_(8) != 0;
  policy.remember_addresses = choose_(2) == 0;
  policy.token_lifetime = seconds{100};
  policy.decoy_hash = "decoy";
  policy.failed_logins_per_minute = choose_(2) == 0 ? 0 : 2;
  policy.connections_per_address = choose_(4) == 0 ? 2 : 8;
  policy.connections_per_window = choose_(8) == 0 ? 5 : 0;
  policy.history = choose_(10) != 0;
  policy.playback_messages = choose_(6);
  policy.query_messages = choose_(2) == 0 ? 0 : 5;
  if (choose_(4) == 0) {
    using enum chat::RoomFlag;
    constexpr std::array kRules = {moderated, accounts_speak, accounts_join, invite_only, no_renames, secret};
    // From outside a room nobody speaks: the ledger holds who speaks to be there.
    policy.room_flags = chat::bit(members_only) | chat::bit(kRules[choose_(kRules.size())]);
  }
  return policy;
}

session::LineOptions Crowd::options() {
  session::LineOptions options;
  options.recv_queue_bytes = choose_(4) == 0 ? 64 : 16 * 1024;
  options.command_rate = choose_(4) == 0 ? 2 : 0;
  options.command_burst = 5;
  options.idle_timeout = seconds{choose_(4) == 0 ? 40 : 0};
  options.language = base::kLanguages[choose_(4) == 0 ? choose_(3) : 0];
  return options;
}

chat::Connect Crowd::arrival() {
  const std::size_t host = some_host();
  return {fakes::host_bits(host), choose_(8) != 0};
}

std::string Crowd::some_name() {
  if (choose_(24) == 0)
    return one_of(std::array<const char*, 4>{"veche", "a-very-long-name", "#ann", "a\xcc\x81nn"});
  return one_of(std::array<const char*, 8>{"ann", "Ann", "боб", "БОБ", "eve", "dan", "Ёж", "zoë"});
}

std::string Crowd::some_room() {
  if (choose_(16) == 0) return "no-hash";
  return one_of(std::array<const char*, 6>{"#veche", "#veche", "#a", "#A", "#б", "#Б"});
}

std::string Crowd::log_in() {
  const std::string name = some_name();
  std::string lines = choose_(2) == 0 ? "/bare\n" : "";
  if (choose_(16) == 0) lines += "\n";
  const bool known = ledger_.accounts().contains(folded_name(name)) != (choose_(12) == 0);
  lines += name;
  if (known && tokens_ > 0 && choose_(6) == 0) {
    return lines + " token:TOKEN-" + std::to_string(tokens_ - choose_(std::min<std::size_t>(tokens_, 4))) +
           "\n";
  }
  const std::string password = choose_(16) == 0 ? wrong_password() : password_of(name);
  if (known) return lines + "\n" + password + "\n";
  if (choose_(3) != 0) return lines + "\n\n";
  return lines + "\n" + password + "\n" + password + "\n";
}

std::string Crowd::secret(const std::string& name) {
  switch (choose_(8)) {
    case 0:
      return wrong_password() + "\n";
    case 1:
      return "\n";
    default:
      return password_of(name) + "\n";
  }
}

std::string Crowd::line(SessionId who) {
  const std::size_t dice = choose_(24);
  if (dice < 12) return message(who) + "\n";
  if (dice < 14) {
    const std::string to = some_name();
    return "/msg " + to + " " + ledger_.note('p', who, "", " psst", folded_name(to)) + "\n";
  }
  if (dice == 14) return bad_line() + "\n";
  std::string lines = command(who);
  return lines.ends_with('\n') ? lines : lines + "\n";
}

std::string Crowd::message(SessionId who) {
  const char* words =
      one_of(std::array<const char*, 5>{"", " hi", " привет всем", " \x1b[2Jred", " a  b\tc"});
  switch (choose_(12)) {
    case 0:
    case 1:
      return "/me " + ledger_.note('e', who, "", " waves");
    case 2:
      return "/" + ledger_.note('m', who, "/", words);
    case 3:
      return ledger_.note('m', who, "", " " + std::string(choose_(240), 'x'));
    default:
      return ledger_.note('m', who, choose_(4) == 0 ? " ok " : "", words);
  }
}

std::string Crowd::command(SessionId who) {
  switch (choose_(48)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      return "/join " + some_room();
    case 6:
      return "/leave";
    case 7:
      return "/leave " + some_room();
    case 8:
    case 9:
    case 10:
      return "/nick " + some_name();
    case 11:
      return "/who" + std::string(choose_(2) == 0 ? "" : " *");
    case 12:
      return "/rooms";
    case 13:
    case 14:
      return "/history " + std::to_string(choose_(30));
    case 15:
      return one_of(std::array<const char*, 3>{"/search hi", "/search привет", "/search ++"});
    case 16:
    case 17:
      return "/token";
    case 18:
      return choose_(2) == 0 ? "/forget" : "/forget all";
    case 19:
    case 20: {
      const std::string password = password_of(ledger_.name_of(who)) + "\n";
      return "/password\n" + password + password + (ledger_.is_guest(who) ? "" : password);
    }
    case 21:
      return one_of(std::array<const char*, 3>{"/lang ru", "/lang uk", "/lang en"});
    case 22:
      return "/bare";
    case 23:
      return "/oper root " + std::string(choose_(2) == 0 ? "secret" : "wrong");
    case 24:
      return choose_(2) == 0 ? "/help" : "/status";
    case 25:
      return choose_(2) == 0 ? "/quit" : "exit";
    case 26:
      return one_of(std::array<const char*, 3>{"/topic", "/topic tea", "/topic чай"});
    case 27:
    case 28:
      return "/invite " + some_name();
    case 29:
    case 30:
    case 31:
      return "/remove " + some_name() + (choose_(2) == 0 ? "" : " that is enough");
    case 32:
      return "/knock " + some_room();
    case 33:
      return one_of(std::array<const char*, 3>{"/away", "/away tea", "/away чай"});
    case 34:
      return "/join " + some_room() + " key";
    case 35:
      return "/leave " + some_room() + " enough of it";
    case 36:
    case 37:
    case 38:
      return "/register";
    case 39:
      return "/unregister " + some_room();
    case 40:
      return "/transfer " + some_name();
    case 41:
    case 42:
      return "/rank " + some_name() +
             one_of(std::array<const char*, 4>{" operator", " administrator", " voice", " none"});
    case 43:
      return "/rank";
    default:
      return "/join #veche";
  }
}

std::string Crowd::bad_line() {
  switch (choose_(6)) {
    case 0:
      return std::string(5000, 'y');
    case 1:
      return "not utf-8: \xc3(";
    case 2:
      return std::string("NUL\0here", 8);
    case 3:
      return "";
    case 4:
      return "/msg";
    default:
      return "/jion";
  }
}

// --- the operator

chat::OperatorOrder Crowd::order() {
  const auto reason = [&] { return std::string(choose_(2) == 0 ? "" : "that is enough"); };
  switch (choose_(19)) {
    case 0:
    case 1:
    case 2:
      return chat::Kick{some_name(), {}, reason()};
    case 3:
    case 4:
    case 5:
    case 6:
      return sanction();
    case 7:
    case 8:
      return chat::Lift{chat::SanctionKind{static_cast<std::uint8_t>(choose_(2))}, target()};
    case 9:
    case 10:
    case 11:
      return chat::SlowDown{some_room(), seconds{choose_(3) * 4}};
    case 12:
    case 13:
    case 14:
      return chat::Announce{ledger_.note('a', kOperator, "", " hear, all of you")};
    case 15:
      return chat::Dismiss{choose_(3), reason()};
    case 16:
      return chat::ClearIdentities{choose_(6)};
    case 17:
      return chat::SetLockdown{choose_(3) != 0 ? chat::Lockdown::off
                                               : chat::Lockdown{static_cast<std::uint8_t>(choose_(4))}};
    default: {
      const std::string name = some_name();
      return chat::ManageAccount{chat::AccountAction{static_cast<std::uint8_t>(choose_(4))}, name,
                                 fakes::fake_hash(password_of(name))};
    }
  }
}

chat::Impose Crowd::sanction() {
  const auto kind = choose_(4) == 0 ? chat::SanctionKind::ban : chat::SanctionKind::mute;
  return {{kind, target(), choose_(2) == 0 ? "" : "flood", "root", {}, {}},
          seconds{choose_(8) == 0 ? 0 : 5 + choose_(30)}};
}

chat::SanctionTarget Crowd::target() {
  if (choose_(3) == 0) {
    const auto prefix = static_cast<std::uint8_t>(choose_(2) == 0 ? 128 : 127);
    const base::AddressBits network = base::Network::masked(fakes::host_bits(some_host()), prefix);
    return {chat::SanctionOn::network,
            base::address_text(network) + "/" + std::to_string(prefix - 96),
            {network, prefix}};
  }
  return {choose_(2) == 0 ? chat::SanctionOn::name : chat::SanctionOn::account, folded_name(some_name()), {}};
}

}  // namespace veche::simulator

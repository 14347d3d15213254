// IrcSession: ChanServ's errands (the words of Ergo's and Atheme's), over the chat's registered rooms.
#include "base/text.h"
#include "session/irc_encoder.h"
#include "session/irc_modes.h"
#include "session/irc_name.h"
#include "session/irc_services.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace veche::session {
namespace {

constexpr chat::Ranks kOperators = chat::bit(chat::Rank::half_operator) | chat::bit(chat::Rank::oper) |
                                   chat::bit(chat::Rank::admin) | chat::bit(chat::Rank::founder);

/// What has to be typed before something is done that cannot be undone: for this room as it is now.
std::string confirmation_code(const chat::CharterView& room) {
  std::uint32_t hash = 2'166'136'261;  // FNV-1a
  const std::string since = std::to_string(room.since.time_since_epoch().count());
  for (const std::string_view part :
       {std::string_view(room.room), std::string_view(room.founder), std::string_view(since)}) {
    for (const char c : part) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16'777'619;
  }
  return fmt::format("{:08x}", hash);
}

}  // namespace

const IrcService& IrcService::chanserv() {
  using S = IrcSession;
  static constexpr std::string_view kDrop = "DROP <channel> [<code>]: it is registered no more";
  static constexpr auto kErrands = std::to_array<IrcErrand>({
      {"AMODE", &S::cs_amode, 1,
       "AMODE <channel> [+<mode> <account>|-<mode> <account>]: ranks (a o h v) that accounts have whenever "
       "they come"},
      {"DEOP", &S::cs_deop, 1, "DEOP <channel> [<nick>]: takes the ranks from half operator up"},
      {"DEVOICE", &S::cs_devoice, 1, "DEVOICE <channel> [<nick>]"},
      {"DROP", &S::cs_drop, 1, kDrop},
      {"HELP", &S::service_help, 0, "HELP [<command>]: this help"},
      {"INFO", &S::cs_info, 1, "INFO <channel>: whose it is"},
      {"OP", &S::cs_op, 1,
       "OP <channel> [<nick>]: gives you the rank that your account has, or another one operator"},
      {"REGISTER", &S::cs_register, 1,
       "REGISTER <channel>: it becomes yours, and keeps its modes, lists, topic and ranks"},
      {"SET", &S::cs_set, 2, "SET <channel> FOUNDER <account> [<code>]: as TRANSFER"},
      {"TRANSFER", &S::cs_transfer, 2, "TRANSFER <channel> <account> [<code>]: makes it another account's"},
      {"UNREGISTER", &S::cs_drop, 1, kDrop},  // as Ergo calls it
      {"VOICE", &S::cs_voice, 1, "VOICE <channel> [<nick>]"},
  });
  static constexpr IrcService kService{"ChanServ", "CS", "registers channels", kErrands};
  return kService;
}

void IrcSession::cs_register(Params p) { ask(chat::RegisterRoom{chat_name(p[0])}); }

void IrcSession::cs_info(Params p) { ask(chat::AskCharter{chat_name(p[0])}); }

// --- what needs a confirmation: the channel's charter is asked for first, for the code

void IrcSession::cs_drop(Params p) {
  task().words = {std::string(p[0]), std::string(p.size() > 1 ? p[1] : "")};
  task().then = &IrcSession::cs_confirm;
  ask(chat::AskCharter{chat_name(p[0])});
}

void IrcSession::cs_transfer(Params p) {
  task().words = {std::string(p[0]), std::string(p[1]), std::string(p.size() > 2 ? p[2] : "")};
  task().then = &IrcSession::cs_confirm;
  ask(chat::AskCharter{chat_name(p[0])});
}

void IrcSession::cs_set(Params p) {
  const bool is_founder = base::casefold(p[1]) == "founder";
  if (is_founder && p.size() > 2) {
    const std::array<std::string_view, 3> words{p[0], p[2], p.size() > 3 ? p[3] : std::string_view()};
    return cs_transfer(Params(words).first(p.size() > 3 ? 3 : 2));
  }
  service_notice(is_founder
                     ? task().errand->help
                     : "FOUNDER can be set; modes, lists and the topic are set in the channel, and kept.");
}

void IrcSession::cs_confirm() {
  const std::vector<std::string>& words = task().words;
  const bool drops = words.size() == 2;
  if (words.back() != task().fields) {
    const std::string errand = drops ? "DROP " + words[0] : "TRANSFER " + words[0] + " " + words[1];
    return service_notice(fmt::format("That cannot be undone. To do it: /CS {} {}", errand, task().fields));
  }
  if (drops) return ask(chat::DropRoom{chat_name(words[0])});
  ask(chat::TransferRoom{chat_name(words[0]), chat_name(words[1])});
}

// --- ranks

void IrcSession::cs_op(Params p) {
  claim_ranks(p, p.size() > 1 ? chat::bit(chat::Rank::oper) : chat::Ranks{0}, true);
}
void IrcSession::cs_deop(Params p) { claim_ranks(p, kOperators, false); }
void IrcSession::cs_voice(Params p) { claim_ranks(p, chat::bit(chat::Rank::voice), true); }
void IrcSession::cs_devoice(Params p) { claim_ranks(p, chat::bit(chat::Rank::voice), false); }

void IrcSession::claim_ranks(Params p, chat::Ranks ranks, bool on) {
  task().then = &IrcSession::cs_done;
  ask(chat::ClaimRanks{chat_name(p[0]), p.size() > 1 ? chat_name(p[1]) : std::string(), ranks, on});
}

void IrcSession::cs_done() { service_notice("Done."); }

/// One account at a time; `-` takes whichever rank it has.
void IrcSession::cs_amode(Params p) {
  if (p.size() == 1) return ask(chat::AskCharter{chat_name(p[0])});
  std::string_view letters = p[1];
  const bool on = !letters.starts_with('-');
  if (letters.starts_with('+') || !on) letters.remove_prefix(1);
  const auto rank = letters.size() == 1 ? rank_of_letter(letters[0]) : std::nullopt;
  if (!rank || *rank == chat::Rank::founder || p.size() < 3) {
    return service_notice(rank == chat::Rank::founder ? "Another founder is made by TRANSFER."
                                                      : task().errand->help);
  }
  ask(chat::SetStandingRank{chat_name(p[0]), chat_name(p[2]), on ? chat::bit(*rank) : chat::Ranks{0}});
}

// --- the chat's answer

void IrcSession::on_event(const chat::CharterView& event) {
  if (!is_on_errand()) return;
  const std::string channel = irc_channel(event.room);
  const std::string founder = irc_nick(event.founder);
  const std::string_view errand = task_->errand->name;
  if (event.founder.empty()) return service_notice(fmt::format("{} is registered no more.", channel));
  if (task_->then == &IrcSession::cs_confirm) {
    // Who may not is refused at once, without a code.
    const bool may = event.founder == self_->account || operator_;
    task_->fields = may ? confirmation_code(event) : task_->words.back();
    return;
  }
  if (errand == "REGISTER") {
    return service_notice(fmt::format("{} is registered: you are its founder.", channel));
  }
  if (errand == "TRANSFER" || errand == "SET") {
    return service_notice(fmt::format("The founder of {} is {} now.", channel, founder));
  }
  if (!event.account.empty()) {
    const auto has = std::find_if(event.ranks.begin(), event.ranks.end(),
                                  [&](const auto& one) { return one.first == event.account; });
    const std::string account = irc_nick(event.account);
    return service_notice(
        has == event.ranks.end()
            ? fmt::format("{} has no rank in {} by its account any more.", account, channel)
            : fmt::format("Whenever {} comes to {}: +{}", account, channel, letter_of(has->second)));
  }
  service_notice(fmt::format("{}: founded by {}", channel, founder));
  if (errand == "INFO") {
    service_notice(fmt::format("Registered: {}", server_time_text(event.since)));
    service_notice(fmt::format("Created: {}", server_time_text(event.created)));
  }
  for (const auto& [account, rank] : event.ranks) {
    service_notice(fmt::format("Whenever {} comes: +{}", irc_nick(account), letter_of(rank)));
  }
}

}  // namespace veche::session

// IrcSession: MODE, of channels and of oneself (modern.ircdocs.horse, "MODE message"). Letters become
// chat::RoomChange; what the chat has done of them comes back as RoomChanged, and what it has not as Refused.
#include "base/text.h"
#include "session/irc_modes.h"
#include "session/irc_name.h"
#include "session/irc_session.h"

#include <optional>
#include <string>
#include <utility>

namespace veche::session {
namespace {

constexpr std::size_t kKeyBytesMax = 32;
constexpr std::uint32_t kLimitMax = 1'000'000;
constexpr std::uint32_t kSlowMax = 86'400;

/// A word that is a mask and no nickname: +q takes both.
bool looks_like_mask(std::string_view text) { return text.find_first_of("!@*?:.") != text.npos; }

std::optional<chat::MaskList> list_of_letter(char letter) {
  switch (letter) {
    case 'b':
      return chat::MaskList::bans;
    case 'e':
      return chat::MaskList::exceptions;
    case 'I':
      return chat::MaskList::invite_exceptions;
    default:
      return std::nullopt;
  }
}

}  // namespace

void IrcSession::do_mode(Params p) {
  if (!is_channel(p[0])) return change_user_modes(p);
  if (p.size() == 1) return ask(chat::AskRoom{chat_name(p[0]), false});
  change_channel_modes(p[0], p.subspan(1));
}

void IrcSession::change_channel_modes(std::string_view channel, Params p) {
  using What = chat::RoomChange::What;
  chat::ChangeRoom order{chat_name(channel), {}};
  task().words.emplace_back(channel);
  task().flag = true;  // letters were given
  bool on = true;
  std::size_t next = 1;
  const auto parameter = [&]() -> std::optional<std::string_view> {
    if (next == p.size()) return std::nullopt;
    return p[next++];
  };
  const auto bad_parameter = [&](char letter, std::string_view value, std::string_view why) {
    reply_text(Numeric::err_invalidmodeparam, {channel, std::string(1, letter), value.empty() ? "*" : value},
               why);
  };
  const auto add = [&](chat::RoomChange change) {
    change.on = on;
    if (order.changes.size() < base::limits::kModesPerCommandMax) order.changes.push_back(std::move(change));
  };

  for (std::string_view letters = p[0]; !letters.empty();) {
    const std::string_view whole = letters.substr(0, base::first_code_point_bytes(letters));
    letters.remove_prefix(whole.size());
    const char letter = whole[0];
    chat::RoomChange change;
    if (letter == '+' || letter == '-') {
      on = letter == '+';
    } else if (const auto flag = flag_of_letter(letter)) {
      change.flag = *flag;
      add(change);
    } else if (letter == 'k') {
      const auto key = parameter();
      const bool bad =
          !key || key->empty() || key->size() > kKeyBytesMax || key->find_first_of(", :") != key->npos;
      if (on && !key) {
        need_more("MODE");
      } else if (on && bad) {
        bad_parameter('k', "*", "A key is 1 to 32 bytes without commas, colons and spaces");
      } else {
        change.what = What::key;
        if (on) change.text = *key;
        add(change);
      }
    } else if (letter == 'l') {
      change.what = What::limit;
      if (!on) {
        add(change);
        continue;
      }
      const auto text = parameter();
      if (!text) {
        need_more("MODE");
        continue;
      }
      change.limit = count_of(*text, kLimitMax);
      if (change.limit == 0) {
        bad_parameter('l', *text, "A limit is a number from 1 to 1000000");
      } else {
        add(change);
      }
    } else if (letter == 'W') {
      change.what = What::slow;
      if (on) {
        const auto text = parameter();
        if (!text) {
          need_more("MODE");
          continue;
        }
        change.limit = count_of(*text, kSlowMax);
        if (change.limit == 0) {
          bad_parameter('W', *text, "Slow mode is a number of seconds, 1 to 86400");
          continue;
        }
      }
      add(change);
    } else if (letter == 'j') {
      change.what = What::joining;
      if (on) {
        const auto text = parameter();
        const auto limit = join_limit_of(text.value_or(""));
        if (!limit) {
          bad_parameter('j', text.value_or(""), "A join limit is JOINS:SECONDS, each 1 to 9999");
          continue;
        }
        change.joining = *limit;
      }
      add(change);
    } else if (letter == 'f') {
      change.what = What::forward;
      if (on) {
        const auto target = parameter();
        if (!target || !is_channel(*target)) {
          bad_parameter('f', target.value_or(""), "A channel is forwarded to a channel");
          continue;
        }
        change.text = chat_name(*target);
      }
      add(change);
    } else if (list_of_letter(letter) || (letter == 'q' && (next == p.size() || looks_like_mask(p[next])))) {
      const auto text = parameter();
      if (!text || text->empty()) {  // shown when the changes are done
        if (task().fields.find(letter) == std::string::npos) task().fields += letter;
        continue;
      }
      Mask mask = mask_of(*text);
      change.what = What::mask;
      change.list =
          letter == 'q' || (letter == 'b' && mask.mutes) ? chat::MaskList::mutes : *list_of_letter(letter);
      change.mask_on = mask.on;
      change.text = std::move(mask.pattern);
      task().words.push_back(letter + change.text);  // for 478
      add(change);
    } else if (const auto rank = rank_of_letter(letter)) {
      const auto nick = parameter();
      if (!nick) {
        need_more("MODE");
        continue;
      }
      change.what = What::rank;
      change.rank = *rank;
      change.text = chat_name(*nick);
      add(change);
    } else {
      reply(Numeric::err_unknownmode, {whole});
    }
  }
  const std::string name = order.room;
  if (!order.changes.empty()) ask(std::move(order));
  if (!task().fields.empty()) ask(chat::AskRoom{name, false});
}

void IrcSession::change_user_modes(Params p) {
  if (!is_my_nick(p[0])) {
    task().words.emplace_back(p[0]);
    chat::AskPeople who;
    who.names.push_back(chat_name(p[0]));
    return ask(std::move(who));  // 502 if he is here, else 401
  }
  chat::SetFlags order;
  bool on = true;
  bool unknown = false;
  for (const char letter : p.size() > 1 ? p[1] : std::string_view()) {
    if (letter == '+' || letter == '-') {
      on = letter == '+';
      continue;
    }
    if (letter == kEncryptedLetter) continue;
    if (letter == kOfficeLetter) {  // given by OPER alone
      if (!on && operator_) ask(chat::HoldOffice{{}, false});
      continue;
    }
    bool known = false;
    for (const UserFlagLetter& row : user_flag_letters()) {
      if (row.letter != letter) continue;
      known = true;
      (on ? order.on : order.off) |= chat::bit(row.flag);
      (on ? order.off : order.on) &= static_cast<chat::UserFlags>(~chat::bit(row.flag));
    }
    unknown = unknown || !known;
  }
  if (unknown) reply(Numeric::err_umodeunknownflag);
  if (p.size() > 1 && order.on == 0 && order.off == 0) return;
  task().flag = p.size() == 1;  // they are asked for
  ask(order);
}

}  // namespace veche::session

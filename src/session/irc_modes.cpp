#include "session/irc_modes.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace veche::session {
namespace {

using chat::MaskOn;
using chat::Rank;
using chat::RoomFlag;
using chat::UserFlag;

constexpr std::array<RankLetter, 5> kRanks = {{
    {Rank::founder, 'q', '~'},
    {Rank::admin, 'a', '&'},
    {Rank::oper, 'o', '@'},
    {Rank::half_operator, 'h', '%'},
    {Rank::voice, 'v', '+'},
}};

// By letter, as they are shown.
constexpr std::array<FlagLetter, 15> kFlags = {{
    {RoomFlag::no_ctcp, 'C'},
    {RoomFlag::no_knocks, 'K'},
    {RoomFlag::accounts_speak, 'M'},
    {RoomFlag::no_renames, 'N'},
    {RoomFlag::accounts_join, 'R'},
    {RoomFlag::no_notices, 'T'},
    {RoomFlag::operators_hear, 'U'},
    {RoomFlag::no_formatting, 'c'},
    {RoomFlag::free_invite, 'g'},
    {RoomFlag::invite_only, 'i'},
    {RoomFlag::moderated, 'm'},
    {RoomFlag::members_only, 'n'},
    {RoomFlag::private_, 'p'},
    {RoomFlag::secret, 's'},
    {RoomFlag::topic_locked, 't'},
}};

constexpr std::array<UserFlagLetter, 6> kUserFlags = {{
    {UserFlag::bot, 'B'},
    {UserFlag::accounts_only, 'R'},
    {UserFlag::asks_first, 'g'},
    {UserFlag::invisible, 'i'},
    {UserFlag::hides_rooms, 'p'},
    {UserFlag::wallops, 'w'},
}};

constexpr std::string_view kLists = "beI";
constexpr std::uint16_t kJoinLimitMax = 9'999;
const std::string kWithParameter = "Wfjkl";  // beside lists and ranks
constexpr std::string_view kGuestsText = "U:*";

template <class Table>
auto find_letter(const Table& table, char letter) {
  return std::find_if(table.begin(), table.end(), [letter](const auto& row) { return row.letter == letter; });
}

/// Splits "a:rest" where `a` is one of `letters`; '~' or '$' before it is taken too, as other servers write
/// it.
std::optional<char> take_extban(std::string_view& text, std::string_view letters) {
  std::string_view rest = text;
  if (rest.starts_with('~') || rest.starts_with('$')) rest.remove_prefix(1);
  if (rest.size() < 2 || rest[1] != ':' || letters.find(rest[0]) == letters.npos) return std::nullopt;
  text = rest.substr(2);
  return rest[0];
}

}  // namespace

std::span<const RankLetter> rank_letters() { return kRanks; }

std::optional<Rank> rank_of_letter(char letter) {
  const auto row = find_letter(kRanks, letter);
  if (row == kRanks.end()) return std::nullopt;
  return row->rank;
}

std::optional<Rank> rank_of_prefix(char prefix) {
  const auto row = std::find_if(kRanks.begin(), kRanks.end(),
                                [prefix](const RankLetter& r) { return r.prefix == prefix; });
  if (row == kRanks.end()) return std::nullopt;
  return row->rank;
}

std::string rank_prefixes(chat::Ranks ranks, bool all) {
  std::string text;
  for (const RankLetter& row : kRanks) {
    if ((ranks & chat::bit(row.rank)) == 0) continue;
    text += row.prefix;
    if (!all) break;
  }
  return text;
}

char letter_of(Rank rank) {
  return std::find_if(kRanks.begin(), kRanks.end(), [rank](const RankLetter& r) { return r.rank == rank; })
      ->letter;
}

std::span<const FlagLetter> flag_letters() { return kFlags; }

std::optional<RoomFlag> flag_of_letter(char letter) {
  const auto row = find_letter(kFlags, letter);
  if (row == kFlags.end()) return std::nullopt;
  return row->flag;
}

char letter_of(RoomFlag flag) {
  return std::find_if(kFlags.begin(), kFlags.end(), [flag](const FlagLetter& f) { return f.flag == flag; })
      ->letter;
}

FlagsOrLetter flags_of_letters(std::string_view letters) {
  FlagsOrLetter result;
  if (letters.starts_with('+')) letters.remove_prefix(1);
  for (const char letter : letters) {
    const auto flag = flag_of_letter(letter);
    if (!flag) return {0, letter};
    result.flags |= chat::bit(*flag);
  }
  return result;
}

std::span<const UserFlagLetter> user_flag_letters() { return kUserFlags; }

std::string user_mode_text(chat::UserFlags flags, bool holds_office, bool encrypted) {
  std::string text = "+";
  for (const UserFlagLetter& row : kUserFlags) {
    if ((flags & chat::bit(row.flag)) != 0) text += row.letter;
  }
  if (encrypted) text += kEncryptedLetter;
  if (holds_office) text += kOfficeLetter;
  return text;
}

ModeText room_mode_text(const chat::RoomState* state, bool with_key) {
  ModeText text{"+", {}};
  if (state == nullptr) return text;
  for (const FlagLetter& row : kFlags) {
    if (state->has(row.flag)) text.letters += row.letter;
  }
  if (state->slow.count() != 0) {
    text.letters += 'W';
    text.parameters.push_back(std::to_string(state->slow.count()));
  }
  if (!state->forward.empty()) {
    text.letters += 'f';
    text.parameters.push_back(state->forward);
  }
  if (state->joining.joins != 0) {
    text.letters += 'j';
    text.parameters.push_back(join_limit_text(state->joining));
  }
  if (!state->key.empty()) {
    text.letters += 'k';
    text.parameters.push_back(with_key ? state->key : "*");
  }
  if (state->limit != 0) {
    text.letters += 'l';
    text.parameters.push_back(std::to_string(state->limit));
  }
  return text;
}

std::string join_limit_text(const chat::JoinLimit& limit) {
  return std::to_string(limit.joins) + ":" + std::to_string(limit.seconds);
}

std::uint32_t count_of(std::string_view digits, std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool is_all = error == std::errc{} && end == digits.data() + digits.size();
  return is_all && value <= most ? value : 0;
}

std::optional<chat::JoinLimit> join_limit_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const auto number = [](std::string_view digits) {
    return static_cast<std::uint16_t>(count_of(digits, kJoinLimitMax));
  };
  const chat::JoinLimit limit{number(text.substr(0, colon)), number(text.substr(colon + 1))};
  if (limit.joins == 0 || limit.seconds == 0) return std::nullopt;
  return limit;
}

std::string mask_text(MaskOn on, std::string_view pattern) {
  switch (on) {
    case MaskOn::account:
      return "a:" + std::string(pattern);
    case MaskOn::guests:
      return std::string(kGuestsText);
    case MaskOn::person:
      break;
  }
  return std::string(pattern);
}

Mask mask_of(std::string_view text) {
  Mask mask;
  if (take_extban(text, "m")) mask.mutes = true;
  if (const auto kind = take_extban(text, "aU")) {
    mask.on = *kind == 'a' ? MaskOn::account : MaskOn::guests;
    if (mask.on == MaskOn::account) mask.pattern = text;
    return mask;
  }
  const std::size_t bang = text.find('!');
  const std::size_t at = text.find('@', bang == text.npos ? 0 : bang);
  const auto or_all = [](std::string_view part) {
    return part.empty() ? std::string("*") : std::string(part);
  };
  if (bang == text.npos && at == text.npos) {
    // A word with a dot or a colon is a host, anything else a nickname.
    const bool host = text.find_first_of(".:") != text.npos;
    mask.pattern = host ? "*!*@" + std::string(text) : or_all(text) + "!*@*";
    return mask;
  }
  const std::string_view nick = bang == text.npos ? "" : text.substr(0, bang);
  const std::size_t user_from = bang == text.npos ? 0 : bang + 1;
  const std::string_view user = text.substr(user_from, at == text.npos ? text.npos : at - user_from);
  const std::string_view host = at == text.npos ? "" : text.substr(at + 1);
  mask.pattern = or_all(nick) + "!" + or_all(user) + "@" + or_all(host);
  return mask;
}

std::string all_user_letters() {
  std::string letters;
  for (const UserFlagLetter& row : kUserFlags) letters += row.letter;
  return letters + kEncryptedLetter + kOfficeLetter;
}

std::string all_channel_letters() {
  std::string letters(kLists);
  for (const FlagLetter& row : kFlags) letters += row.letter;
  letters += kWithParameter;
  for (const RankLetter& row : kRanks) letters += row.letter;
  return letters;
}

std::string channel_letters_with_parameter() {
  std::string letters = std::string(kLists) + kWithParameter;
  for (const RankLetter& row : kRanks) letters += row.letter;
  return letters;
}

std::string chanmodes_token() {
  std::string token = std::string(kLists) + ",k,Wfjl,";
  for (const FlagLetter& row : kFlags) token += row.letter;
  return token;
}

std::string prefix_token() {
  std::string letters;
  std::string prefixes;
  for (const RankLetter& row : kRanks) {
    letters += row.letter;
    prefixes += row.prefix;
  }
  return "(" + letters + ")" + prefixes;
}

}  // namespace veche::session

// IRC's letters for what the chat calls ranks, rules and wishes: one table for each kind, which MODE, 004,
// ISUPPORT, NAMES and WHO all go by. Pure.
//
// The four kinds of channel modes (modern.ircdocs.horse, "Channel Modes"): A lists (b e I; q with a mask is
// the list of mutes), B always a parameter (k), C a parameter when set (l f), D none.
#pragma once

#include "chat/person.h"
#include "chat/room_state.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace veche::session {

struct RankLetter {
  chat::Rank rank;
  char letter;
  char prefix;
};
/// From the highest down: ~ & @ % +.
std::span<const RankLetter> rank_letters();
std::optional<chat::Rank> rank_of_letter(char letter);
/// What may stand before a channel's name to mean those of that rank and up (STATUSMSG).
std::optional<chat::Rank> rank_of_prefix(char prefix);
/// "@" or, with `all`, "@+"; empty: none.
std::string rank_prefixes(chat::Ranks ranks, bool all);
char letter_of(chat::Rank rank);

struct FlagLetter {
  chat::RoomFlag flag;
  char letter;
};
std::span<const FlagLetter> flag_letters();
std::optional<chat::RoomFlag> flag_of_letter(char letter);
char letter_of(chat::RoomFlag flag);
/// The flags that letters stand for ("+nt", "nt"), or the first letter that stands for none.
struct FlagsOrLetter {
  chat::RoomFlags flags = 0;
  std::optional<char> unknown{};
};
FlagsOrLetter flags_of_letters(std::string_view letters);

struct UserFlagLetter {
  chat::UserFlag flag;
  char letter;
};
std::span<const UserFlagLetter> user_flag_letters();
/// What nobody can give himself: 'o' for who holds an office, 'Z' for who comes by TLS.
inline constexpr char kOfficeLetter = 'o';
inline constexpr char kEncryptedLetter = 'Z';
/// "+iw", with those two.
std::string user_mode_text(chat::UserFlags flags, bool holds_office, bool encrypted);

/// "+ntk key": the modes of a room, as 324 and 329 tell them. The key is shown to members only.
struct ModeText {
  std::string letters;
  std::vector<std::string> parameters;
};
ModeText room_mode_text(const chat::RoomState* state, bool with_key);

/// "5:10" of +j: five joins in ten seconds; nothing: it is no such limit.
std::string join_limit_text(const chat::JoinLimit& limit);
std::optional<chat::JoinLimit> join_limit_of(std::string_view text);
/// A number from 1 to `most`, in digits alone; 0: it is none.
std::uint32_t count_of(std::string_view digits, std::uint32_t most);

/// An entry of a list as IRC writes it: a mask, or an extended ban (EXTBAN): `a:ACCOUNT`, `U:*` for guests,
/// and `m:` before it in the list of bans if it only mutes.
std::string mask_text(chat::MaskOn on, std::string_view pattern);
struct Mask {
  chat::MaskOn on = chat::MaskOn::person;
  std::string pattern;
  bool mutes = false;
};
/// What a person has typed: "nick" is nick!*@*, "user@host" is *!user@host, and so on.
Mask mask_of(std::string_view text);

// For 004 and ISUPPORT.
std::string all_user_letters();
std::string all_channel_letters();
std::string channel_letters_with_parameter();
/// "beI,k,Wfjl,..." of CHANMODES.
std::string chanmodes_token();
/// "(qaohv)~&@%+" of PREFIX.
std::string prefix_token();

}  // namespace veche::session

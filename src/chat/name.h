// What may be a name, of a person or of a room, and when two names are the same. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace veche::chat {

/// A name as its owner writes it (NFC), and the form by which it is unique over every dialect.
struct Name {
  std::string text;
  std::string folded;
};

/// Why a text cannot be a name: facts, for which a dialect finds the words.
enum class NameFault : std::uint8_t {
  empty,
  too_long,  ///< past kNameCodePointsMax or kRoomCodePointsMax
  not_utf8,
  unseen,     ///< white space, controls, invisible characters
  bad_start,  ///< a person's name that begins with '#', '/' or ':', or any name with a combining mark
  no_hash,    ///< a room's name without its '#'
  reserved,   ///< the server speaks under it
};

using NameOrFault = std::variant<Name, NameFault>;

/// For looking up a name that was made when longer ones were allowed.
inline constexpr std::size_t kAnyLength = static_cast<std::size_t>(-1);

/// A person's name: 1 to `code_points_max` code points, nothing unseen, not beginning with '#', '/' or ':'.
/// Reserved names are refused unless `allow_reserved` (the operator may make such an account); those of IRC's
/// services, to which passwords are told, also then, but for looking them up (kAnyLength).
NameOrFault parse_name(std::string_view text, std::size_t code_points_max, bool allow_reserved = false);

/// A room's name: '#' and then 1 to `code_points_max` code points, nothing unseen.
NameOrFault parse_room_name(std::string_view text, std::size_t code_points_max);

/// The folded form alone, for looking somebody up; nothing if `text` could be nobody's name.
std::optional<std::string> fold_name(std::string_view text);

}  // namespace veche::chat

#include "control/room_modes.h"

#include "base/check.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

namespace veche::control {
namespace {

using chat::RoomFlag;

struct Mode {
  char letter;
  RoomFlag flag;
  std::string_view meaning;
};

constexpr Mode kModes[] = {
    {'n', RoomFlag::members_only, "only members speak"},
    {'t', RoomFlag::topic_locked, "operators set the topic"},
    {'m', RoomFlag::moderated, "only those with a rank speak"},
    {'i', RoomFlag::invite_only, "nobody comes in uninvited"},
    {'s', RoomFlag::secret, "not listed"},
    {'p', RoomFlag::private_, "not told of its members"},
    {'C', RoomFlag::no_ctcp, "no client-to-client queries"},
    {'R', RoomFlag::accounts_join, "only accounts come in"},
    {'M', RoomFlag::accounts_speak, "only accounts speak"},
    {'c', RoomFlag::no_formatting, "no colours"},
    {'N', RoomFlag::no_renames, "members keep their names"},
    {'T', RoomFlag::no_notices, "no notices"},
    {'K', RoomFlag::no_knocks, "nobody asks to be let in"},
    {'g', RoomFlag::free_invite, "every member invites"},
};

std::string known_letters() {
  std::string letters = "one or more of:";
  for (const Mode& mode : kModes) letters += {' ', mode.letter};
  return letters;
}

}  // namespace

base::Result<chat::RoomFlags> parse_room_modes(std::string_view text) {
  chat::RoomFlags flags = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  for (const char letter : text) {
    const auto found = std::find_if(std::begin(kModes), std::end(kModes),
                                    [letter](const Mode& mode) { return mode.letter == letter; });
    if (found == std::end(kModes)) {
      const bool shown = letter > ' ' && letter < 0x7f;
      return base::fail("",
                        shown ? fmt::format("'{}' is no letter of a room's rule", letter)
                              : std::string("holds something that is no letter of a room's rule"),
                        known_letters());
    }
    flags |= chat::bit(found->flag);
  }
  return flags;
}

chat::RoomFlags checked_room_modes(std::string_view text) {
  const auto flags = parse_room_modes(text);
  base::check(flags.has_value(), "a configuration is checked when it is read");
  return *flags;
}

std::string room_mode_help() {
  std::string help;
  for (const Mode& mode : kModes) {
    help += fmt::format("{}{} ({})", help.empty() ? "" : ", ", mode.letter, mode.meaning);
  }
  return help;
}

}  // namespace veche::control

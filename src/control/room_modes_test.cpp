#include "control/room_modes.h"

#include <gtest/gtest.h>

namespace veche::control {
namespace {

using chat::bit;
using chat::RoomFlag;

TEST(RoomModes, LettersAreRules) {
  EXPECT_EQ(parse_room_modes("+nt"), bit(RoomFlag::members_only) | bit(RoomFlag::topic_locked));
  EXPECT_EQ(parse_room_modes("tnn"), bit(RoomFlag::members_only) | bit(RoomFlag::topic_locked));
  EXPECT_EQ(parse_room_modes("+imspCRMc"), bit(RoomFlag::invite_only) | bit(RoomFlag::moderated) |
                                               bit(RoomFlag::secret) | bit(RoomFlag::private_) |
                                               bit(RoomFlag::no_ctcp) | bit(RoomFlag::accounts_join) |
                                               bit(RoomFlag::accounts_speak) | bit(RoomFlag::no_formatting));
}

TEST(RoomModes, NoneAtAllIsFine) {
  EXPECT_EQ(parse_room_modes(""), 0);
  EXPECT_EQ(parse_room_modes("+"), 0);
}

TEST(RoomModes, AnythingElseIsAnErrorThatNamesTheLetters) {
  const auto key = parse_room_modes("+nk");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().text(),
            ": 'k' is no letter of a room's rule (one or more of: n t m i s p C R M c N T K g)");
  for (const char* text : {"-n", "+n t", "++n", "+n\x7f", "+н"}) EXPECT_FALSE(parse_room_modes(text)) << text;
}

}  // namespace
}  // namespace veche::control

// How a room is governed: its topic, its rules, its lists, and the ranks of its members. Facts without any
// dialect's letters. A RoomState is immutable: a change is a copy, so that undoing one is putting the old
// pointer back, and an event may carry the whole of it to any thread.
#pragma once

#include "base/clock.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace veche::chat {

/// A member's ranks, bits of a Ranks, the lowest first. Whoever has one may do what the lower ones may.
enum class Rank : std::uint8_t { voice = 1, half_operator = 2, oper = 4, admin = 8, founder = 16 };
using Ranks = std::uint8_t;
constexpr Ranks bit(Rank rank) { return static_cast<Ranks>(rank); }
/// Whether the highest of `ranks` is at least `least`.
constexpr bool at_least(Ranks ranks, Rank least) { return ranks >= bit(least); }

/// Yes-or-no rules; bits of RoomFlags.
enum class RoomFlag : std::uint16_t {
  invite_only = 1,
  moderated = 2,         ///< only ranks speak
  members_only = 4,      ///< nobody speaks into it from outside
  topic_locked = 8,      ///< only half operators and up set the topic
  secret = 16,           ///< nobody who is not in it learns of it
  private_ = 32,         ///< listed, but not in what is told of its members
  no_ctcp = 64,          ///< no client-to-client queries but actions
  accounts_join = 128,   ///< only accounts come in
  accounts_speak = 256,  ///< only accounts (and ranks) speak
  no_formatting = 512,   ///< colours and the like are taken out of what is said
  no_notices = 1024,
  no_renames = 2048,  ///< members keep their names
  no_knocks = 4096,
  operators_hear = 8192,  ///< what somebody without the right to speak says, operators hear
  free_invite = 16384,    ///< every member may invite
};
using RoomFlags = std::uint16_t;
constexpr RoomFlags bit(RoomFlag flag) { return static_cast<RoomFlags>(flag); }
inline constexpr auto kAllRoomFlags = static_cast<RoomFlags>(2 * bit(RoomFlag::free_invite) - 1);

enum class MaskList : std::uint8_t { bans, exceptions, invite_exceptions, mutes };
inline constexpr std::size_t kMaskLists = 4;

/// Whom an entry of a list means.
enum class MaskOn : std::uint8_t {
  person,   ///< `pattern` is a glob over NAME!USERNAME@HOST
  account,  ///< a glob over the account's name
  guests,   ///< everybody without an account; no pattern
};
struct MaskEntry {
  MaskOn on = MaskOn::person;
  std::string pattern;
  std::string by;  ///< who set it: NAME!USERNAME@HOST
  base::WallTime at{};

  friend bool operator==(const MaskEntry&, const MaskEntry&) = default;
};

struct Topic {
  std::string text{};
  std::string by{};  ///< NAME!USERNAME@HOST
  base::WallTime at{};
};

/// At most so many may join in so many seconds; 0: as many as like to.
struct JoinLimit {
  std::uint16_t joins = 0;
  std::uint16_t seconds = 0;

  friend bool operator==(const JoinLimit&, const JoinLimit&) = default;
};

struct RoomState {
  Topic topic{};
  RoomFlags flags = 0;
  std::string key{};        ///< to be told on joining; empty: none
  std::uint32_t limit = 0;  ///< of members; 0: none
  JoinLimit joining{};
  std::chrono::seconds slow{
      0};                 ///< between two messages of one member without a rank; the room's own, shown here
  std::string forward{};  ///< the room where those are sent who are not let in; empty: none
  std::array<std::vector<MaskEntry>, kMaskLists> lists{};

  bool has(RoomFlag flag) const { return (flags & bit(flag)) != 0; }
  const std::vector<MaskEntry>& list(MaskList which) const { return lists[static_cast<std::size_t>(which)]; }
};
using RoomStatePtr = std::shared_ptr<const RoomState>;

/// One change of a room's state or of a member's rank, as it is asked for and as it happened.
struct RoomChange {
  enum class What : std::uint8_t { flag, key, limit, forward, rank, mask, slow, joining };
  What what = What::flag;
  bool on = true;
  RoomFlag flag = RoomFlag::moderated;
  Rank rank = Rank::voice;
  MaskList list = MaskList::bans;
  MaskOn mask_on = MaskOn::person;
  std::uint32_t limit = 0;  ///< of members; of `slow`, the seconds
  JoinLimit joining{};
  std::string text{};  ///< the key, the room to forward to, the member's name, the pattern
};

}  // namespace veche::chat

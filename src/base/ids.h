// Identities. Each is a type of its own, so that a room cannot be passed where a user is meant.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace veche::base {

template <class Tag>
struct Id {
  std::uint64_t value = 0;  // 0: nobody

  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

/// A connection as the chat knows it. The upper 8 bits name the loop that owns it, the rest is a number that
/// the loop never uses twice, so an effect for a session that has gone can never reach another.
using SessionId = Id<struct SessionTag>;
using UserId = Id<struct UserTag>;  ///< somebody present: one guest, or one account with all its sessions
using AccountId = Id<struct AccountTag>;  ///< kept in the store
using RoomId = Id<struct RoomTag>;        ///< kept in the store
using MessageId = Id<struct MessageTag>;  ///< kept in the store; grows with the order of messages

/// Which loop's mailbox a session's effects go to.
using LoopIndex = std::uint8_t;

constexpr SessionId make_session_id(LoopIndex loop, std::uint64_t serial) {
  return {(std::uint64_t{loop} << 56) | (serial & ((std::uint64_t{1} << 56) - 1))};
}
constexpr LoopIndex loop_of(SessionId session) { return static_cast<LoopIndex>(session.value >> 56); }

}  // namespace veche::base

template <class Tag>
struct std::hash<veche::base::Id<Tag>> {
  std::size_t operator()(veche::base::Id<Tag> id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};

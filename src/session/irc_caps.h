// The capabilities that an IRC client may ask for (IRCv3 capability negotiation), as bits. Those that change
// how a room's events are written make the variant of a session (session.h): clients with the same ones share
// their bytes.
#pragma once

#include "session/session.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace veche::session {

enum class Cap : std::uint32_t {
  // what changes the lines of a room's events
  server_time = 1u << 0,
  account_tag = 1u << 1,
  message_tags = 1u << 2,
  extended_join = 1u << 3,
  away_notify = 1u << 4,
  account_notify = 1u << 5,
  setname = 1u << 6,
  chghost = 1u << 7,
  // what changes answers
  batch = 1u << 8,
  labeled_response = 1u << 9,
  echo_message = 1u << 10,
  standard_replies = 1u << 11,
  cap_notify = 1u << 12,
  multi_prefix = 1u << 13,
  userhost_in_names = 1u << 14,
  invite_notify = 1u << 15,
  extended_monitor = 1u << 16,
  channel_rename = 1u << 17,
  no_implicit_names = 1u << 18,
  // what one may prove
  sasl = 1u << 19,
  account_registration = 1u << 20,
};
/// Bits of Cap.
using Caps = std::uint32_t;
constexpr Caps bit(Cap cap) { return static_cast<Caps>(cap); }
constexpr bool has(Caps caps, Cap cap) { return (caps & bit(cap)) != 0; }

/// The upper 8 bits of an IRC session's variant; the rest is the Caps below.
inline constexpr Variant kIrcDialect = Variant{2} << 24;
inline constexpr Caps kCapsOfRoomEvents = 0xff;

struct CapInfo {
  Cap cap;
  std::string_view name;
};
/// All that there are, by name. What is offered to a session, and with which value: IrcSession::offers.
std::span<const CapInfo> irc_caps();
std::optional<Cap> irc_cap(std::string_view name);

}  // namespace veche::session

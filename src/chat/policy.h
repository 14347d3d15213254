// The operator's wishes, as far as the chat's rules depend on them. Filled in from the configuration.
#pragma once

#include "base/cloak.h"
#include "base/limits.h"
#include "base/network.h"
#include "chat/room_state.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace veche::chat {

struct Policy {
  std::string default_room = "#veche";
  std::size_t name_code_points_max = base::limits::kNameCodePointsMax;
  std::size_t room_code_points_max = base::limits::kRoomCodePointsMax;
  std::size_t message_bytes_max = base::limits::kMessageBytesMax;

  bool accounts_required = false;  ///< no guests
  bool registration = true;        ///< strangers may make accounts
  bool guest_messages = true;      ///< guests may write to one person, whoever that is
  bool remember_addresses = true;
  std::chrono::seconds token_lifetime = std::chrono::days{30};
  std::string decoy_hash;                 ///< stands in for the hash of an account that does not exist
  unsigned failed_logins_per_minute = 3;  ///< 0: wrong passwords are not slowed down

  unsigned connections_per_address = 128;  ///< 0: no limit
  unsigned connections_per_window = 512;   ///< new ones of an address in kConnectionWindow; 0: no limit
  unsigned connections_per_network = 512;  ///< 0: no limit
  unsigned network_connections_per_window = 2048;  ///< new ones of a network, likewise; 0: no limit
  unsigned ipv4_network_bits = 24;                 ///< how large a network is, for these two
  unsigned ipv6_network_bits = 64;
  std::vector<base::Network> exempt = base::loopback_networks();  ///< from these four limits

  unsigned renames_per_minute = 5;  ///< of one person, also all at once; 0: no limit
  unsigned joins_per_minute = 100;  ///< likewise: who comes back enters all of his rooms at once

  base::CloakPtr cloak{};  ///< what others see of addresses but loopback; null: the addresses

  bool history = true;
  std::size_t playback_messages = 20;  ///< shown on entering a room
  std::size_t query_messages = 100;    ///< 0: no limit

  RoomFlags room_flags = bit(RoomFlag::members_only) | bit(RoomFlag::topic_locked);  ///< of a new room
  bool room_registration = true;      ///< operators of a room may make it theirs
  std::size_t list_entries_max = 60;  ///< of each list of a room
  std::size_t watched_max = 100;      ///< names that one session watches
  std::size_t past_people = 100;      ///< who have gone and are remembered
};

/// The operator's emergency switch: who may still come in. Each holds what those before it hold.
enum class Lockdown : std::uint8_t {
  off,
  fresh,     ///< nobody makes an account
  accounts,  ///< nobody comes in as a guest
  known,     ///< nobody comes from an address that no account remembers
};

inline constexpr std::chrono::minutes kConnectionWindow{10};
/// What a search may find where query_messages is 0: as much as any store can count.
inline constexpr std::size_t kUnlimitedMessages = 0x7FFF'FFFF;

}  // namespace veche::chat

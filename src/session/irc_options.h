// The operator's wishes for all IRC sessions; outlives them. Plain values; any thread.
#pragma once

#include "base/clock.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "chat/room_state.h"
#include "session/sasl.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace veche::session {

/// Who runs the server, as ADMIN tells it; each may be empty.
struct IrcAdmin {
  std::string name{};
  std::string email{};
  std::string location{};
};

struct IrcOptions {
  std::string server_name = "localhost";
  std::string network = "Veche";
  std::vector<std::string> motd{};  ///< lines without their ends; none: there is no such text
  std::string server_password{};    ///< PASS; empty: none
  std::string description{};        ///< a line about this chat; may be empty
  base::Language language = base::Language::en;
  std::string casemapping = "ascii";  ///< ascii, rfc1459 or precis: what clients are told
  bool utf8_only = true;
  IrcAdmin admin{};
  std::string version = "veche";
  base::WallTime created{};  ///< when the server was started

  // What one client may take, and how long.
  std::size_t recv_queue_bytes = 16 * 1024;
  unsigned command_burst = 10;
  unsigned command_rate = 2;                               ///< a second; 0: no limit
  std::chrono::milliseconds registration_timeout{30'000};  ///< 0: none
  std::chrono::milliseconds ping_interval{90'000};         ///< 0: never
  std::chrono::milliseconds idle_timeout{0};               ///< 0: none

  // Lengths and counts, for ISUPPORT and for cutting what is longer.
  std::size_t nick_length = base::limits::kNameCodePointsMax;     ///< code points
  std::size_t channel_length = base::limits::kRoomCodePointsMax;  ///< code points, without the '#'
  std::size_t topic_length = 390;                                 ///< bytes
  std::size_t kick_length = 390;                                  ///< bytes
  std::size_t away_length = 200;                                  ///< bytes
  std::size_t list_modes = 60;                                    ///< entries of each list of a room
  std::size_t monitor = 100;                                      ///< names that one session watches

  std::string default_room = "#veche";
  chat::RoomFlags room_flags =
      chat::bit(chat::RoomFlag::members_only) | chat::bit(chat::RoomFlag::topic_locked);  ///< of a new room
  bool accounts_required = false;                                                         ///< no guests
  bool registration = true;  ///< strangers may make accounts
  bool registration_before_connect = true;
  std::vector<SaslMechanism> sasl = {SaslMechanism::plain, SaslMechanism::scram_sha_256,
                                     SaslMechanism::external};

  /// IRCv3 sts, the value for who comes without TLS ("port=6697") and with it ("duration=2592000"); empty:
  /// none.
  std::string sts_upgrade{};
  std::string sts_policy{};
};

}  // namespace veche::session

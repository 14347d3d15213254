// What the chat answers: facts, without words or bytes, which each dialect puts its own way. Immutable once
// made: one event is shared by everybody who gets it, on any thread.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "chat/message.h"
#include "chat/name.h"
#include "chat/operator_order.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace veche::chat {

/// Why something was not done. The line protocol's stable code words are in session/line_words.cpp.
enum class Refusal : std::uint8_t {
  name_empty,
  name_too_long,
  name_not_utf8,
  name_unseen,
  name_bad_start,
  name_reserved,
  name_in_use,      ///< somebody present has it
  name_registered,  ///< it is an account's
  room_name,        ///< not a room's name
  no_such_person,
  no_such_room,
  not_in_room,
  too_many_rooms,
  message_too_long,
  message_empty,
  accounts_only,  ///< guests cannot do this
  guests_only,    ///< account holders cannot do this
  registration_off,
  account_required,
  no_such_account,
  history_off,
  stale,  ///< the account changed meanwhile: start again
  not_logged_in,
  name_banned,  ///< nobody may be called that
  muted,
  too_fast,  ///< the room is in slow mode
  no_such_session,
  no_such_sanction,
  too_many_sanctions,
  disk_full,   ///< the store took nothing: it has no room
  not_stored,  ///< the store took nothing, for another reason
};

Refusal refusal_of(NameFault fault);

enum class CloseCause : std::uint8_t {
  asked,  ///< its own Disconnect
  shutdown,
  account_removed,
  too_many_connections,  ///< from this address at once
  connecting_too_fast,   ///< from this address
  kicked,
  banned,
  drained,  ///< the operator empties the server
  identities_cleared,
};

// --- to one session

/// First answer. The names by which this client's address is remembered, latest first.
struct Greeting {
  std::vector<std::string> remembered;
  bool guests = true;
  bool registration = true;
};
/// `about` is the index in CommandBody of what was refused (kind_of), so that answers can be told apart.
struct Refused {
  Refusal why;
  std::size_t about = 0;
  std::chrono::seconds retry_after{0};  ///< when `muted` or `too_fast` will pass; 0: nobody knows
  std::string reason{};                 ///< the operator's, of `muted`
};
/// The last event of a session: it is to be closed.
struct Closed {
  CloseCause cause;
  std::chrono::seconds retry_after{0};  ///< when connecting_too_fast or `banned` will pass; 0: nobody knows
  std::string reason{};                 ///< the operator's words; may be empty
};

enum class NameState : std::uint8_t {
  registered,  ///< ask for the password, and check it against `password_hash`
  free,        ///< may become an account or a guest
  unknown,     ///< registration is off: ask for the password all the same, `password_hash` is a decoy
};
struct Identified {
  std::string name;
  NameState state = NameState::free;
  base::AccountId account;
  std::string password_hash;
};
struct LoggedIn {
  std::string name;
  bool guest = false;
  bool new_account = false;
  std::size_t sessions = 1;  ///< of this person now
};
/// To be told after `delay`, by which wrong guesses are slowed down.
struct LogInRefused {
  std::chrono::milliseconds delay{0};
};
struct Credentials {
  std::string name;
  std::string password_hash;
};
struct PasswordSet {};
struct TokenKept {
  base::WallTime expires;
};
struct Forgotten {
  bool everything = false;
};

/// One is in a room now. `members` holds at most kMembersShown names of the `member_count`, one's own left
/// out.
struct Joined {
  base::RoomId room;
  std::string name;
  std::string user;  ///< one's own name
  std::size_t member_count = 0;
  std::vector<std::string> members;
  std::vector<MessagePtr> recent;
};
inline constexpr std::size_t kMembersShown = 50;
struct Left {
  base::RoomId room;
  std::string name;
  std::string user;  ///< one's own name
};
struct Members {
  std::string room;
  std::vector<std::string> names;
};  ///< no room: everybody
struct RoomLine {
  std::string name;
  std::size_t members = 0;
};
struct Rooms {
  std::vector<RoomLine> rooms;
};
/// A private message.
struct Told {
  std::string sender;
  std::string text;
  base::WallTime time;
};
/// To everybody, from the operator.
struct Announced {
  std::string text;
};
/// One may not speak any more, or may again.
struct Muted {
  bool muted = true;
  std::chrono::seconds lasts{0};  ///< 0: nobody knows
  std::string reason;
};
/// To be read by a worker, then shown. `limited`: fewer than were asked for.
struct HistoryGranted {
  base::RoomId room;
  std::string name;
  base::MessageId up_to;
  std::size_t count = 0;
  bool limited = false;
};
struct NamedRoom {
  base::RoomId id;
  std::string name;
};
struct SearchGranted {
  std::vector<NamedRoom> rooms;
  std::string words;
  base::MessageId up_to;
  std::size_t count = 0;
};

// --- to everybody in a room

struct Said {
  MessagePtr message;
  std::string room;
};
struct Arrived {
  std::string room;
  std::string name;
};
struct Departed {
  std::string room;
  std::string name;
};
struct Quit {
  std::string name;
  std::string reason{};  ///< the operator's, who put him out; empty: he went
};
/// 0: everybody may speak as fast as he likes again.
struct Slowed {
  std::string room;
  std::chrono::seconds interval{0};
};
struct Renamed {
  std::string old_name;
  std::string new_name;
};

// --- to the operator

struct OperatorAnswer {
  std::uint64_t request = 0;
  std::optional<Refusal> refused;  ///< then there is no result
  OperatorResult result;
};

using Event =
    std::variant<Said, Arrived, Departed, Quit, Renamed, Greeting, Refused, Closed, Identified, LoggedIn,
                 LogInRefused, Credentials, PasswordSet, TokenKept, Forgotten, Joined, Left, Members, Rooms,
                 Told, Announced, Muted, Slowed, HistoryGranted, SearchGranted, OperatorAnswer>;
using EventPtr = std::shared_ptr<const Event>;

}  // namespace veche::chat

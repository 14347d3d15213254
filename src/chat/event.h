// What the chat answers: facts, without words or bytes, which each dialect puts its own way. Immutable once
// made: one event is shared by everybody who gets it, on any thread.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/scram_keys.h"
#include "chat/message.h"
#include "chat/name.h"
#include "chat/operator_order.h"
#include "chat/person.h"
#include "chat/room_state.h"
#include "chat/roster.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
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
  lockdown_fresh,     ///< no accounts are made at present
  lockdown_accounts,  ///< no guests come in at present
  addresses_unknown,  ///< Lockdown::known, where none are remembered
  no_such_account,
  history_off,
  stale,  ///< the account changed meanwhile: start again
  not_logged_in,
  name_banned,  ///< nobody may be called that
  muted,
  too_fast,  ///< the room is in slow mode
  renames_too_fast,
  joins_too_fast,
  no_such_session,
  no_such_sanction,
  too_many_sanctions,
  account_banned,  ///< nobody may log in to it
  certificate_invalid,
  certificate_taken,  ///< it opens another account
  certificates_full,
  no_such_certificate,
  disk_full,   ///< the store took nothing: it has no room
  not_stored,  ///< the store took nothing, for another reason

  // of rooms; the subject is the room, unless said otherwise
  rank_needed,  ///< only its operators may
  room_full,
  invitation_needed,
  banned_from_room,
  room_throttled,  ///< too many join it just now
  wrong_key,
  account_needed,      ///< only accounts may come in
  may_not_speak,       ///< moderated, muted or banned there, or not in it
  notices_off,         ///< Utterance of kind notice, RoomFlag::no_notices
  queries_off,         ///< RoomFlag::no_ctcp
  renames_off,         ///< RoomFlag::no_renames
  member_not_in_room,  ///< subject: the member
  already_in_room,     ///< subject: who is invited
  list_full,           ///< subject: the pattern that has no room
  no_such_entry,       ///< to be taken off a list; subject: the pattern
  bad_forward,         ///< no such room, or he is none of its operators; subject: that room
  room_exists,         ///< subject: the name that is taken
  knock_needless,      ///< he may just come in
  knock_too_soon,
  knocks_off,
  registered_already,     ///< the room has a founder
  not_registered,         ///< it has none
  room_registration_off,  ///< only operators of the server register rooms
  charter_rank_needed,    ///< only its founder, or an account of a higher standing rank there, may
  charters_full,          ///< subject: the account that has as many rooms as one may have
  standing_full,          ///< subject: the account for which there is no room
  // of people; the subject is the person
  asks_first,     ///< takes private messages only from those he has accepted; he is told of the attempt
  asked_already,  ///< the same, and he was told not long ago
  takes_accounts_only,
  guests_only_answer,  ///< without an account one writes only to those who have accepted one, and to
                       ///< operators
  not_an_operator,     ///< of the server
  watch_full,
  accept_full,
  accepted_already,
  not_accepted,
};

Refusal refusal_of(NameFault fault);

enum class CloseCause : std::uint8_t {
  asked,  ///< its own Disconnect
  shutdown,
  account_removed,
  too_many_connections,  ///< from this address at once
  connecting_too_fast,   ///< from this address
  network_too_many,      ///< from this network at once
  network_too_fast,      ///< from this network
  address_unknown,       ///< Lockdown::known
  kicked,
  banned,
  drained,  ///< the operator empties the server
  identities_cleared,
  lost,  ///< as `asked`, when its connection broke
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
  std::chrono::seconds retry_after{0};  ///< when `muted` or what is too fast will pass; 0: nobody knows
  std::string reason{};                 ///< the operator's, of `muted`
  std::string subject{};                ///< the room or person that it is about, as the asker wrote it
};
/// All that a command brought its session is sent (Command::acknowledge).
struct Done {};
/// The last event of a session: it is to be closed.
struct Closed {
  CloseCause cause;
  std::chrono::seconds retry_after{0};  ///< when one may come again; 0: nobody knows
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
  bool wants_scram = false;  ///< LogIn::scram is welcome
};
/// What a log-in is checked against. A name that is nobody's has no account, and a hash that no password
/// fits.
struct Secrets {
  std::string name;  ///< as it was asked for
  base::AccountId account;
  std::string password_hash;
  base::ScramKeysPtr scram{};  ///< null: none are derived yet, or there is no such account
  bool wants_scram = false;    ///< LogIn::scram is welcome
};
/// It is proved that the session belongs to that account's owner.
struct Authenticated {
  std::string name;
  bool new_account = false;
};
struct LoggedIn {
  std::string name;
  bool guest = false;
  bool new_account = false;
  std::size_t sessions = 1;  ///< of this person now
  PersonPtr self{};
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
struct AccountView {
  std::string name;
  base::WallTime created{};
  std::size_t sessions = 0;          ///< now
  std::vector<std::string> rooms{};  ///< that it has founded, as far as the asker may know of them
};
/// Fingerprints of those that log in to one's account, oldest first.
struct Certificates {
  std::vector<std::string> fingerprints;
};
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
  bool again = false;  ///< he was in it already
  PersonPtr self{};
  std::string realname{};
  Roster roster{};       ///< for sessions that want rosters, which get no `members` and no `recent`
  RoomStatePtr state{};  ///< null: no topic, no rules
  base::WallTime created{};
};
inline constexpr std::size_t kMembersShown = 50;
struct Left {
  base::RoomId room;
  std::string name;
  std::string user;  ///< one's own name
  std::string reason{};
  PersonPtr self{};
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
  MessageKind kind = MessageKind::text;
  PersonPtr person{};        ///< the sender
  std::string receiver{};    ///< his name
  std::string tags{};        ///< Utterance::tags
  std::uint64_t serial = 0;  ///< with `time` the message's identity: private messages are not in the history
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
  PersonPtr person{};  ///< the sender
  std::string tags{};  ///< Utterance::tags
  Ranks to = 0;        ///< Utterance::to
};
/// Something for programs, without words.
struct Tagged {
  std::string target;  ///< the room, or the receiver
  PersonPtr person;
  std::string tags;
  Ranks to = 0;
  base::WallTime time{};
  std::uint64_t serial = 0;  ///< as Told's
};
struct Arrived {
  std::string room;
  std::string name;
  PersonPtr person{};
  std::string realname{};
  std::string away{};
  Ranks ranks = 0;  ///< with which he came
  base::WallTime time{};
};
struct Departed {
  std::string room;
  std::string name;
  std::string reason{};
  PersonPtr person{};
  base::WallTime time{};
};
struct Quit {
  std::string name;
  std::string reason{};  ///< his own, or the operator's who put him out; may be empty
  bool put_out = false;
  bool lost = false;  ///< his connection broke
  PersonPtr person{};
  base::WallTime time{};
};
/// 0: everybody may speak as fast as he likes again.
struct Slowed {
  std::string room;
  std::chrono::seconds interval{0};
};
struct Renamed {
  std::string old_name;
  std::string new_name;
  PersonPtr person{};  ///< as he was
  base::WallTime time{};
};
struct Expelled {
  base::RoomId id;
  std::string room;
  std::string name;  ///< who has to go
  std::string reason;
  PersonPtr by;
  base::WallTime time{};
};
struct TopicSet {
  std::string room;
  std::string text;
  PersonPtr by;
  base::WallTime time{};
};
struct RoomChanged {
  std::string room;
  std::vector<RoomChange> changes;
  PersonPtr by;  ///< null: the server
  base::WallTime time{};
};
struct RoomRenamed {
  base::RoomId id;
  std::string old_name;
  std::string new_name;
  std::string reason;
  PersonPtr by;
  RoomStatePtr state;
  Roster roster;
  base::WallTime time{};
};
struct AwayChanged {
  PersonPtr person;
  std::string text;  ///< empty: he is back
  base::WallTime time{};
};
struct RealnameChanged {
  PersonPtr person;
  std::string realname;
  base::WallTime time{};
};
/// He is seen as coming from somewhere else: the first of his sessions has gone.
struct HostChanged {
  PersonPtr person;  ///< as he was
  std::string host;
  base::WallTime time{};
};
/// A guest has an account now.
struct AccountChanged {
  PersonPtr person;  ///< as he is now
  base::WallTime time{};
};

// --- to some of those who are concerned

/// To the one invited, to the asker, and to the room's operators.
struct Invited {
  std::string room;
  std::string name;
  PersonPtr by;
  std::string away{};  ///< of who is invited
  base::WallTime time{};
};
struct Knocked {
  std::string room;
  std::string text;
  PersonPtr by;
};
/// What an operator tells the others.
struct Walloped {
  std::string text;
  PersonPtr by;
};
/// Somebody who is not accepted has written; the text is not told.
struct AskedToBeAccepted {
  PersonPtr by;
};
/// Behind what was told to somebody who is away.
struct AwayNoted {
  std::string name;
  std::string text;
};
struct Forwarded {
  std::string from;
  std::string to;
};
struct FlagsChanged {
  UserFlags flags = 0;
  std::string office{};  ///< Profile::office
};
/// Names as they are written by those who are here, and folded else.
struct Accepted {
  std::vector<std::string> names;
};

// --- answers about rooms and people

struct RoomView {
  std::string name;
  base::WallTime created{};
  bool member = false;  ///< the asker is
  Ranks ranks = 0;      ///< the asker's
  RoomStatePtr state{};
  Roster roster{};  ///< if it was asked for, of those whom the asker may see
  bool secret_from_asker = false;
};
struct RoomsView {
  struct Line {
    std::string name;
    std::size_t members = 0;
    base::WallTime created{};
    RoomStatePtr state{};
  };
  std::vector<Line> rooms;  ///< by name
};
/// A registered room's charter.
struct CharterView {
  std::string room;
  base::WallTime created{};
  std::string founder{};  ///< an account; empty: it is registered no more
  base::WallTime since{};
  std::vector<std::pair<std::string, Rank>> ranks{};  ///< by account; empty: also for who may not know
  std::string account{};                              ///< whom the command was about
};
struct PersonView {
  PersonPtr person;
  ProfilePtr profile{};
  base::AddressBits address{};  ///< of his first session
  base::WallTime connected{};   ///< the same
  base::WallTime last_heard{};  ///< of whichever of them was heard last
  bool encrypted = false;       ///< all of them are, by TLS
  /// Those that the asker may know of, with his ranks in them; of By::room only that one.
  std::vector<std::pair<std::string, Ranks>> rooms{};
};
/// At most kPeopleShownMax, those of By::mask by their coming.
struct People {
  std::vector<PersonView> people;
  std::vector<std::string> missing;  ///< of By::names
  bool truncated = false;            ///< there are more than are shown at once
};
struct Past {
  struct Line {
    PersonPtr person;
    std::string realname;
    base::AddressBits address{};
    base::WallTime gone{};
  };
  std::string name;
  std::vector<Line> people;
};
/// Of watched names.
struct Present {
  std::vector<PersonPtr> people;
};
struct Absent {
  std::vector<std::string> names;
};
struct Watching {
  std::vector<PersonPtr> present;
  std::vector<std::string> absent;
};
struct Counts {
  std::size_t users = 0;
  std::size_t invisible = 0;  ///< of them
  std::size_t operators = 0;
  std::size_t unknown = 0;    ///< sessions that have not said who they are
  std::size_t rooms = 0;      ///< also those where nobody is at present
  std::size_t users_max = 0;  ///< since the start
};

// --- to the operator

struct OperatorAnswer {
  std::uint64_t request = 0;
  std::optional<Refusal> refused;  ///< then there is no result
  OperatorResult result;
};

using AnyEvent =
    std::variant<Said, Arrived, Departed, Quit, Renamed, Greeting, Refused, Closed, Identified, LoggedIn,
                 LogInRefused, Credentials, PasswordSet, TokenKept, Forgotten, Joined, Left, Members, Rooms,
                 Told, Announced, Muted, Slowed, HistoryGranted, SearchGranted, OperatorAnswer, Done, Tagged,
                 Expelled, TopicSet, RoomChanged, RoomRenamed, AwayChanged, RealnameChanged, HostChanged,
                 AccountChanged, Invited, Knocked, Walloped, AskedToBeAccepted, AwayNoted, Forwarded,
                 FlagsChanged, Accepted, RoomView, RoomsView, People, Past, Present, Absent, Watching, Counts,
                 Secrets, Authenticated, Certificates, CharterView, AccountView>;
/// A class, so that how each alternative is copied, moved and destroyed is compiled once, not in every file.
struct Event : AnyEvent {
  using AnyEvent::variant;
  Event(const Event&);
  Event(Event&&) noexcept;
  Event& operator=(const Event&);
  Event& operator=(Event&&) noexcept;
  ~Event();
};
using EventPtr = std::shared_ptr<const Event>;

/// Which alternative of Event `E` is.
template <class E, std::size_t I = 0>
constexpr std::size_t event_kind() {
  if constexpr (std::is_same_v<std::variant_alternative_t<I, AnyEvent>, E>) {
    return I;
  } else {
    return event_kind<E, I + 1>();
  }
}

}  // namespace veche::chat

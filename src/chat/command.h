// What can be asked of the chat: its whole input, in any dialect's name. Time, ids of sessions, hashes and
// tokens travel in here, so that `Chat::apply` needs no clock and no chance of its own.
#pragma once

#include "base/dialect.h"
#include "base/ids.h"
#include "base/network.h"
#include "base/scram_keys.h"
#include "chat/message.h"
#include "chat/operator_order.h"
#include "chat/person.h"
#include "chat/records.h"
#include "chat/room_state.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace veche::chat {

// --- coming and going

/// A client has connected. Answer: Greeting or Closed.
struct Connect {
  base::AddressBits address{};
  bool enters_default_room = false;  ///< once logged in, as the line protocol does
  bool wants_roster = false;         ///< Joined brings the whole roster, and neither names nor messages
  base::Dialect dialect = base::Dialect::line;  ///< for the operator's eyes
  bool encrypted = false;                       ///< by TLS
};
/// It has gone, or wants to go (then Closed answers, behind everything that was owed). `reason` is told to
/// those who see him go; empty: none.
struct Disconnect {
  std::string reason{};
  bool lost = false;  ///< its connection broke; otherwise it said goodbye
};

// --- who one is

/// Asks what a name is. Answer: Identified or Refused.
struct Identify {
  std::string name;
};
/// Asks for what a log-in as `name` is to be checked against. Answer: Secrets, also for a name that is
/// nobody's.
struct AskSecrets {
  std::string name;
};
/// The password of `account` was right. Answer: LoggedIn. `password_hash` is what it was checked against.
///
/// With `only_proves`, here and below, nobody comes in by it, and the answer is Authenticated: who is nobody
/// yet comes in with EnterAccount, and who is somebody becomes that account, in the rooms that he is in or,
/// if its user is here already, as one more session of that (Left, Renamed, LoggedIn, Joined tell the session
/// so).
struct LogIn {
  base::AccountId account;
  std::string password_hash;
  IntroductionPtr introduction{};
  base::ScramKeysPtr scram{};  ///< of that password, for an account that has none
  bool only_proves = false;
};
/// The password for `name` was wrong. Answer: LogInRefused.
struct LogInFailed {
  std::string name;
};
/// A token instead of a password; `name` may be empty. Answer: LoggedIn or LogInRefused.
struct LogInWithToken {
  std::string name;
  TokenHash token{};
  IntroductionPtr introduction{};
  bool only_proves = false;
};
/// The client has shown a certificate; `name` may be empty. Answer: LoggedIn or LogInRefused.
struct LogInWithCertificate {
  std::string name;
  std::string fingerprint;  ///< CertificateRecord::fingerprint
  IntroductionPtr introduction{};
  bool only_proves = false;
};
/// Enters as the account that was proved to be one's own. Answer: LoggedIn or Refused (stale).
struct EnterAccount {
  IntroductionPtr introduction{};
};
/// Makes an account and logs in. A guest makes it of his name, or, with `only_proves`, of the one that is
/// given, which he has then. Answer: LoggedIn or Refused.
struct Register {
  std::string name;  ///< empty: the guest's
  std::string password_hash;
  base::ScramKeysPtr scram{};
  bool only_proves = false;
};
/// Answer: LoggedIn or Refused.
struct EnterAsGuest {
  std::string name;
  IntroductionPtr introduction{};
};
/// A guest's new name. Answer: Renamed (to all who see him) or Refused.
struct Rename {
  std::string name;
};

// --- one's account

/// Asks for one's own password hash, to check the old password against. Answer: Credentials or Refused.
struct AskCredentials {};
/// About one's own account or, where everybody may make one or by an operator, any. Answer: AccountView or
/// Refused.
struct AskAccount {
  std::string name;
};
/// One's own account goes, with all that is its. Answer: Closed, to each of its sessions, or Refused.
struct DropAccount {
  std::string password_hash;  ///< that its password was checked against
};
/// Answer: PasswordSet or Refused.
struct SetPassword {
  std::string password_hash;
  base::ScramKeysPtr scram{};
};
/// A certificate logs in to one's account from now on, or no more. Its fingerprint is written in hexadecimal
/// digits, with colons or without. Answer: Certificates or Refused.
struct AddCertificate {
  std::string fingerprint;
};
struct RemoveCertificate {
  std::string fingerprint;
};
/// Answer: Certificates.
struct ListCertificates {};
/// Keeps the hash of a new token. Answer: TokenKept or Refused.
struct KeepToken {
  TokenHash token{};
};
/// Forgets that the account came from this address; `everything`: from any, and all of its tokens. Answer:
/// Forgotten or Refused.
struct Forget {
  bool everything = false;
};

// --- rooms and talk

/// Answer: Joined, or Refused (with the room as its subject), or Forwarded and then one of them.
struct Join {
  std::string room;
  std::string key{};
};
/// Answer: Left or Refused.
struct Leave {
  base::RoomId room;
  std::string reason{};
};
/// Everybody else in the room gets Said; the sender gets nothing (with `echo`: Said, to this session alone),
/// or Refused.
struct Say {
  base::RoomId room;
  MessageKind kind = MessageKind::text;
  std::string text;
  bool echo = false;
};
/// Every session of that person gets Told; the sender gets nothing, or Refused.
struct Tell {
  std::string name;
  std::string text;
};
/// What a program says: beside the text, what belongs to it for other programs.
struct Utterance {
  MessageKind kind = MessageKind::text;
  std::string text{};
  std::string tags{};      ///< client-only tags (IRCv3 message-tags), as they go onto the wire; may be empty
  bool tags_only = false;  ///< nothing is said: Tagged instead of Said or Told
  Ranks to = 0;            ///< in a room, only to those who have this rank or a higher one; 0: to all
  bool echo = false;       ///< the session that says it gets it too
};
using UtterancePtr = std::shared_ptr<const Utterance>;
/// To a room (which he need not be in) or a person, by name. All who are meant get Said, Told or Tagged; the
/// sender gets what Say and Tell give him, AwayNoted if the person is away, or Refused with `target` as its
/// subject.
struct Speak {
  std::string target;
  UtterancePtr utterance;
};

/// Answer: Members or Refused. No room: everybody.
struct AskMembers {
  base::RoomId room;
};
/// Answer: Rooms.
struct AskRooms {};
/// May this session read? Answer: HistoryGranted or Refused.
struct AskHistory {
  base::RoomId room;
  std::size_t count = 0;
};
/// Answer: SearchGranted or Refused. The search is over the rooms that one is in.
struct AskSearch {
  std::string words;
};

// --- how a room is governed. A room is named; Refused has it as its subject

/// Answer: Expelled to all in the room, or Refused.
struct Expel {
  std::string room;
  std::string name;
  std::string reason{};
};
/// Answer: TopicSet to all in the room, or Refused. An empty text takes the topic away.
struct SetTopic {
  std::string room;
  std::string text;
};
/// Answer: Invited to the asker, the one invited and the room's operators, or Refused.
struct Invite {
  std::string room;
  std::string name;
};
/// Answer: Knocked to the asker and the room's operators, or Refused.
struct Knock {
  std::string room;
  std::string text{};
};
/// Each change that can be done is; answer: one RoomChanged with those to all in the room, and a Refused for
/// each other.
struct ChangeRoom {
  std::string room;
  std::vector<RoomChange> changes;
};
/// Answer: RoomRenamed to all in the room, or Refused.
struct RenameRoom {
  std::string old_name;
  std::string new_name;
  std::string reason{};
};
/// Answer: RoomView or Refused: its state, and with `with_roster` who is in it.
struct AskRoom {
  std::string room;
  bool with_roster = false;
};
/// Rooms that the asker may know of, by name (all of `names`, or all there are). Answer: RoomsView.
struct AskRoomsView {
  std::vector<std::string> names{};
};

// --- rooms that are registered. Refused has the room as its subject, or the account that is meant

/// The asker's account becomes its founder. Answer: CharterView (and RoomChanged to all in the room, if he
/// had not the rank), or Refused.
struct RegisterRoom {
  std::string room;
};
/// It is like any other from now on. Answer: CharterView, without a founder, or Refused.
struct DropRoom {
  std::string room;
};
/// Another account becomes its founder. Answer: CharterView (and RoomChanged) or Refused.
struct TransferRoom {
  std::string room;
  std::string account;
};
/// The rank that `account` has whenever it comes, and now if it is there. Answer: CharterView (and
/// RoomChanged) or Refused.
struct SetStandingRank {
  std::string room;
  std::string account;
  Ranks rank = 0;  ///< one; 0: none any more
};
/// Ranks by right of the asker's account, whatever he has in the room at present; he need not be there. None
/// that is higher than his account's is given, or taken. Answer: RoomChanged to all in the room, if anything
/// changes, or Refused.
struct ClaimRanks {
  std::string room;
  std::string name{};  ///< empty: his own
  Ranks ranks = 0;     ///< 0: those that his account has
  bool on = true;
};
/// Answer: CharterView or Refused.
struct AskCharter {
  std::string room;
};

// --- what one is to others

/// Answer: AwayChanged to who sees or watches him and, last, to the asker (to him alone if nothing changes).
/// Empty: back.
struct SetAway {
  std::string text;
};
/// Answer: RealnameChanged, likewise.
struct SetRealname {
  std::string text;
};
/// Answer: FlagsChanged, also if nothing changes.
struct SetFlags {
  UserFlags on = 0;
  UserFlags off = 0;
};
/// Whom one takes private messages from. Answer: Refused for each name with which it cannot be; Accepted with
/// the whole list, if anything changed or nothing was asked for.
struct Accept {
  std::vector<std::string> add{};
  std::vector<std::string> remove{};
};
/// This session's person is an operator from now on; its host has checked it. No `name`: no more. Answer:
/// FlagsChanged.
struct HoldOffice {
  std::string name;
  bool keeps_order = false;
};
/// To operators and those who wish to hear it: Walloped. From an operator, else Refused.
struct Wallop {
  std::string text;
};

// --- who there is

/// Everybody who is meant and whom the asker may find. Answer: People.
struct AskPeople {
  enum class By : std::uint8_t {
    names,  ///< each of `names` (exact, folded by the chat); those who are not here are in People::missing
    room,   ///< the members of the room names[0]
    mask,   ///< whoever's name, username, host, realname or account matches the glob names[0]
  };
  By by = By::names;
  std::vector<std::string> names{};
};
/// Who has had that name, latest first, at most `count` (0: all). Answer: Past.
struct AskPast {
  std::string name;
  std::size_t count = 0;
};
/// Names to be told of: Present or Absent when they come and go (also at once, of each of `add`; of what can
/// be nobody's name, never). Answer: Watching with the whole list, or Refused (watch_full, subject: the first
/// name that has no room).
struct Watch {
  std::vector<std::string> add{};
  std::vector<std::string> remove{};
  bool clear = false;
};
/// Answer: Counts.
struct AskCounts {};
/// Nothing; for its acknowledgement.
struct Nothing {};

// --- the operator (from a session that is the operator's, not a client's)

/// Answer: OperatorAnswer with the same `request`. `order` is held by pointer: it is rare and large, and
/// every command has room for the largest body.
struct Operate {
  std::uint64_t request = 0;
  std::shared_ptr<const OperatorOrder> order;
};
/// Everybody gets Closed (shutdown), and nobody is let in any more.
struct ShutDown {};

using AnyCommand =
    std::variant<Say, Connect, Disconnect, Identify, LogIn, LogInFailed, LogInWithToken, Register,
                 EnterAsGuest, Rename, AskCredentials, SetPassword, KeepToken, Forget, Join, Leave, Tell,
                 AskMembers, AskRooms, AskHistory, AskSearch, Operate, ShutDown, Speak, Expel, SetTopic,
                 Invite, Knock, ChangeRoom, RenameRoom, AskRoom, AskRoomsView, SetAway, SetRealname, SetFlags,
                 Accept, HoldOffice, Wallop, AskPeople, AskPast, Watch, AskCounts, Nothing, AskSecrets,
                 LogInWithCertificate, EnterAccount, AddCertificate, RemoveCertificate, ListCertificates,
                 RegisterRoom, DropRoom, TransferRoom, SetStandingRank, ClaimRanks, AskCharter, AskAccount,
                 DropAccount>;
/// A class, so that how each alternative is copied, moved and destroyed is compiled once, not in every file.
struct CommandBody : AnyCommand {
  using AnyCommand::variant;
  CommandBody(const CommandBody&);
  CommandBody(CommandBody&&) noexcept;
  CommandBody& operator=(const CommandBody&);
  CommandBody& operator=(CommandBody&&) noexcept;
  ~CommandBody();
};

/// Which alternative of CommandBody `Body` is.
template <class Body, std::size_t I = 0>
constexpr std::size_t kind_of() {
  if constexpr (std::is_same_v<std::variant_alternative_t<I, AnyCommand>, Body>) {
    return I;
  } else {
    return kind_of<Body, I + 1>();
  }
}

/// Whether it is coming, going, taking a name, or asking who is there: what that costs grows with the rooms
/// it concerns, and a crowd does it all at once.
bool reaches_many(const CommandBody& body);

struct Command {
  base::SessionId session;
  CommandBody body;
  bool acknowledge = false;  ///< Done is the last event that the session gets for it
};

}  // namespace veche::chat

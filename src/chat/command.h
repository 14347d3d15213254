// What can be asked of the chat: its whole input, in any dialect's name. Time, ids of sessions, hashes and
// tokens travel in here, so that `Chat::apply` needs no clock and no chance of its own.
#pragma once

#include "base/ids.h"
#include "base/network.h"
#include "chat/message.h"
#include "chat/operator_order.h"
#include "chat/records.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <variant>

namespace veche::chat {

// --- coming and going

/// A client has connected. Answer: Greeting or Closed.
struct Connect {
  base::AddressBits address{};
  bool enters_default_room = false;  ///< once logged in, as the line protocol does
};
/// It has gone, or wants to go (then Closed answers, behind everything that was owed).
struct Disconnect {};

// --- who one is

/// Asks what a name is. Answer: Identified or Refused.
struct Identify {
  std::string name;
};
/// The password of `account` was right. Answer: LoggedIn. `password_hash` is what it was checked against.
struct LogIn {
  base::AccountId account;
  std::string password_hash;
};
/// The password for `name` was wrong. Answer: LogInRefused.
struct LogInFailed {
  std::string name;
};
/// A token instead of a password; `name` may be empty. Answer: LoggedIn or LogInRefused.
struct LogInWithToken {
  std::string name;
  TokenHash token{};
};
/// Makes an account and logs in; a guest keeps his name by it. Answer: LoggedIn or Refused.
struct Register {
  std::string name;
  std::string password_hash;
};
/// Answer: LoggedIn or Refused.
struct EnterAsGuest {
  std::string name;
};
/// A guest's new name. Answer: Renamed (to all who see him) or Refused.
struct Rename {
  std::string name;
};

// --- one's account

/// Asks for one's own password hash, to check the old password against. Answer: Credentials or Refused.
struct AskCredentials {};
/// Answer: PasswordSet or Refused.
struct SetPassword {
  std::string password_hash;
};
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

/// Answer: Joined or Refused.
struct Join {
  std::string room;
};
/// Answer: Left or Refused.
struct Leave {
  base::RoomId room;
};
/// Everybody else in the room gets Said; the sender gets nothing, or Refused.
struct Say {
  base::RoomId room;
  MessageKind kind = MessageKind::text;
  std::string text;
};
/// Every session of that person gets Told; the sender gets nothing, or Refused.
struct Tell {
  std::string name;
  std::string text;
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

// --- the operator (from a session that is the operator's, not a client's)

/// Answer: OperatorAnswer with the same `request`. `order` is held by pointer: it is rare and large, and
/// every command has room for the largest body.
struct Operate {
  std::uint64_t request = 0;
  std::shared_ptr<const OperatorOrder> order;
};
/// Everybody gets Closed (shutdown), and nobody is let in any more.
struct ShutDown {};

using CommandBody =
    std::variant<Say, Connect, Disconnect, Identify, LogIn, LogInFailed, LogInWithToken, Register,
                 EnterAsGuest, Rename, AskCredentials, SetPassword, KeepToken, Forget, Join, Leave, Tell,
                 AskMembers, AskRooms, AskHistory, AskSearch, Operate, ShutDown>;

/// Which alternative of CommandBody `Body` is.
template <class Body, std::size_t I = 0>
constexpr std::size_t kind_of() {
  if constexpr (std::is_same_v<std::variant_alternative_t<I, CommandBody>, Body>) {
    return I;
  } else {
    return kind_of<Body, I + 1>();
  }
}

struct Command {
  base::SessionId session;
  CommandBody body;
};

}  // namespace veche::chat

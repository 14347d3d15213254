// What an operator orders, and what he is answered. Orders come from a session that is no client's; the same
// ones whether he sits at the console, at `veche ctl` or in the chat (control/operator_command.h).
#pragma once

#include "base/clock.h"
#include "base/dialect.h"
#include "base/ids.h"
#include "base/network.h"
#include "chat/policy.h"
#include "chat/records.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace veche::chat {

// --- orders

enum class AccountAction : std::uint8_t { add, set_password, remove, list };
struct ManageAccount {
  AccountAction action = AccountAction::list;
  std::string name;
  std::string password_hash;
  base::ScramKeysPtr scram{};
};
/// Ends the sessions of a person, or one session. Answer: Affected.
struct Kick {
  std::string name;         ///< of a person here; or
  base::SessionId session;  ///< one session
  std::string reason;
};
/// A ban or a mute, in place of one on the same target; a ban ends the sessions that it is on. `created` and
/// `expires` are filled in: it ends after `lasts` (0: never). Answer: Affected.
struct Impose {
  SanctionRecord sanction;
  std::chrono::seconds lasts{0};
};
/// Answer: Affected (people who were told).
struct Lift {
  SanctionKind kind = SanctionKind::ban;
  SanctionTarget target;
};
/// At most one message of each member in `interval`; 0: as they like. Answer: Affected.
struct SlowDown {
  std::string room;
  std::chrono::seconds interval{0};
};
/// To everybody. Answer: Affected.
struct Announce {
  std::string text;
};
/// Ends the `count` oldest sessions (as `drain` does, some at a time). Answer: Affected.
struct Dismiss {
  std::size_t count = 0;
  std::string text;
};
/// Every account, token and remembered address goes, and every session ends. Refused as `stale` if accounts
/// have changed since the Identities answer that said `version`. Answer: Affected (accounts).
struct ClearIdentities {
  std::uint64_t version = 0;
};
/// From here on. Answer: Affected.
struct SetPolicy {
  Policy policy;
};
/// Who is here stays. Answer: Affected.
struct SetLockdown {
  Lockdown lockdown = Lockdown::off;
};
struct AskStatus {};      ///< Answer: Status
struct AskSessions {};    ///< Answer: SessionList
struct AskRoomList {};    ///< Answer: RoomList
struct AskIdentities {};  ///< Answer: Identities
struct AskSanctions {     ///< Answer: Sanctions
  SanctionKind kind = SanctionKind::ban;
};

using AnyOrder =
    std::variant<ManageAccount, Kick, Impose, Lift, SlowDown, Announce, Dismiss, ClearIdentities, SetPolicy,
                 SetLockdown, AskStatus, AskSessions, AskRoomList, AskIdentities, AskSanctions>;
/// A class, so that how each alternative is copied, moved and destroyed is compiled once, not in every file.
struct OperatorOrder : AnyOrder {
  using AnyOrder::variant;
  OperatorOrder(const OperatorOrder&);
  OperatorOrder(OperatorOrder&&) noexcept;
  OperatorOrder& operator=(const OperatorOrder&);
  OperatorOrder& operator=(OperatorOrder&&) noexcept;
  ~OperatorOrder();
};

// --- answers

/// How many sessions, people or accounts an order has reached.
struct Affected {
  std::size_t count = 0;
};
struct AccountList {
  struct Line {
    std::string name;
    base::WallTime created;
  };
  std::vector<Line> accounts;  ///< by name
};
struct Status {
  std::size_t sessions = 0;
  std::size_t irc_sessions = 0;  ///< of them
  std::size_t users = 0;
  std::size_t guests = 0;
  std::size_t rooms = 0;  ///< with people in them
  std::size_t accounts = 0;
  std::uint64_t messages = 0;  ///< ever
  bool store_open = true;
  Lockdown lockdown = Lockdown::off;
};
struct SessionList {
  struct Line {
    base::SessionId session;
    std::string name;  ///< empty: not logged in yet
    bool guest = false;
    base::Dialect dialect = base::Dialect::line;
    bool encrypted = false;  ///< by TLS
    std::string address;
    std::vector<std::string> rooms;
    base::WallTime connected;
    base::WallTime last_heard;  ///< the last command of his
  };
  std::vector<Line> sessions;  ///< oldest first
};
struct RoomList {
  struct Line {
    std::string name;
    std::size_t members = 0;
    base::WallTime created;
    std::chrono::seconds slow{0};
    std::string founder{};  ///< an account; empty: the room is not registered
  };
  std::vector<Line> rooms;  ///< by name
};
struct Identities {
  struct Line {
    std::string name;
    base::WallTime created;
    std::size_t tokens = 0;
    std::vector<std::string> addresses;  ///< latest first
    std::size_t sessions = 0;            ///< now
  };
  std::vector<Line> accounts;  ///< by name
  std::uint64_t version = 0;   ///< grows whenever an account is made, removed or gets another password
};
struct Sanctions {
  std::vector<SanctionRecord> list;  ///< by creation
};

using AnyResult = std::variant<Affected, AccountList, Status, SessionList, RoomList, Identities, Sanctions>;
/// A class, so that how each alternative is copied, moved and destroyed is compiled once, not in every file.
struct OperatorResult : AnyResult {
  using AnyResult::variant;
  OperatorResult(const OperatorResult&);
  OperatorResult(OperatorResult&&) noexcept;
  OperatorResult& operator=(const OperatorResult&);
  OperatorResult& operator=(OperatorResult&&) noexcept;
  ~OperatorResult();
};

}  // namespace veche::chat

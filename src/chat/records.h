// What the store keeps for the chat: plain records, the rows by which they change, and the whole of them as
// it is loaded at start. Immutable values; any thread.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/network.h"
#include "base/scram_keys.h"
#include "chat/charter.h"
#include "chat/message.h"
#include "chat/room_state.h"

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace veche::chat {

/// A session token's BLAKE2b-256 hash: the token itself is known to its owner alone.
using TokenHash = std::array<std::uint8_t, 32>;

struct AccountRecord {
  base::AccountId id;         ///< never used twice, even after the account was removed
  std::string name;           ///< as its owner writes it; unique by casefold
  std::string password_hash;  ///< Argon2id in libsodium's text form
  base::WallTime created;
  base::ScramKeysPtr scram{};  ///< of the same password; null: none are derived yet
};

struct TokenRecord {
  TokenHash hash{};
  base::AccountId account;
  base::WallTime created;
  base::WallTime expires;
};

/// An address from which an account logged in: its client is greeted by name.
struct AddressRecord {
  std::string address;  ///< without port
  base::AccountId account;
  base::WallTime last_seen;
};

/// A TLS client certificate that opens an account.
struct CertificateRecord {
  std::string fingerprint;  ///< SHA-256, 64 hexadecimal digits in lower case
  base::AccountId account;
  base::WallTime created;
};

struct RoomRecord {
  base::RoomId id;
  std::string name;  ///< with its '#'; unique by casefold
  base::WallTime created;
  std::chrono::seconds slow{0};  ///< at least this between two messages of one member; 0: as they like
};

/// A registered room's charter, and what it keeps of its state.
struct CharterRecord {
  base::RoomId room;
  Charter charter{};
  RoomState state{};
};

enum class SanctionKind : std::uint8_t { ban, mute };
enum class SanctionOn : std::uint8_t { name, account, network };
/// Whom a ban or a mute is on. There is one of each kind for a target.
struct SanctionTarget {
  SanctionOn on = SanctionOn::name;
  std::string text;       ///< a folded name; a network as it is written: "192.0.2.0/24", "192.0.2.7"
  base::Network network;  ///< of SanctionOn::network

  friend auto operator<=>(const SanctionTarget&, const SanctionTarget&) = default;
};
struct SanctionRecord {
  SanctionKind kind = SanctionKind::ban;
  SanctionTarget target;
  std::string reason;  ///< for the person it is on; may be empty
  std::string by;      ///< which operator
  base::WallTime created;
  base::WallTime expires;  ///< 1970: never
};

// The rows of the journal.
struct AccountAdded {
  AccountRecord account;
};
struct AccountRemoved {
  base::AccountId account;
};  ///< with its tokens, addresses and certificates
struct PasswordChanged {
  base::AccountId account;
  std::string password_hash;
  base::ScramKeysPtr scram{};  ///< null: those of the old password go
};
/// Of the password that the account has.
struct ScramKeysDerived {
  base::AccountId account;
  base::ScramKeysPtr scram;
};
struct CertificateAdded {
  CertificateRecord certificate;
};
struct CertificateRemoved {
  std::string fingerprint;
};
struct TokenAdded {
  TokenRecord token;
};
struct TokenRemoved {
  TokenHash hash{};
};
struct AddressRemembered {
  AddressRecord address;
};  ///< new, or seen again
struct AddressForgotten {
  base::AccountId account;
  std::string address;
};
struct RoomAdded {
  RoomRecord room;
};
struct MessageAdded {
  MessagePtr message;
};
/// Every account, token, address and certificate goes.
struct IdentitiesCleared {};
struct SanctionImposed {
  SanctionRecord sanction;
};  ///< new, or in place of the one on the same target
struct SanctionLifted {
  SanctionKind kind = SanctionKind::ban;
  SanctionTarget target;
};
struct RoomSlowed {
  base::RoomId room;
  std::chrono::seconds slow{0};
};
struct RoomNameChanged {
  base::RoomId room;
  std::string name;
};

/// The room has a charter from now on, with no ranks, rules, topic or lists so far.
struct RoomRegistered {
  base::RoomId room;
  base::AccountId founder;
  base::WallTime since;
};
struct RoomTransferred {
  base::RoomId room;
  base::AccountId founder;
};
/// With all that was kept for it.
struct RoomDropped {
  base::RoomId room;
};
/// All of a registered room's state but its lists.
struct RoomRulesKept {
  base::RoomId room;
  RoomStatePtr state;
};
/// At the end of the list.
struct RoomMaskAdded {
  base::RoomId room;
  MaskList list = MaskList::bans;
  MaskEntry entry;
};
struct RoomMaskRemoved {
  base::RoomId room;
  MaskList list = MaskList::bans;
  MaskOn on = MaskOn::person;
  std::string pattern;
};
/// In place of the one that the account had there.
struct StandingRankSet {
  base::RoomId room;
  StandingRank rank;
};
struct StandingRankRemoved {
  base::RoomId room;
  base::AccountId account;
};

using AnyRow =
    std::variant<MessageAdded, RoomAdded, AccountAdded, AccountRemoved, PasswordChanged, TokenAdded,
                 TokenRemoved, AddressRemembered, AddressForgotten, IdentitiesCleared, SanctionImposed,
                 SanctionLifted, RoomSlowed, RoomNameChanged, ScramKeysDerived, CertificateAdded,
                 CertificateRemoved, RoomRegistered, RoomTransferred, RoomDropped, RoomRulesKept,
                 RoomMaskAdded, RoomMaskRemoved, StandingRankSet, StandingRankRemoved>;
/// A class, so that how each alternative is copied, moved and destroyed is compiled once, not in every file.
struct Row : AnyRow {
  using AnyRow::variant;
  Row(const Row&);
  Row(Row&&) noexcept;
  Row& operator=(const Row&);
  Row& operator=(Row&&) noexcept;
  ~Row();
};

/// Everything that outlives the process, but for the bulk of the messages.
struct DurableState {
  std::vector<AccountRecord> accounts;
  std::vector<TokenRecord> tokens;
  std::vector<AddressRecord> addresses;
  std::vector<CertificateRecord> certificates{};
  std::vector<CharterRecord> charters{};  ///< by room; ranks by account, lists as they were made
  std::vector<RoomRecord> rooms;
  std::vector<SanctionRecord> sanctions;
  std::vector<MessagePtr> recent;  ///< the last messages of each room, by ascending id
  base::AccountId last_account;    ///< the highest id ever given
  base::RoomId last_room;
  base::MessageId last_message;
  base::ScramKey secret{};  ///< random, the store's own for ever: for what must look random and stay the same
};

}  // namespace veche::chat

// The "identification file": accounts, their session tokens and certificates, and the addresses they are
// known by. In memory as the store keeps it; every change is a row in the outbox and an inverse in the undo
// log.
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "chat/name.h"
#include "chat/outbox.h"
#include "chat/records.h"
#include "chat/undo_log.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace veche::chat {

/// The form in which a certificate's fingerprint is kept: 64 hexadecimal digits in lower case, of a text that
/// may have capitals and colons. Nothing: it is none of SHA-256.
std::optional<std::string> certificate_fingerprint(std::string_view text);

/// One thread: the chat's. Pointers given out hold until the next change.
class AccountBook {
 public:
  explicit AccountBook(UndoLog& undo) : undo_(undo) {}

  /// Fills an empty book.
  void load(const DurableState& state);

  const AccountRecord* find(base::AccountId id) const;
  const AccountRecord* find(std::string_view folded_name) const;
  std::vector<const AccountRecord*> all() const;  ///< by folded name
  base::AccountId last_id() const { return last_id_; }
  std::size_t size() const { return accounts_.size(); }
  /// Grows whenever an account is made, removed or gets another password.
  std::uint64_t version() const { return version_; }
  std::size_t token_count(base::AccountId id) const { return accounts_.at(id).tokens.size(); }
  /// Latest first.
  std::vector<std::string> addresses_of(base::AccountId id) const;
  /// Tokens and addresses as unsorted lines, for Chat::describe.
  std::vector<std::string> describe() const;

  /// The name must be free.
  base::AccountId add(const Name& name, std::string password_hash, base::ScramKeysPtr scram,
                      base::WallTime now, Outbox& outbox);
  /// With its tokens, addresses and certificates.
  void remove(base::AccountId id, Outbox& outbox);
  void set_password(base::AccountId id, std::string password_hash, base::ScramKeysPtr scram, Outbox& outbox);
  /// Keys of the password that the account has.
  void keep_scram(base::AccountId id, base::ScramKeysPtr scram, Outbox& outbox);
  /// All of them, with their tokens, addresses and certificates.
  void clear(Outbox& outbox);

  /// Past kTokensPerAccountMax the account's oldest token goes.
  void keep_token(const TokenRecord& token, Outbox& outbox);
  /// Nobody if there is no such token or its time is over.
  base::AccountId token_owner(const TokenHash& token, base::WallTime now) const;

  /// The certificate opens no account yet.
  void add_certificate(const CertificateRecord& certificate, Outbox& outbox);
  void remove_certificate(const std::string& fingerprint, Outbox& outbox);
  /// Nobody if it opens none.
  base::AccountId certificate_owner(const std::string& fingerprint) const;
  /// Fingerprints, oldest first.
  const std::vector<std::string>& certificates_of(base::AccountId id) const;

  /// Notes that the account came from `address`. No row if it came from there last, less than an hour ago.
  void remember(base::AccountId id, const std::string& address, base::WallTime now, Outbox& outbox);
  /// The names known at an address, latest first.
  std::vector<std::string> names_at(const std::string& address) const;
  void forget_address(base::AccountId id, const std::string& address, Outbox& outbox);
  /// All addresses and all tokens.
  void forget_all(base::AccountId id, Outbox& outbox);

 private:
  struct Account {
    AccountRecord record;
    std::string folded;
    std::vector<TokenHash> tokens;                                  // oldest first
    std::vector<std::string> certificates;                          // oldest first
    std::vector<std::pair<std::string, base::WallTime>> addresses;  // latest last
  };
  struct TokenHasher {
    std::size_t operator()(const TokenHash& hash) const noexcept;
  };

  Account& at(base::AccountId id);
  void new_version();
  void sort_certificates(Account& account);
  void drop_token(Account& account, const TokenHash& hash, Outbox& outbox);

  UndoLog& undo_;
  base::AccountId last_id_;
  std::uint64_t version_ = 0;
  std::unordered_map<base::AccountId, Account> accounts_;
  std::unordered_map<std::string, base::AccountId> by_name_;
  std::unordered_map<TokenHash, TokenRecord, TokenHasher> tokens_;
  std::unordered_map<std::string, std::vector<base::AccountId>> by_address_;
  std::unordered_map<std::string, CertificateRecord> certificates_;
};

}  // namespace veche::chat

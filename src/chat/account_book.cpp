#include "chat/account_book.h"

#include "base/check.h"
#include "base/limits.h"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace veche::chat {

using base::AccountId;
using base::WallTime;

namespace {

std::string microseconds(WallTime time) { return std::to_string(time.time_since_epoch().count()); }

}  // namespace

std::optional<std::string> certificate_fingerprint(std::string_view text) {
  constexpr std::size_t kHexDigits = 64;
  std::string digits;
  for (const char c : text) {
    if (c == ':') continue;
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower < '0' || lower > '9') && (lower < 'a' || lower > 'f')) return std::nullopt;
    digits += lower;
    if (digits.size() > kHexDigits) return std::nullopt;
  }
  if (digits.size() != kHexDigits) return std::nullopt;
  return digits;
}

std::size_t AccountBook::TokenHasher::operator()(const TokenHash& hash) const noexcept {
  std::size_t value = 0;  // a hash already: any of its bytes will do
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

void AccountBook::load(const DurableState& state) {
  base::check(accounts_.empty(), "an account book is loaded once");
  last_id_ = state.last_account;
  for (const AccountRecord& record : state.accounts) {
    const std::string folded = fold_name(record.name).value_or(record.name);
    by_name_[folded] = record.id;
    accounts_[record.id] = {record, folded, {}, {}, {}};
  }
  for (const TokenRecord& token : state.tokens) {
    if (!accounts_.contains(token.account)) continue;
    tokens_[token.hash] = token;
    accounts_[token.account].tokens.push_back(token.hash);
  }
  for (const AddressRecord& address : state.addresses) {
    if (!accounts_.contains(address.account)) continue;
    accounts_[address.account].addresses.emplace_back(address.address, address.last_seen);
    by_address_[address.address].push_back(address.account);
  }
  for (const CertificateRecord& certificate : state.certificates) {
    if (!accounts_.contains(certificate.account)) continue;
    certificates_[certificate.fingerprint] = certificate;
    accounts_[certificate.account].certificates.push_back(certificate.fingerprint);
  }
  for (auto& [id, account] : accounts_) {
    sort_certificates(account);
    std::sort(account.tokens.begin(), account.tokens.end(),
              [this](const auto& a, const auto& b) { return tokens_[a].created < tokens_[b].created; });
    std::sort(account.addresses.begin(), account.addresses.end(),
              [](const auto& a, const auto& b) { return a.second < b.second; });
  }
}

AccountBook::Account& AccountBook::at(AccountId id) {
  const auto found = accounts_.find(id);
  base::check(found != accounts_.end(), "the account exists");
  return found->second;
}

const AccountRecord* AccountBook::find(AccountId id) const {
  const auto found = accounts_.find(id);
  return found == accounts_.end() ? nullptr : &found->second.record;
}

const AccountRecord* AccountBook::find(std::string_view folded_name) const {
  const auto found = by_name_.find(std::string(folded_name));
  return found == by_name_.end() ? nullptr : find(found->second);
}

std::vector<const AccountRecord*> AccountBook::all() const {
  std::vector<const Account*> accounts;
  for (const auto& [id, account] : accounts_) accounts.push_back(&account);
  std::sort(accounts.begin(), accounts.end(), [](auto* a, auto* b) { return a->folded < b->folded; });
  std::vector<const AccountRecord*> records;
  for (const Account* account : accounts) records.push_back(&account->record);
  return records;
}

std::vector<std::string> AccountBook::describe() const {
  std::vector<std::string> lines;
  for (const auto& [id, account] : accounts_) {
    const std::string owner = " of " + std::to_string(id.value) + " " + account.folded;
    for (const TokenHash& hash : account.tokens) {
      const TokenRecord& token = tokens_.at(hash);
      std::string line = "token";
      for (const std::uint8_t byte : hash) line += " " + std::to_string(byte);
      lines.push_back(line + owner + " " + microseconds(token.created) + " " + microseconds(token.expires));
    }
    if (const base::ScramKeysPtr& scram = account.record.scram) {
      std::string line = "scram" + owner + " " + std::to_string(scram->iterations);
      for (const std::uint8_t byte : scram->salt) line += " " + std::to_string(byte);
      for (const std::uint8_t byte : scram->stored_key) line += " " + std::to_string(byte);
      for (const std::uint8_t byte : scram->server_key) line += " " + std::to_string(byte);
      lines.push_back(line);
    }
    std::size_t place = 0;
    for (const std::string& fingerprint : account.certificates) {
      const CertificateRecord& certificate = certificates_.at(fingerprint);
      lines.push_back("certificate " + std::to_string(place++) + " " + fingerprint + owner + " " +
                      std::to_string(certificate.account.value) + " " + microseconds(certificate.created));
    }
    for (const auto& [address, seen] : account.addresses) {
      lines.push_back("address " + address + owner + " " + microseconds(seen));
    }
  }
  lines.push_back("certificates " + std::to_string(certificates_.size()));
  lines.push_back("tokens " + std::to_string(tokens_.size()) + " names " + std::to_string(by_name_.size()));
  for (const auto& [address, ids] : by_address_) {
    lines.push_back("known at " + address + " " + std::to_string(ids.size()));
  }
  return lines;
}

AccountId AccountBook::add(const Name& name, std::string password_hash, base::ScramKeysPtr scram,
                           WallTime now, Outbox& outbox) {
  base::check(!by_name_.contains(name.folded), "the name is free");
  new_version();
  undo_.keep_value(last_id_);
  const AccountId id{++last_id_.value};
  undo_.keep(by_name_, name.folded);
  undo_.keep(accounts_, id);
  by_name_[name.folded] = id;
  Account& account = accounts_[id];
  account.record = {id, name.text, std::move(password_hash), now, std::move(scram)};
  account.folded = name.folded;
  outbox.keep(AccountAdded{account.record});
  return id;
}

void AccountBook::new_version() {
  undo_.keep_value(version_);
  ++version_;
}

std::vector<std::string> AccountBook::addresses_of(AccountId id) const {
  std::vector<std::string> addresses;
  for (const auto& [address, seen] : accounts_.at(id).addresses) addresses.push_back(address);
  std::reverse(addresses.begin(), addresses.end());
  return addresses;
}

void AccountBook::clear(Outbox& outbox) {
  new_version();
  undo_.keep_value(accounts_);
  undo_.keep_value(by_name_);
  undo_.keep_value(tokens_);
  undo_.keep_value(by_address_);
  undo_.keep_value(certificates_);
  accounts_.clear();
  by_name_.clear();
  tokens_.clear();
  by_address_.clear();
  certificates_.clear();
  outbox.keep(IdentitiesCleared{});
}

void AccountBook::remove(AccountId id, Outbox& outbox) {
  new_version();
  Account& account = at(id);
  for (const TokenHash& token : account.tokens) {
    undo_.keep(tokens_, token);
    tokens_.erase(token);
  }
  for (const auto& [address, seen] : account.addresses) {
    undo_.keep(by_address_, address);
    std::erase(by_address_[address], id);
    if (by_address_[address].empty()) by_address_.erase(address);
  }
  for (const std::string& fingerprint : account.certificates) {
    undo_.keep(certificates_, fingerprint);
    certificates_.erase(fingerprint);
  }
  undo_.keep(by_name_, account.folded);
  by_name_.erase(account.folded);
  undo_.keep(accounts_, id);
  accounts_.erase(id);
  outbox.keep(AccountRemoved{id});
}

void AccountBook::set_password(AccountId id, std::string password_hash, base::ScramKeysPtr scram,
                               Outbox& outbox) {
  new_version();
  undo_.keep(accounts_, id);
  at(id).record.password_hash = password_hash;
  at(id).record.scram = scram;
  outbox.keep(PasswordChanged{id, std::move(password_hash), std::move(scram)});
}

void AccountBook::keep_scram(AccountId id, base::ScramKeysPtr scram, Outbox& outbox) {
  undo_.keep(accounts_, id);
  at(id).record.scram = scram;
  outbox.keep(ScramKeysDerived{id, std::move(scram)});
}

void AccountBook::add_certificate(const CertificateRecord& certificate, Outbox& outbox) {
  base::check(!certificates_.contains(certificate.fingerprint), "a certificate opens one account");
  undo_.keep(accounts_, certificate.account);
  undo_.keep(certificates_, certificate.fingerprint);
  at(certificate.account).certificates.push_back(certificate.fingerprint);
  certificates_[certificate.fingerprint] = certificate;
  sort_certificates(at(certificate.account));
  outbox.keep(CertificateAdded{certificate});
}

/// As a store gives them back.
void AccountBook::sort_certificates(Account& account) {
  std::sort(account.certificates.begin(), account.certificates.end(), [this](const auto& a, const auto& b) {
    return std::tie(certificates_[a].created, a) < std::tie(certificates_[b].created, b);
  });
}

void AccountBook::remove_certificate(const std::string& fingerprint, Outbox& outbox) {
  const AccountId owner = certificate_owner(fingerprint);
  undo_.keep(accounts_, owner);
  undo_.keep(certificates_, fingerprint);
  std::erase(at(owner).certificates, fingerprint);
  outbox.keep(CertificateRemoved{fingerprint});
  certificates_.erase(fingerprint);
}

AccountId AccountBook::certificate_owner(const std::string& fingerprint) const {
  const auto found = certificates_.find(fingerprint);
  return found == certificates_.end() ? AccountId{} : found->second.account;
}

const std::vector<std::string>& AccountBook::certificates_of(AccountId id) const {
  return accounts_.at(id).certificates;
}

void AccountBook::keep_token(const TokenRecord& token, Outbox& outbox) {
  undo_.keep(accounts_, token.account);
  Account& account = at(token.account);
  if (account.tokens.size() >= base::limits::kTokensPerAccountMax) {
    drop_token(account, TokenHash(account.tokens.front()), outbox);
  }
  undo_.keep(tokens_, token.hash);
  tokens_[token.hash] = token;
  account.tokens.push_back(token.hash);
  outbox.keep(TokenAdded{token});
}

void AccountBook::drop_token(Account& account, const TokenHash& hash, Outbox& outbox) {
  undo_.keep(tokens_, hash);
  tokens_.erase(hash);
  std::erase(account.tokens, hash);
  outbox.keep(TokenRemoved{hash});
}

AccountId AccountBook::token_owner(const TokenHash& token, WallTime now) const {
  const auto found = tokens_.find(token);
  if (found == tokens_.end() || found->second.expires <= now) return {};
  return found->second.account;
}

void AccountBook::remember(AccountId id, const std::string& address, WallTime now, Outbox& outbox) {
  undo_.keep(accounts_, id);
  auto& addresses = at(id).addresses;
  const auto known =
      std::find_if(addresses.begin(), addresses.end(), [&](auto& a) { return a.first == address; });
  if (known != addresses.end()) {
    const bool fresh = now - known->second < std::chrono::hours{1};
    if (fresh && known == addresses.end() - 1) return;
    addresses.erase(known);
  } else {
    undo_.keep(by_address_, address);
    by_address_[address].push_back(id);
    if (addresses.size() >= base::limits::kAddressesPerAccountMax) {
      forget_address(id, std::string(addresses.front().first), outbox);
    }
  }
  addresses.emplace_back(address, now);
  outbox.keep(AddressRemembered{{address, id, now}});
}

std::vector<std::string> AccountBook::names_at(const std::string& address) const {
  const auto found = by_address_.find(address);
  if (found == by_address_.end()) return {};
  std::vector<std::pair<WallTime, std::string>> seen;
  for (const AccountId id : found->second) {
    const Account& account = accounts_.at(id);
    for (const auto& [known, when] : account.addresses) {
      if (known == address) seen.emplace_back(when, account.record.name);
    }
  }
  std::sort(seen.begin(), seen.end(), std::greater<>());
  std::vector<std::string> names;
  for (auto& [when, name] : seen) names.push_back(std::move(name));
  return names;
}

void AccountBook::forget_address(AccountId id, const std::string& address, Outbox& outbox) {
  undo_.keep(accounts_, id);
  undo_.keep(by_address_, address);
  std::erase_if(at(id).addresses, [&](const auto& known) { return known.first == address; });
  if (std::erase(by_address_[address], id) > 0) outbox.keep(AddressForgotten{id, address});
  if (by_address_[address].empty()) by_address_.erase(address);
}

void AccountBook::forget_all(AccountId id, Outbox& outbox) {
  undo_.keep(accounts_, id);
  Account& account = at(id);
  while (!account.tokens.empty()) drop_token(account, TokenHash(account.tokens.front()), outbox);
  while (!account.addresses.empty()) forget_address(id, std::string(account.addresses.front().first), outbox);
}

}  // namespace veche::chat

// Secrets, over libsodium: passwords as Argon2id hashes, session tokens as random bytes of which only a hash
// is kept. Any thread; hashing and verifying take 0.2 s or more and 64 MiB or more: workers only.
#pragma once

#include "base/result.h"
#include "base/scram_keys.h"
#include "chat/records.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace veche::store {

/// Must be called once before anything else here (libsodium's initialisation).
base::Result<> init_crypto();

enum class HashCost : std::uint8_t {
  lowest,       ///< tests only
  interactive,  ///< 64 MiB, about 0.2 s
  moderate,     ///< 256 MiB, about 1.3 s
};

/// The Argon2id hash of `password` with a fresh salt; fails when memory is short.
base::Result<std::string> hash_password(std::string_view password, HashCost cost);
/// Whether `hash` was made from `password`; same time for any wrong password.
bool verify_password(const std::string& hash, std::string_view password);
/// The same where `kept` may also be the password itself, as an operator may write it in the configuration.
/// Nothing matches an empty one.
bool verify_hash_or_plain(const std::string& kept, std::string_view password);
/// A hash that no password matches and that costs as much to verify as `cost` does: for names that are
/// nobody, so that they cannot be told by timing from wrong passwords.
std::string decoy_hash(HashCost cost);

/// A fresh session token: 43 base64url characters (32 random bytes).
std::string make_token();
/// What is kept of a token; nothing if `token` is not 43 base64url characters.
std::optional<chat::TokenHash> hash_token(std::string_view token);

/// How often SCRAM hashes a password where its Argon2id hash costs `cost`.
std::uint32_t scram_rounds(HashCost cost);
/// The keys of `password` with a fresh salt. Workers only.
base::ScramKeysPtr derive_scram_keys(std::string_view password, HashCost cost);
/// For DurableState::secret.
base::ScramKey random_secret();

}  // namespace veche::store

// What a server keeps of a password for SCRAM-SHA-256 (RFC 5802 section 3, RFC 7677): with it a client can
// prove that it knows the password, and neither it nor who listens learns anything that opens the account.
// Pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace veche::base {

using ScramSalt = std::array<std::uint8_t, 16>;
using ScramKey = std::array<std::uint8_t, 32>;

struct ScramKeys {
  ScramSalt salt{};
  std::uint32_t iterations = 0;
  ScramKey stored_key{};
  ScramKey server_key{};

  friend bool operator==(const ScramKeys&, const ScramKeys&) = default;
};
/// Null: there are none.
using ScramKeysPtr = std::shared_ptr<const ScramKeys>;

/// HMAC(key, text) of RFC 5802 section 2.2.
ScramKey scram_hmac(const ScramKey& key, std::string_view text);

/// The keys of `password`, as saslprep() makes it. Takes as long as `iterations` rounds of HMAC do: for
/// 100,000 some 50 ms, so that is a worker's task.
ScramKeys derive_scram_keys(std::string_view password, const ScramSalt& salt, std::uint32_t iterations);

/// Keys for a name that has none: always the same for one `secret` and name, so that asking twice tells
/// nothing, and no password's.
ScramKeys decoy_scram_keys(const ScramKey& secret, std::string_view folded_name, std::uint32_t iterations);

}  // namespace veche::base

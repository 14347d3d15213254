#include "base/scram_keys.h"

#include "base/saslprep.h"
#include "base/secret.h"

#include <sodium.h>

#include <algorithm>
#include <span>
#include <string>

namespace veche::base {
namespace {

std::span<const unsigned char> bytes_of(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

/// Hi() of RFC 5802 section 2.2: PBKDF2 with one block of output.
ScramKey salted(std::string_view password, const ScramSalt& salt, std::uint32_t iterations) {
  crypto_auth_hmacsha256_state keyed;  // the same for every round
  crypto_auth_hmacsha256_init(&keyed, bytes_of(password).data(), password.size());
  constexpr std::array<unsigned char, 4> kFirstBlock = {0, 0, 0, 1};
  ScramKey last{};
  crypto_auth_hmacsha256_state state = keyed;
  crypto_auth_hmacsha256_update(&state, salt.data(), salt.size());
  crypto_auth_hmacsha256_update(&state, kFirstBlock.data(), kFirstBlock.size());
  crypto_auth_hmacsha256_final(&state, last.data());
  ScramKey sum = last;
  for (std::uint32_t round = 1; round < iterations; ++round) {
    state = keyed;
    crypto_auth_hmacsha256_update(&state, last.data(), last.size());
    crypto_auth_hmacsha256_final(&state, last.data());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = static_cast<std::uint8_t>(sum[i] ^ last[i]);
  }
  wipe(&keyed, sizeof keyed);
  wipe(&state, sizeof state);
  return sum;
}

}  // namespace

ScramKey scram_hmac(const ScramKey& key, std::string_view text) {
  ScramKey mac{};
  crypto_auth_hmacsha256(mac.data(), bytes_of(text).data(), text.size(), key.data());
  return mac;
}

ScramKeys derive_scram_keys(std::string_view password, const ScramSalt& salt, std::uint32_t iterations) {
  const Secret prepared = saslprep(password);
  ScramKey secret = salted(prepared, salt, iterations);
  ScramKey client_key = scram_hmac(secret, "Client Key");
  ScramKeys keys{salt, iterations, {}, scram_hmac(secret, "Server Key")};
  crypto_hash_sha256(keys.stored_key.data(), client_key.data(), client_key.size());
  wipe(secret.data(), secret.size());
  wipe(client_key.data(), client_key.size());
  return keys;
}

ScramKeys decoy_scram_keys(const ScramKey& secret, std::string_view folded_name, std::uint32_t iterations) {
  const std::string name(folded_name);
  ScramKeys keys{{},
                 iterations,
                 scram_hmac(secret, "stored key of " + name),
                 scram_hmac(secret, "server key of " + name)};
  const ScramKey salt = scram_hmac(secret, "salt of " + name);
  std::copy_n(salt.begin(), keys.salt.size(), keys.salt.begin());
  return keys;
}

}  // namespace veche::base

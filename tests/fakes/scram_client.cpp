#include "tests/fakes/scram_client.h"

#include "wire/base64.h"

#include <sodium.h>

#include <algorithm>
#include <cstdint>

namespace veche::fakes {
namespace {

base::ScramKey hmac(const base::ScramKey& key, std::string_view text) {
  base::ScramKey mac{};
  crypto_auth_hmacsha256(mac.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         key.data());
  return mac;
}

std::string base64(const base::ScramKey& key) {
  return wire::to_base64({reinterpret_cast<const char*>(key.data()), key.size()});
}

std::string_view value_of(std::string_view message, std::string_view name) {
  const std::size_t at = message.find(name);
  if (at == message.npos) return {};
  message.remove_prefix(at + name.size());
  return message.substr(0, message.find(','));
}

}  // namespace

ScramClient::ScramClient(std::string_view name, std::string_view password, std::string_view header,
                         std::string_view nonce)
    : password_(password), header_(header), bare_("n=" + std::string(name) + ",r=" + std::string(nonce)) {}

std::string ScramClient::final(std::string_view server_first) {
  const std::string salt_bytes = wire::from_base64(value_of(server_first, ",s=")).value_or("");
  base::ScramSalt salt{};
  std::copy_n(salt_bytes.begin(), std::min(salt_bytes.size(), salt.size()), salt.begin());
  const auto rounds = static_cast<std::uint32_t>(std::stoul(std::string(value_of(server_first, ",i="))));

  // The server's derivation stops one step short of what a client needs: the key behind the stored one. So it
  // is derived here by the definition.
  base::ScramKey secret{};
  {
    base::ScramKey last{};
    crypto_auth_hmacsha256_state state;
    const auto* password = reinterpret_cast<const unsigned char*>(password_.data());
    for (std::uint32_t round = 0; round < rounds; ++round) {
      crypto_auth_hmacsha256_init(&state, password, password_.size());
      if (round == 0) {
        crypto_auth_hmacsha256_update(&state, salt.data(), salt.size());
        const unsigned char first_block[4] = {0, 0, 0, 1};
        crypto_auth_hmacsha256_update(&state, first_block, sizeof first_block);
      } else {
        crypto_auth_hmacsha256_update(&state, last.data(), last.size());
      }
      crypto_auth_hmacsha256_final(&state, last.data());
      for (std::size_t i = 0; i < secret.size(); ++i)
        secret[i] = static_cast<std::uint8_t>(secret[i] ^ last[i]);
    }
  }
  const base::ScramKey client_key = hmac(secret, "Client Key");
  base::ScramKey stored_key{};
  crypto_hash_sha256(stored_key.data(), client_key.data(), client_key.size());

  const std::string without_proof =
      "c=" + wire::to_base64(header_) + ",r=" + std::string(value_of("," + std::string(server_first), ",r="));
  const std::string all_signed = bare_ + "," + std::string(server_first) + "," + without_proof;
  base::ScramKey proof = hmac(stored_key, all_signed);
  for (std::size_t i = 0; i < proof.size(); ++i)
    proof[i] = static_cast<std::uint8_t>(proof[i] ^ client_key[i]);
  expected_ = "v=" + base64(hmac(hmac(secret, "Server Key"), all_signed));
  return without_proof + ",p=" + base64(proof);
}

}  // namespace veche::fakes

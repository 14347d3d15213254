#include "store/password.h"

#include "base/limits.h"
#include "base/secret.h"

#include <sodium.h>

#include <array>

namespace veche::store {

namespace limits = base::limits;

namespace {

struct Costs {
  unsigned long long operations;
  std::size_t memory_bytes;
};

Costs costs_of(HashCost cost) {
  switch (cost) {
    case HashCost::lowest:
      return {crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN};
    case HashCost::interactive:
      return {crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE};
    case HashCost::moderate:
      return {crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE};
  }
  return {};
}

std::string base64(const unsigned char* bytes, std::size_t size, int variant) {
  std::string text(sodium_base64_encoded_len(size, variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, variant);
  text.pop_back();  // the terminating zero that it counts
  return text;
}

template <std::size_t N>
std::array<unsigned char, N> random_bytes() {
  std::array<unsigned char, N> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

}  // namespace

base::Result<> init_crypto() {
  if (sodium_init() < 0) return base::fail("libsodium", "cannot be initialised");
  return {};
}

base::Result<std::string> hash_password(std::string_view password, HashCost cost) {
  const Costs costs = costs_of(cost);
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), costs.operations,
                            costs.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return base::fail("password", "not enough memory to hash it", "try again later, or lower hash_cost");
  }
  return std::string(hash.data());
}

bool verify_password(const std::string& hash, std::string_view password) {
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool verify_hash_or_plain(const std::string& kept, std::string_view password) {
  if (kept.starts_with(crypto_pwhash_STRPREFIX)) return verify_password(kept, password);
  return !kept.empty() && kept.size() == password.size() &&
         sodium_memcmp(kept.data(), password.data(), kept.size()) == 0;
}

std::string decoy_hash(HashCost cost) {
  // Made up, not computed: a hash of its cost would take its time, and the first one to ask would tell. A
  // password that gives these 32 random bytes would have to be found first.
  const Costs costs = costs_of(cost);
  const auto salt = random_bytes<crypto_pwhash_SALTBYTES>();
  const auto hash = random_bytes<32>();
  return "$argon2id$v=19$m=" + std::to_string(costs.memory_bytes / 1024) +
         ",t=" + std::to_string(costs.operations) + ",p=1$" +
         base64(salt.data(), salt.size(), sodium_base64_VARIANT_ORIGINAL_NO_PADDING) + "$" +
         base64(hash.data(), hash.size(), sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

std::string make_token() {
  const auto bytes = random_bytes<limits::kTokenBytes>();
  return base64(bytes.data(), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::optional<chat::TokenHash> hash_token(std::string_view token) {
  if (token.size() != limits::kTokenTextChars) return std::nullopt;
  std::array<unsigned char, limits::kTokenBytes> bytes{};
  std::size_t size = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), token.data(), token.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      size != bytes.size()) {
    return std::nullopt;
  }
  chat::TokenHash hash{};
  crypto_generichash(hash.data(), hash.size(), bytes.data(), bytes.size(), nullptr, 0);
  base::wipe(bytes.data(), bytes.size());
  return hash;
}

std::uint32_t scram_rounds(HashCost cost) {
  constexpr std::uint32_t kRoundsInTests = 4'096;  // the least that RFC 7677 allows
  return cost == HashCost::lowest ? kRoundsInTests : limits::kScramRounds;
}

base::ScramKeysPtr derive_scram_keys(std::string_view password, HashCost cost) {
  base::ScramSalt salt{};
  randombytes_buf(salt.data(), salt.size());
  return std::make_shared<const base::ScramKeys>(base::derive_scram_keys(password, salt, scram_rounds(cost)));
}

base::ScramKey random_secret() {
  base::ScramKey secret{};
  randombytes_buf(secret.data(), secret.size());
  return secret;
}

}  // namespace veche::store

#include "store/password.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <set>

namespace veche::store {
namespace {

class Password : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(init_crypto()); }
};

TEST_F(Password, AHashKnowsItsPasswordAlone) {
  const std::string hash = hash_password("пароль", HashCost::lowest).value();
  EXPECT_TRUE(hash.starts_with("$argon2id$")) << hash;
  EXPECT_TRUE(verify_password(hash, "пароль"));
  EXPECT_FALSE(verify_password(hash, "Пароль"));
  EXPECT_FALSE(verify_password(hash, ""));
  EXPECT_FALSE(verify_password(hash, std::string_view("пароль\0", 13)));
}

TEST_F(Password, EveryHashHasASaltOfItsOwn) {
  EXPECT_NE(hash_password("x", HashCost::lowest).value(), hash_password("x", HashCost::lowest).value());
}

TEST_F(Password, AnEmptyPasswordIsHashedLikeAnyOther) {
  const std::string hash = hash_password("", HashCost::lowest).value();
  EXPECT_TRUE(verify_password(hash, ""));
  EXPECT_FALSE(verify_password(hash, "x"));
}

TEST_F(Password, WhatIsNoHashMatchesNothing) {
  for (const char* hash : {"", "x", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$$", "$2b$10$abc"}) {
    EXPECT_FALSE(verify_password(hash, "")) << hash;
    EXPECT_FALSE(verify_password(hash, "x")) << hash;
  }
}

TEST_F(Password, ADecoyIsAHashThatNothingMatches) {
  const std::string decoy = decoy_hash(HashCost::lowest);
  EXPECT_FALSE(verify_password(decoy, ""));
  EXPECT_FALSE(verify_password(decoy, "x"));
  EXPECT_EQ(decoy.size(), hash_password("x", HashCost::lowest)->size());
}

/// libsodium itself reads the decoys' costs: verifying one takes the work of a real hash.
TEST_F(Password, ADecoyCostsAsMuchAsARealHash) {
  const auto costs_are = [](HashCost cost, unsigned long long operations, std::size_t memory) {
    return crypto_pwhash_str_needs_rehash(decoy_hash(cost).c_str(), operations, memory) == 0;
  };
  EXPECT_TRUE(costs_are(HashCost::lowest, crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN));
  EXPECT_TRUE(costs_are(HashCost::interactive, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE));
  EXPECT_TRUE(
      costs_are(HashCost::moderate, crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE));
  EXPECT_FALSE(costs_are(HashCost::lowest, crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE));
}

TEST_F(Password, TokensAreLongAndNeverTheSame) {
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) {
    const std::string token = make_token();
    EXPECT_EQ(token.size(), 43u);
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    tokens.insert(token);
  }
  EXPECT_EQ(tokens.size(), 100u);
}

TEST_F(Password, ATokensHashIsItsOwn) {
  const std::string token = make_token();
  ASSERT_TRUE(hash_token(token));
  EXPECT_EQ(hash_token(token), hash_token(token));
  EXPECT_NE(hash_token(token), hash_token(make_token()));
}

TEST_F(Password, WhatIsNoTokenHasNoHash) {
  const std::string token = make_token();
  EXPECT_FALSE(hash_token(""));
  EXPECT_FALSE(hash_token(token.substr(1)));
  EXPECT_FALSE(hash_token(token + "A"));
  EXPECT_FALSE(hash_token(token.substr(1) + "="));
  EXPECT_FALSE(hash_token(token.substr(1) + " "));
  EXPECT_FALSE(hash_token("+" + token.substr(1)));
  EXPECT_FALSE(
      hash_token(std::string(42, 'A') + "B"));  // bits beyond 32 bytes: another way to write the same token
}

TEST_F(Password, ScramKeysAreOfThePasswordWithAFreshSalt) {
  const base::ScramKeysPtr keys = derive_scram_keys("secret", HashCost::lowest);
  EXPECT_EQ(*keys, base::derive_scram_keys("secret", keys->salt, keys->iterations));
  EXPECT_NE(derive_scram_keys("secret", HashCost::lowest)->salt, keys->salt);
  EXPECT_EQ(keys->iterations, scram_rounds(HashCost::lowest));
}

TEST_F(Password, ScramHashesOftenEnough) {
  EXPECT_GE(scram_rounds(HashCost::lowest), 4'096u) << "RFC 7677 section 4";
  EXPECT_GE(scram_rounds(HashCost::interactive), 100'000u);
  EXPECT_GE(scram_rounds(HashCost::moderate), 100'000u);
}

TEST_F(Password, ASecretIsRandom) { EXPECT_NE(random_secret(), random_secret()); }

}  // namespace
}  // namespace veche::store

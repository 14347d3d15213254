#include "base/scram_keys.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace veche::base {
namespace {

template <std::size_t N>
std::string hex(const std::array<std::uint8_t, N>& bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", byte);
    text += digits;
  }
  return text;
}

constexpr ScramSalt kSalt = {0x5b, 0x6d, 0x99, 0x68, 0x9d, 0x12, 0x35, 0x8e,
                             0xec, 0xa0, 0x4b, 0x14, 0x12, 0x36, 0xfa, 0x81};

// The password and salt of RFC 7677 section 3; the keys as Python's hashlib and hmac have them.
TEST(ScramKeys, AreThoseOfRfc7677) {
  const ScramKeys keys = derive_scram_keys("pencil", kSalt, 4096);
  EXPECT_EQ(keys.salt, kSalt);
  EXPECT_EQ(keys.iterations, 4096u);
  EXPECT_EQ(hex(keys.stored_key), "586e5df283e6dceb5c3e791d8b8528ec191e664045ce971792e2e6b5bb13e2a6");
  EXPECT_EQ(hex(keys.server_key), "c1f3cbc1c13a9d35a14c0990eed97629ea225863e566a4314ab99f3f00e5d9d5");
}

TEST(ScramKeys, DependOnPasswordSaltAndRounds) {
  const ScramKeys keys = derive_scram_keys("a", kSalt, 2);
  EXPECT_NE(derive_scram_keys("b", kSalt, 2).stored_key, keys.stored_key);
  EXPECT_NE(derive_scram_keys("a", {}, 2).stored_key, keys.stored_key);
  EXPECT_NE(derive_scram_keys("a", kSalt, 3).stored_key, keys.stored_key);
  EXPECT_NE(keys.stored_key, keys.server_key);
}

TEST(ScramKeys, APasswordLongerThanABlockOfTheHashCounts) {
  const std::string block(64, 'x');
  EXPECT_NE(derive_scram_keys(block + "a", kSalt, 2), derive_scram_keys(block + "b", kSalt, 2));
}

TEST(ScramKeys, HoweverItIsTyped) {
  EXPECT_EQ(derive_scram_keys("e\u0301", kSalt, 2), derive_scram_keys("\u00E9", kSalt, 2));
}

TEST(ScramKeys, ADecoyIsTheSameWheneverItIsAskedFor) {
  const ScramKey secret = {1, 2, 3};
  const ScramKeys decoy = decoy_scram_keys(secret, "ann", 100'000);
  EXPECT_EQ(decoy, decoy_scram_keys(secret, "ann", 100'000));
  EXPECT_EQ(decoy.iterations, 100'000u);
  EXPECT_NE(decoy.salt, decoy_scram_keys(secret, "bob", 100'000).salt);
  EXPECT_NE(decoy.salt, decoy_scram_keys({}, "ann", 100'000).salt);
  EXPECT_NE(decoy.salt, ScramSalt{});
}

}  // namespace
}  // namespace veche::base

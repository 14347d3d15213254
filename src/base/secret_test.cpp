#include "base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace veche::base {
namespace {

constexpr std::string_view kLong = "a password of more than fifteen letters";
constexpr std::string_view kShort = "shorter";

bool holds(const void* memory, std::size_t bytes, std::string_view text) {
  return std::string_view(static_cast<const char*>(memory), bytes).find(text) != std::string_view::npos;
}

/// Memory that outlives the object in it, so that what that leaves behind can be looked at.
template <class Object>
struct Grave {
  alignas(Object) std::array<std::byte, sizeof(Object)> bytes{};
  template <class... Args>
  Object& make(Args&&... args) {
    return *new (bytes.data()) Object(std::forward<Args>(args)...);
  }
  bool holds(std::string_view text) const { return base::holds(bytes.data(), bytes.size(), text); }
};

TEST(Secret, IsATextLikeAnyOther) {
  Secret secret(kLong);
  EXPECT_EQ(secret, kLong);
  EXPECT_EQ(secret.size(), kLong.size());
  secret += kShort;
  EXPECT_EQ(secret, std::string(kLong) + std::string(kShort));
  Secret copy = secret;
  secret.clear();
  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(copy, std::string(kLong) + std::string(kShort));
  copy.shrink(kLong.size());
  EXPECT_EQ(copy, kLong);
}

/// Looks at what it gets back before it frees it.
struct Inspector {
  using value_type = char;
  template <class>
  struct rebind {
    using other = Inspector;
  };
  static inline std::size_t given_back = 0;
  static inline bool saw_secret = false;

  char* allocate(std::size_t count) { return std::allocator<char>().allocate(count); }
  void deallocate(char* memory, std::size_t count) {
    ++given_back;
    saw_secret = saw_secret || std::any_of(memory, memory + count, [](char c) { return c != '\0'; });
    std::allocator<char>().deallocate(memory, count);
  }
};

TEST(WipingAllocator, WipesWhatIsOutgrownAndWhatIsLeft) {
  {
    std::vector<char, WipingAllocator<char, Inspector>> bytes;
    for (int i = 0; i < 10; ++i) bytes.insert(bytes.end(), kLong.begin(), kLong.end());
    EXPECT_GT(Inspector::given_back, 1u) << "it grew";
    bytes.resize(3);
    bytes.shrink_to_fit();
    EXPECT_EQ(std::string_view(bytes.data(), bytes.size()), kLong.substr(0, 3));
  }
  EXPECT_FALSE(Inspector::saw_secret);
}

TEST(Secret, LeavesNothingOfAShortTextInItself) {
  Grave<Secret> grave;
  Secret& secret = grave.make(kShort);
  EXPECT_FALSE(grave.holds(kShort)) << "it is on the heap";
  const Secret taken = std::move(secret);
  EXPECT_FALSE(grave.holds(kShort));
  EXPECT_EQ(taken, kShort);
  secret.~Secret();
  EXPECT_FALSE(grave.holds(kShort));
}

TEST(Secret, AMoveTakesThePlaceAlong) {
  Secret secret(kLong);
  const char* const place = secret.data();
  Secret taken = std::move(secret);
  EXPECT_EQ(taken.data(), place);
}

TEST(Secret, WipesTheStringThatItIsMadeOf) {
  for (const std::string_view text : {kShort, kLong}) {
    std::string given(text);
    given.reserve(64);
    const char* const memory = given.data();
    const std::size_t bytes = given.capacity();
    const Secret secret(std::move(given));
    EXPECT_EQ(secret, text);
    EXPECT_FALSE(holds(memory, bytes, text));
    EXPECT_TRUE(given.empty());  // NOLINT: it says what is left of it
  }
}

TEST(Wipe, ReachesBehindTheEndOfAString) {
  std::string text(kLong);
  text.resize(3);
  const char* const memory = text.data();
  const std::size_t bytes = text.capacity();
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(std::count(memory, memory + bytes, '\0'), static_cast<std::ptrdiff_t>(bytes));
}

TEST(Wipe, AWipedSecretIsEmpty) {
  std::string secret = "a secret that is too long to be kept inside the string object";
  secret.resize(40);
  const char* const bytes = secret.data();
  wipe(secret);
  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(secret.data(), bytes);  // in place
}

}  // namespace
}  // namespace veche::base

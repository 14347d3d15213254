#include "store/cloak_key.h"

#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>

namespace veche::store {
namespace {

struct Key : testing::Test {
  void write(const std::string& text) { std::ofstream(file) << text; }

  fakes::TempDir dir;
  const std::filesystem::path file = dir.path() / "cloak.key";
};

TEST_F(Key, IsMadeOnceForItsOwnerAlone) {
  const auto key = open_cloak_key(file);
  ASSERT_TRUE(key);
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(status.st_size, 65);
  EXPECT_EQ(open_cloak_key(file).value(), *key);
  std::filesystem::remove(file);
  EXPECT_NE(open_cloak_key(file).value(), *key);
}

TEST_F(Key, OthersMayNotReadItAnyMore) {
  write(std::string(64, 'a') + "\n");
  ::chmod(file.c_str(), 0644);
  ASSERT_TRUE(open_cloak_key(file));
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(Key, WhatIsNoKeyIsAnError) {
  for (const std::string& text :
       {std::string(), std::string(63, 'a'), std::string(64, 'g'), std::string(66, 'a')}) {
    write(text);
    const auto key = open_cloak_key(file);
    ASSERT_FALSE(key) << text;
    EXPECT_NE(key.error().text().find("holds no key"), std::string::npos);
  }
  EXPECT_FALSE(open_cloak_key(dir.path() / "nowhere" / "cloak.key"));
}

}  // namespace
}  // namespace veche::store

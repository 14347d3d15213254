#include "control/text_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace veche::control {
namespace {

namespace fs = std::filesystem;

class TextFileTest : public testing::Test {
 protected:
  void TearDown() override { fs::remove(path_); }
  fs::path path_ = fs::temp_directory_path() / ("veche-text-file-" + std::to_string(::getpid()));
};

TEST_F(TextFileTest, AMadeFileIsItsOwnersAlone) {
  ASSERT_TRUE(make_text_file(path_, "a\nb\n"));
  EXPECT_EQ(read_text_file(path_, 100).value(), "a\nb\n");
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(TextFileTest, AFileThatIsThereIsNotTouched) {
  ASSERT_TRUE(make_text_file(path_, "first"));
  const auto again = make_text_file(path_, "second");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().why, "exists already");
  EXPECT_EQ(read_text_file(path_, 100).value(), "first");
}

TEST_F(TextFileTest, NoMoreIsReadThanAskedFor) {
  ASSERT_TRUE(make_text_file(path_, std::string(100'000, 'x')));
  EXPECT_EQ(read_text_file(path_, 70'000).value().size(), 70'000u);
  EXPECT_EQ(read_text_file(path_, 200'000).value().size(), 100'000u);
}

}  // namespace
}  // namespace veche::control

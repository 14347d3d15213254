#include "store/data_dir.h"

#include "tests/fakes/temp_dir.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <string>

namespace veche::store {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream in(file);
  std::string text;
  std::getline(in, text, '\0');
  return text;
}

/// Runs `body` in a child process; its exit status.
template <class Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(DataDir, IsMadeForItsOwnerAlone) {
  const fakes::TempDir temp;
  const auto data = DataDir::open(temp / "a" / "b" / "");
  ASSERT_TRUE(data) << data.error().text();
  EXPECT_EQ(fs::status(temp / "a" / "b").permissions(), fs::perms::owner_all);
  EXPECT_EQ(data->database(), temp / "a" / "b" / "veche.db");
  EXPECT_EQ(data->log(), temp / "a" / "b" / "veche.log");
  EXPECT_EQ(data->audit_log(), temp / "a" / "b" / "audit.log");
  EXPECT_EQ(data->backups(), temp / "a" / "b" / "backups");
  EXPECT_FALSE(fs::exists(data->backups()));
  EXPECT_EQ(data->control_socket(), temp / "a" / "b" / "veche.sock");
}

TEST(DataDir, APathIsAbsoluteHoweverItWasGiven) {
  const fakes::TempDir temp;
  const fs::path relative = fs::relative(temp.path());
  ASSERT_TRUE(relative.is_relative());
  EXPECT_EQ(DataDir::open(relative)->path(), fs::absolute(relative).lexically_normal());
}

TEST(DataDir, TheLockFileHoldsThePid) {
  const fakes::TempDir temp;
  std::ofstream(temp / "veche.lock") << "123456789 and something longer";
  const auto data = DataDir::open(temp.path());
  ASSERT_TRUE(data);
  EXPECT_EQ(read(data->lock_file()), std::to_string(::getpid()) + "\n");
}

TEST(DataDir, ASecondServerIsRefusedNamingTheFirst) {
  const fakes::TempDir temp;
  const auto first = DataDir::open(temp.path());
  ASSERT_TRUE(first);
  const std::string expected = "in use by process " + std::to_string(::getpid());
  EXPECT_EQ(in_child([&] {
              const auto second = DataDir::open(temp.path());
              return !second && second.error().why == expected && !second.error().hint.empty() ? 0 : 1;
            }),
            0);
  EXPECT_FALSE(DataDir::open(temp.path()));
  EXPECT_EQ(read(first->lock_file()), std::to_string(::getpid()) + "\n");
}

TEST(DataDir, ADirectoryInUseIsToldFromOtherErrors) {
  const fakes::TempDir temp;
  std::ofstream(temp / "file") << "x";
  const auto first = DataDir::open(temp.path());
  ASSERT_TRUE(first);
  EXPECT_TRUE(is_in_use(DataDir::open(temp.path()).error()));
  EXPECT_FALSE(is_in_use(DataDir::open(temp / "file").error()));
  EXPECT_FALSE(is_in_use({"listener 127.0.0.1:80", "in use by process 7", {}}));
  EXPECT_FALSE(is_in_use({}));
}

TEST(DataDir, TheLockEndsWithItsOwner) {
  const fakes::TempDir temp;
  {
    auto first = DataDir::open(temp.path());
    ASSERT_TRUE(first);
    const DataDir moved(std::move(*first));
    EXPECT_FALSE(DataDir::open(temp.path()));
  }
  EXPECT_TRUE(DataDir::open(temp.path()));
}

TEST(DataDir, AKilledServerLeavesNoLock) {
  const fakes::TempDir temp;
  EXPECT_EQ(in_child([&] {
              const auto data = DataDir::open(temp.path());
              if (data) ::raise(SIGKILL);
              return 1;
            }),
            -1);
  EXPECT_TRUE(fs::exists(temp / "veche.lock"));
  EXPECT_TRUE(DataDir::open(temp.path()));
}

TEST(DataDir, AFileIsRefused) {
  const fakes::TempDir temp;
  std::ofstream(temp / "file") << "x";
  const auto data = DataDir::open(temp / "file");
  ASSERT_FALSE(data);
  EXPECT_EQ(data.error().text(), "data directory " + (temp / "file").string() +
                                     ": it is not a directory (name another one with --data DIR)");
  EXPECT_FALSE(DataDir::open(temp / "file" / "below"));
  EXPECT_FALSE(DataDir::open(""));
}

TEST(DataDir, ADirectoryThatCannotBeWrittenIsRefused) {
  const fakes::TempDir temp;
  fs::create_directory(temp / "closed");
  fs::permissions(temp.path(), fs::perms::all);
  fs::permissions(temp / "closed", fs::perms(0555));
  EXPECT_EQ(in_child([&] {
              if (::getuid() == 0 && ::setuid(65534) != 0) return 2;  // root may write anywhere
              const auto data = DataDir::open(temp / "closed");
              const bool refused = !data && data.error().why == "cannot be written: Permission denied";
              const auto below = DataDir::open(temp / "closed" / "below");
              return refused && !below && below.error().why == "cannot be made: Permission denied" ? 0 : 1;
            }),
            0);
}

}  // namespace
}  // namespace veche::store

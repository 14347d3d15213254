// What cannot be taken back is tried in a child process.
#include "server/hardening.h"

#include "server/landlock.h"
#include "server/privileges.h"
#include "tests/fakes/temp_dir.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

namespace veche::server {
namespace {

namespace fs = std::filesystem;

/// Steps of a child; it ends with the number of the first that did not hold, or 0.
class Steps {
 public:
  void step(bool holds) {
    ++number_;
    if (!holds) ::_exit(number_);
  }

 private:
  int number_ = 0;
};

int in_child(const std::function<void(Steps&)>& run) {
  const pid_t child = ::fork();
  if (child == 0) {
    Steps steps;
    run(steps);
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// 0, or why a file cannot be opened so.
int opening(const fs::path& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (file < 0) return errno;
  ::close(file);
  return 0;
}

bool have_landlock() { return landlock_version() >= kLandlockVersionMin; }
bool are_root() { return ::geteuid() == 0; }

std::string line_of_status(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
  }
  return {};
}

TEST(Landlock, OnlyWhatIsNamedCanBeReachedAnyMore) {
  if (!have_landlock()) GTEST_SKIP() << "this kernel has none";
  const fakes::TempDir dir;
  for (const char* name : {"own", "own/sub", "seen", "hidden"}) fs::create_directory(dir / name);
  for (const char* name : {"own/file", "seen/file", "hidden/file"}) std::ofstream(dir / name) << "x";
  EXPECT_EQ(in_child([&](Steps& s) {
              ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
              const int held = ::open((dir / "hidden/file").c_str(), O_RDWR | O_CLOEXEC);
              s.step(restrict_files({{dir / "own"}, {dir / "seen", dir / "not there"}}).has_value());
              s.step(opening(dir / "own/file", O_RDWR | O_TRUNC) == 0);
              s.step(opening(dir / "own/fresh", O_RDWR | O_CREAT) == 0);
              s.step(::link((dir / "own/file").c_str(), (dir / "own/sub/link").c_str()) == 0);
              s.step(::rename((dir / "own/fresh").c_str(), (dir / "own/sub/fresh").c_str()) == 0);
              s.step(::unlink((dir / "own/sub/fresh").c_str()) == 0);
              s.step(opening(dir / "seen/file", O_RDONLY) == 0);
              s.step(opening(dir / "seen/file", O_WRONLY) == EACCES);
              s.step(opening(dir / "seen/fresh", O_WRONLY | O_CREAT) == EACCES);
              s.step(opening(dir / "hidden/file", O_RDONLY) == EACCES);
              s.step(opening(dir / "hidden", O_RDONLY | O_DIRECTORY) == EACCES);
              s.step(::link((dir / "own/file").c_str(), (dir / "hidden/link").c_str()) != 0);
              s.step(opening("/etc/passwd", O_RDONLY) == EACCES);
              s.step(::write(held, "y", 1) == 1);
            }),
            0)
      << "the number of the step";
}

TEST(Landlock, WhatHasToBeWrittenMustBeThere) {
  if (!have_landlock()) GTEST_SKIP() << "this kernel has none";
  const fakes::TempDir dir;
  std::ofstream(dir / "file") << "x";
  const auto missing = restrict_files({{dir / "nowhere"}, {}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().hint, "make that directory");
  const auto file = restrict_files({{dir / "file"}, {}});
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().why, "not a directory");
  EXPECT_EQ(opening(dir / "file", O_RDWR), 0) << "nothing is restricted";
}

TEST(Hardening, ConfinesToTheDataTheExtrasAndWhatTheConfigurationNames) {
  if (!have_landlock()) GTEST_SKIP() << "this kernel has none";
  const fakes::TempDir dir;
  for (const char* name : {"data", "backups", "etc", "archive", "motd"}) fs::create_directory(dir / name);
  std::ofstream(dir / "motd/motd.txt") << "x";
  std::ofstream(dir / "archive/veche.toml") << "x";
  fs::create_symlink(dir / "archive/veche.toml", dir / "etc/veche.toml");
  control::Config config;
  config.server.landlock = "require";
  config.server.landlock_write = {(dir / "backups").string()};
  config.server.motd_file = dir / "motd/motd.txt";
  EXPECT_EQ(in_child([&](Steps& s) {
              Hardening hardening;
              s.step(lock_down(config.server, hardening).has_value());
              s.step(confine(config, dir / "data", dir / "etc/veche.toml", hardening).has_value());
              s.step(hardening.landlock == landlock_version());
              s.step(opening(dir / "data/file", O_RDWR | O_CREAT) == 0);
              s.step(opening(dir / "backups/file", O_RDWR | O_CREAT) == 0);
              s.step(opening(dir / "etc/veche.toml", O_RDONLY) == 0);
              s.step(opening(dir / "motd/motd.txt", O_RDONLY) == 0);
              s.step(opening(dir / "motd/motd.txt", O_WRONLY) == EACCES);
              s.step(opening(dir / "file", O_RDWR | O_CREAT) == EACCES);
              s.step(opening("/proc/self/status", O_RDONLY) == 0);
              s.step(hardening.may_write(dir / "data/deep/file.db"));
              s.step(hardening.may_write(dir / "backups/file.db"));
              s.step(!hardening.may_write(dir / "file.db"));
              s.step(!hardening.may_write(dir / "data/../file.db"));
              s.step(!hardening.may_write(dir / "database/file.db"));
            }),
            0)
      << "the number of the step";
}

TEST(Hardening, WithoutLandlockEverythingMayBeWritten) {
  EXPECT_TRUE(Hardening{}.may_write("/anywhere/at/all"));
  Hardening hardening;
  control::Config config;
  EXPECT_TRUE(confine(config, "/nowhere", "", hardening));
  EXPECT_EQ(hardening.landlock, 0);
  EXPECT_TRUE(hardening.landlock_missing.empty());
}

TEST(Hardening, LockedDownMeansNoDumpsAndNoNewPrivileges) {
  EXPECT_EQ(in_child([](Steps& s) {
              Hardening hardening;
              s.step(lock_down({}, hardening).has_value());
              s.step(!hardening.core_dumps && hardening.no_new_privileges);
              s.step(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
              rlimit core{1, 1};
              s.step(::getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0);
            }),
            0);
  EXPECT_EQ(in_child([](Steps& s) {
              control::ServerConfig config;
              config.core_dumps = true;
              Hardening hardening;
              s.step(lock_down(config, hardening).has_value());
              s.step(hardening.core_dumps && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1);
            }),
            0);
}

TEST(Privileges, AUserWhoIsNoneOrRootIsRefused) {
  EXPECT_FALSE(find_user("veche-nobody-else"));
  const auto root = find_user("root");
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().why, "that is root");
}

TEST(Privileges, RootIsGoneForGood) {
  if (!are_root()) GTEST_SKIP() << "for root";
  for (const bool low_ports : {false, true}) {
    EXPECT_EQ(in_child([&](Steps& s) {
                const auto user = find_user("nobody");
                s.step(user.has_value());
                s.step(become(*user, low_ports).has_value());
                s.step(::getuid() == user->uid && ::geteuid() == user->uid && ::getgid() == user->gid);
                s.step(::setuid(0) != 0 && ::seteuid(0) != 0 && ::setgid(0) != 0);
                const std::string left = low_ports ? "0000000000000400" : "0000000000000000";
                s.step(line_of_status("CapPrm") == left);
                s.step(line_of_status("CapEff") == left);
                s.step(line_of_status("CapInh") == "0000000000000000");
              }),
              0)
        << low_ports;
  }
}

TEST(Privileges, TheDataDirectoryIsMadeForTheUserOrIsHis) {
  if (!are_root()) GTEST_SKIP() << "for root";
  const auto user = find_user("nobody");
  ASSERT_TRUE(user);
  const fakes::TempDir dir;
  const fs::path data = dir / "deep/data";
  ASSERT_TRUE(prepare_data_dir(data, *user));
  struct stat made {};
  ASSERT_EQ(::stat(data.c_str(), &made), 0);
  EXPECT_EQ(made.st_uid, user->uid);
  EXPECT_EQ(made.st_mode & 0777u, 0700u);
  EXPECT_TRUE(prepare_data_dir(data, *user));

  std::ofstream(data / "veche.db") << "x";
  const auto refused = prepare_data_dir(data, *user);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, (data / "veche.db").string());
  EXPECT_EQ(refused.error().hint, "chown -R nobody " + data.string());
  EXPECT_FALSE(prepare_data_dir(dir.path(), *user));
}

}  // namespace
}  // namespace veche::server

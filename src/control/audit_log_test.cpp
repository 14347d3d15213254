#include "control/audit_log.h"

#include "tests/fakes/temp_dir.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>
#include <string>
#include <vector>

namespace veche::control {
namespace {

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

const base::WallTime kThen{std::chrono::seconds{1'750'000'000}};

TEST(AuditLog, AppendsALineForEachEntryAndKeepsTheOld) {
  fakes::TempDir dir;
  const auto path = dir.path() / "audit.log";
  for (const char* command : {"kick Bob", "identities clear"}) {
    auto log = AuditLog::open(path);
    ASSERT_TRUE(log) << log.error().text();
    ASSERT_TRUE(log->write({kThen, "uid 0", "ctl", command, "done"}));
  }
  EXPECT_EQ(
      lines_of(path),
      (std::vector<std::string>{
          R"({"time":"2025-06-15T15:06:40Z","who":"uid 0","via":"ctl","command":"kick Bob","result":"done"})",
          R"({"time":"2025-06-15T15:06:40Z","who":"uid 0","via":"ctl","command":"identities clear","result":"done"})"}));
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(AuditLog, KeepsAnEntryOnOneLineWhateverWasTyped) {
  fakes::TempDir dir;
  auto log = AuditLog::open(dir.path() / "audit.log");
  ASSERT_TRUE(log->write({kThen, "uid 0", "ctl", "kick Bob a\nb\"c\\", "done"}));
  const auto lines = lines_of(dir.path() / "audit.log");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(boost::json::parse(lines[0]).at("command").as_string(), "kick Bob a\nb\"c\\");
}

TEST(AuditLog, BeginsANewLineBehindHalfAOne) {
  fakes::TempDir dir;
  const auto path = dir.path() / "audit.log";
  std::ofstream(path) << "{\"time\":\"2025";
  auto log = AuditLog::open(path);
  ASSERT_TRUE(log->write({kThen, "uid 0", "ctl", "pause", "done"}));
  EXPECT_EQ(lines_of(path).size(), 2u);
}

TEST(AuditLog, SaysWhatIsWrong) {
  fakes::TempDir dir;
  const auto log = AuditLog::open(dir.path() / "nowhere" / "audit.log");
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().why, "No such file or directory");
  auto full = AuditLog::open("/dev/full");
  ASSERT_TRUE(full);
  EXPECT_FALSE(full->write({kThen, "uid 0", "ctl", "pause", "done"}));
}

}  // namespace
}  // namespace veche::control

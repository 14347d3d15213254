#include "base/log_archive.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace veche::base {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

// A killed process is one that does not take the next step.
class LogArchive : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "veche_log_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    log_file_ = directory_ / "veche.log";
    backups_ = directory_ / "backups" / "of the log";
    write(log_file_, "newest");
    write(directory_ / "veche.1.log", "older");
    write(directory_ / "veche.12.log", "oldest");
    write(directory_ / "veche.sqlite", "not the log");
  }
  void TearDown() override { fs::remove_all(directory_); }

  static void write(const fs::path& file, const std::string& bytes) { std::ofstream(file) << bytes; }
  static std::string read(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }
  static Names names_in(const fs::path& directory) {
    Names names;
    if (fs::exists(directory))
      for (const auto& entry : fs::directory_iterator(directory))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  /// The log's files that are still in their place.
  Names originals() const {
    Names names = names_in(directory_);
    std::erase(names, "backups");
    std::erase(names, "veche.sqlite");
    return names;
  }
  void finish() {
    const auto finished = finish_interrupted_clear(log_file_, backups_);
    EXPECT_TRUE(finished) << (finished ? "" : finished.error().text());
  }
  void expect_cleared(const fs::path& archive) const {
    EXPECT_EQ(originals(), Names());
    EXPECT_EQ(names_in(archive), all_);
    EXPECT_EQ(read(archive / "veche.log"), "newest");
    EXPECT_EQ(read(archive / "veche.1.log"), "older");
    EXPECT_EQ(read(archive / "veche.12.log"), "oldest");
  }
  void expect_untouched() const {
    EXPECT_EQ(originals(), all_);
    EXPECT_EQ(names_in(backups_), Names());
    EXPECT_EQ(read(log_file_), "newest");
  }

  const Names all_ = {"veche.1.log", "veche.12.log", "veche.log"};
  const WallTime now_ = ManualClock().wall();  // 2025-06-15 15:06:40
  fs::path directory_;
  fs::path log_file_;
  fs::path backups_;
};

TEST_F(LogArchive, HasEveryFileOfTheLogAndNothingElse) {
  const auto archive = archive_log(log_file_, backups_, now_);
  ASSERT_TRUE(archive) << archive.error().text();
  EXPECT_EQ(*archive, backups_ / "log-20250615-150640");
  expect_cleared(*archive);
  EXPECT_TRUE(fs::exists(directory_ / "veche.sqlite"));
}

TEST_F(LogArchive, IsForItsOwnerOnly) {
  const auto archive = archive_log(log_file_, backups_, now_);
  ASSERT_TRUE(archive) << archive.error().text();
  struct stat status {};
  ASSERT_EQ(::stat(archive->c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700u);
}

TEST_F(LogArchive, NameThatIsTakenIsNumbered) {
  fs::create_directories(backups_ / "log-20250615-150640");
  write(backups_ / "log-20250615-150640-2", "a file");
  fs::create_directories(backups_ / "log-20250615-150640-3.partial");
  const auto archive = archive_log(log_file_, backups_, now_);
  ASSERT_TRUE(archive) << archive.error().text();
  EXPECT_EQ(*archive, backups_ / "log-20250615-150640-4");
  expect_cleared(*archive);
}

TEST_F(LogArchive, OfALogWithoutFilesIsNotMade) {
  for (const std::string& name : originals()) fs::remove(directory_ / name);
  const auto archive = archive_log(log_file_, backups_, now_);
  ASSERT_TRUE(archive) << archive.error().text();
  EXPECT_EQ(*archive, fs::path());
  EXPECT_FALSE(fs::exists(backups_));
}

TEST_F(LogArchive, FilesThatOnlyLookLikeTheLogsStay) {
  const Names others = {"veche.0.log",  "veche.01.log", "veche.1.log.gz",
                        "veche.1x.log", "veche..log",   "veche.-1.log"};
  for (const std::string& name : others) write(directory_ / name, "x");
  ASSERT_TRUE(archive_log(log_file_, backups_, now_));
  for (const std::string& name : others) EXPECT_TRUE(fs::exists(directory_ / name)) << name;
}

TEST_F(LogArchive, FailsAsAWholeIfOneFileCannotBeMoved) {
  fs::create_directory(directory_ / "veche.2.log");
  const auto archive = archive_log(log_file_, backups_, now_);
  ASSERT_FALSE(archive);
  EXPECT_EQ(archive.error().what, "cannot move " + (directory_ / "veche.2.log").string());
  fs::remove(directory_ / "veche.2.log");
  expect_untouched();
}

TEST_F(LogArchive, OfALogThatIsASymbolicLinkIsNotMade) {
  fs::rename(log_file_, directory_ / "elsewhere");
  fs::create_symlink("elsewhere", log_file_);
  EXPECT_FALSE(archive_log(log_file_, backups_, now_));
  EXPECT_TRUE(fs::is_symlink(log_file_));
  EXPECT_EQ(names_in(backups_), Names());
}

TEST_F(LogArchive, FailsIfTheBackupsCannotBeWritten) {
  write(directory_ / "backups", "a file");
  const auto archive = archive_log(log_file_, backups_, now_);
  ASSERT_FALSE(archive);
  EXPECT_EQ(archive.error().why, "Not a directory");
  EXPECT_EQ(originals(), all_);
}

TEST_F(LogArchive, KilledWhileLinkingIsAsIfNeverBegun) {
  const auto partial = link_log(log_file_, backups_, now_);
  ASSERT_TRUE(partial) << partial.error().text();
  fs::remove(*partial / "veche.log");  // this one's turn had not come
  finish();
  expect_untouched();
}

TEST_F(LogArchive, KilledBeforeItsFinalNameIsAsIfNeverBegun) {
  const auto partial = link_log(log_file_, backups_, now_);
  ASSERT_TRUE(partial) << partial.error().text();
  EXPECT_EQ(*partial, backups_ / "log-20250615-150640.partial");
  EXPECT_EQ(names_in(*partial), all_);
  EXPECT_EQ(originals(), all_);
  finish();
  expect_untouched();
}

TEST_F(LogArchive, KilledAfterItsFinalNameIsFinished) {
  const auto archive = publish_archive(link_log(log_file_, backups_, now_).value());
  ASSERT_TRUE(archive) << archive.error().text();
  EXPECT_EQ(originals(), all_);
  finish();
  expect_cleared(*archive);
}

TEST_F(LogArchive, KilledBetweenTwoFilesIsFinished) {
  const auto archive = publish_archive(link_log(log_file_, backups_, now_).value());
  ASSERT_TRUE(archive) << archive.error().text();
  fs::remove(directory_ / "veche.1.log");
  finish();
  expect_cleared(*archive);
}

TEST_F(LogArchive, KilledAfterTheLastStepIsFinished) {
  const auto archive = publish_archive(link_log(log_file_, backups_, now_).value());
  ASSERT_TRUE(archive) << archive.error().text();
  ASSERT_TRUE(unlink_archived(log_file_, *archive));
  expect_cleared(*archive);
  finish();
  expect_cleared(*archive);
}

TEST_F(LogArchive, NewLogStaysWhenTheServerStartsAgain) {
  ASSERT_TRUE(archive_log(log_file_, backups_, now_));
  write(log_file_, "newest");  // the same name and bytes as in the archive, but another file
  finish();
  EXPECT_EQ(originals(), Names{"veche.log"});
}

TEST_F(LogArchive, FinishingTouchesNothingThatIsNotAnArchive) {
  finish();  // there are no backups at all
  fs::create_directories(backups_ / "identities-20250615-150640");
  fs::create_hard_link(log_file_, backups_ / "identities-20250615-150640" / "veche.log");
  fs::create_directories(backups_ / "mine.partial");
  write(backups_ / "log-mine.partial", "a file");
  fs::create_directory_symlink(backups_ / "mine.partial", backups_ / "log-link.partial");
  const Names before = names_in(backups_);
  finish();
  EXPECT_EQ(names_in(backups_), before);
  EXPECT_EQ(originals(), all_);
}

}  // namespace
}  // namespace veche::base

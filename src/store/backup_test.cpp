#include "store/backup.h"

#include "store/sqlite_journal.h"
#include "store/sqlite_reader.h"
#include "tests/fakes/journal_rows.h"
#include "tests/fakes/temp_dir.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace veche::store {
namespace {

namespace fs = std::filesystem;
using fakes::said;

/// Runs `body` in a child process; its exit status.
template <class Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// From now on the system call fails in this process with `error`; false: the system does not allow that.
bool forbid(unsigned system_call, unsigned error) {
  sock_filter filter[] = {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, system_call},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | error},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(filter)), filter};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

class Backup : public ::testing::Test {
 protected:
  void commit(std::uint64_t first, std::uint64_t count) {
    std::vector<chat::Row> rows;
    for (std::uint64_t id = first; id < first + count; ++id) rows.push_back(said(id, 1, "слово"));
    ASSERT_TRUE(journal_->commit(rows));
  }
  std::string refusal(const fs::path& to) {
    const auto done = back_up(file_, to);
    return done ? "" : done.error().text();
  }
  std::string why(const fs::path& to) {
    const auto done = back_up(file_, to);
    return done ? "" : done.error().why;
  }
  /// What is in the directory of the backups.
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(backups_.path())) names.insert(entry.path().filename());
    return names;
  }
  /// The messages in a backup that is sound; -1: it is not.
  static std::int64_t messages_in(const fs::path& backup) {
    const auto database = Database::open(backup, Database::Access::write);
    if (!database) return -1;
    Statement check = database->statement("PRAGMA integrity_check");
    Rows rows = check.query();
    if (!rows.next().value_or(false) || rows.text(0) != "ok") return -1;
    return database->statement("SELECT count(*) FROM messages").number().value_or(-1);
  }

  fakes::TempDir data_;
  fakes::TempDir backups_;
  const fs::path file_ = data_ / "veche.db";
  const fs::path to_ = backups_ / "b.db";
  std::unique_ptr<SqliteJournal> journal_ = SqliteJournal::open({.file = file_, .index_rows_min = 1}).value();
};

TEST_F(Backup, OpensAsAJournalWithEverythingInIt) {
  ASSERT_TRUE(journal_->commit(std::vector<chat::Row>{
      fakes::account(1, "Алиса"), fakes::token(1, 1), fakes::address("::1", 1), fakes::room(1, "#зала"),
      said(1, 1, "привет"), fakes::imposed(fakes::sanction(chat::SanctionKind::ban, fakes::on_a_network())),
      chat::RoomSlowed{{1}, std::chrono::seconds{5}}}));
  journal_->maintain(fakes::kStart, true);
  ASSERT_EQ(refusal(to_), "");
  EXPECT_EQ(files(), std::set<std::string>{"b.db"});
  EXPECT_EQ(fs::status(to_).permissions(), fs::perms::owner_read | fs::perms::owner_write);

  const auto copy = SqliteJournal::open({.file = to_});
  ASSERT_TRUE(copy) << copy.error().text();
  const chat::DurableState state = (*copy)->load(10).value();
  EXPECT_EQ(state.accounts.size() + state.tokens.size() + state.addresses.size() + state.sanctions.size(),
            4u);
  ASSERT_EQ(state.rooms.size(), 1u);
  EXPECT_EQ(state.rooms[0].slow, std::chrono::seconds{5});
  ASSERT_EQ(state.recent.size(), 1u);
  EXPECT_EQ(state.recent[0]->text, "привет");
  EXPECT_EQ(state.last_account.value, 1u);
  const std::vector<base::RoomId> rooms{{1}};
  EXPECT_EQ(SqliteReader::open(to_).value()->search(rooms, "ПРИВЕТ", {1}, 10)->size(), 1u);
  EXPECT_TRUE((*copy)->commit(std::vector<chat::Row>{said(2, 1, "and on")}));
}

TEST_F(Backup, OfADatabaseThatNobodyHasOpen) {
  commit(1, 100);
  journal_.reset();
  ASSERT_EQ(refusal(to_), "");
  EXPECT_EQ(messages_in(to_), 100);
}

TEST_F(Backup, IsOfOneMomentWhileTheJournalGoesOnWriting) {
  commit(1, 5'000);
  std::atomic<std::uint64_t> committed{5'000};
  std::atomic<bool> stop{false};
  std::thread writing([&] {
    while (!stop) {
      const std::uint64_t next = committed + 1;
      std::vector<chat::Row> rows;
      for (std::uint64_t id = next; id < next + 7; ++id) rows.push_back(said(id, 1, "слово"));
      EXPECT_TRUE(journal_->commit(rows));
      committed += rows.size();
      journal_->maintain(fakes::kStart, true);
    }
  });
  for (int round = 0; round < 5; ++round) {
    const fs::path to = backups_.path() / std::to_string(round);
    const std::uint64_t before = committed;
    EXPECT_EQ(refusal(to), "");
    // The next one begins after something was written.
    for (const std::uint64_t after = committed; committed == after;) std::this_thread::yield();
    const std::int64_t found = messages_in(to);
    EXPECT_GE(found, static_cast<std::int64_t>(before));
    EXPECT_EQ(found % 7, 5'000 % 7) << "a commit is in it whole or not at all";
  }
  stop = true;
  writing.join();
  EXPECT_EQ(journal_->load(1)->last_message.value, committed);
}

TEST_F(Backup, ATargetThatExistsIsRefusedAndKept) {
  std::ofstream(to_) << "precious";
  EXPECT_EQ(refusal(to_),
            "backup " + to_.string() + ": exists already (name another file, or move that one away)");
  EXPECT_EQ(fs::file_size(to_), 8u);
  fs::create_symlink("nowhere", backups_ / "link");
  EXPECT_EQ(why(backups_ / "link"), "exists already");
  EXPECT_EQ(why(file_), "exists already");
  EXPECT_EQ(files(), (std::set<std::string>{"b.db", "link"}));
}

TEST_F(Backup, ANameThatIsNoFilesIsRefused) {
  EXPECT_EQ(refusal(""), "backup: its file has no name (name one)");
  EXPECT_EQ(refusal(backups_.path()),
            "backup " + backups_.path().string() + ": it is a directory (name a file in it)");
  EXPECT_EQ(why(backups_.path() / ""), "its name ends in '/'");
  EXPECT_EQ(why(backups_ / "new/"), "its name ends in '/'");
  EXPECT_EQ(why("/"), "its name ends in '/'");
  EXPECT_EQ(why(backups_ / ".."), "it is a directory");
  EXPECT_NE(why(backups_ / std::string(300, 'x').c_str()).find("File name too long"), std::string::npos);
  EXPECT_TRUE(files().empty());
}

TEST_F(Backup, ADirectoryThatIsNotThereIsRefused) {
  EXPECT_EQ(refusal(backups_ / "missing/b.db"), "backup " + (backups_ / "missing/b.db").string() + ": " +
                                                    (backups_ / "missing").string() +
                                                    ": No such file or directory (make it first)");
  EXPECT_EQ(why(file_ / "b.db"), file_.string() + ": Not a directory");
}

TEST_F(Backup, ADirectoryThatCannotBeWrittenIsRefused) {
  for (const auto& directory : {data_.path(), backups_.path()}) {
    fs::permissions(directory, fs::perms(0755));
  }
  for (const char* name : {"veche.db", "veche.db-wal", "veche.db-shm"}) {
    fs::permissions(data_ / name, fs::perms(0666));
  }
  fs::permissions(backups_.path(), fs::perms(0555));
  EXPECT_EQ(in_child([&] {
              if (::getuid() == 0 && ::setuid(65534) != 0) return 2;  // root may write anywhere
              return why(to_) == "its directory cannot be written: Permission denied" ? 0 : 1;
            }),
            0);
  fs::permissions(backups_.path(), fs::perms(0700));
  EXPECT_TRUE(files().empty());
}

TEST_F(Backup, OfOneThatFailsNothingIsLeft) {
  commit(1, 5'000);
  EXPECT_EQ(in_child([&] {
              std::signal(SIGXFSZ, SIG_IGN);
              const rlimit small{100'000, 100'000};  // writes past it fail, as on a failing disk
              ::setrlimit(RLIMIT_FSIZE, &small);
              return refusal(to_) ==
                             "backup " + to_.string() +
                                 ": input/output error while writing (look at the disk and the system's log)"
                         ? 0
                         : 1;
            }),
            0);
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(refusal(to_), "");
}

TEST_F(Backup, OfWhatIsNoDatabaseThereIsNone) {
  const auto missing = back_up(data_ / "missing.db", to_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().what, "database " + (data_ / "missing.db").string());
  std::ofstream(data_ / "text.db") << std::string(4096, 'x');
  const auto text = back_up(data_ / "text.db", to_);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().what, "database " + (data_ / "text.db").string());
  EXPECT_NE(text.error().why.find("not a database"), std::string::npos) << text.error().text();
  EXPECT_TRUE(files().empty());
}

TEST_F(Backup, WhatAKilledOneLeftIsReplaced) {
  commit(1, 10);
  std::ofstream(backups_ / "b.db.partial") << std::string(1'000'000, 'x');
  fs::permissions(backups_ / "b.db.partial", fs::perms(0644));
  ASSERT_EQ(refusal(to_), "");
  EXPECT_EQ(files(), std::set<std::string>{"b.db"});
  EXPECT_EQ(fs::status(to_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(messages_in(to_), 10);
}

TEST_F(Backup, WhatAnotherOneStillWritesIsLeftAlone) {
  std::ofstream(backups_ / "b.db.partial") << "half";
  const int held = ::open((backups_ / "b.db.partial").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(held, LOCK_EX), 0);
  EXPECT_EQ(why(to_), "another backup is being written to it");
  EXPECT_EQ(fs::file_size(backups_ / "b.db.partial"), 4u);
  ::close(held);
  EXPECT_EQ(why(to_), "");
}

TEST_F(Backup, WhatIsNoFileInThePartialOnesPlaceIsLeftAlone) {
  fs::create_directory(backups_ / "b.db.partial");
  EXPECT_EQ(why(to_), (backups_ / "b.db.partial").string() + " is in the way: Is a directory");
  fs::remove(backups_ / "b.db.partial");
  fs::create_symlink(file_, backups_ / "b.db.partial");
  EXPECT_EQ(why(to_),
            (backups_ / "b.db.partial").string() + " is in the way: Too many levels of symbolic links");
  EXPECT_EQ(files(), std::set<std::string>{"b.db.partial"});
}

/// SQLite plays a log that lies beside a database into it: of a backup that was once here, and opened, it
/// would make a mixture of the two.
TEST_F(Backup, ALogThatAnOlderFileLeftIsRefused) {
  for (const char* name : {"b.db-wal", "b.db-journal"}) {
    std::ofstream(backups_ / name) << "x";
    EXPECT_EQ(why(to_), (backups_ / name).string() + " is there still, of a database that is gone");
    EXPECT_EQ(files(), std::set<std::string>{name});
    fs::remove(backups_ / name);
  }
}

TEST_F(Backup, OfSeveralToOneTargetExactlyOneIsMade) {
  commit(1, 2'000);
  for (int round = 0; round < 10; ++round) {
    std::atomic<int> made{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        const std::string refused = why(to_);
        if (refused.empty()) ++made;
        EXPECT_TRUE(refused.empty() || refused == "exists already" ||
                    refused == "another backup is being written to it")
            << refused;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(files(), std::set<std::string>{"b.db"});
    EXPECT_EQ(messages_in(to_), 2'000);
    for (const std::string& name : files()) fs::remove(backups_ / name.c_str());
  }
}

TEST_F(Backup, IsMadeWhereAFileSystemCannotRenameWithoutReplacing) {
  commit(1, 10);
  const int status = in_child([&] {
    if (!forbid(__NR_renameat2, EINVAL)) return 3;
    return why(to_).empty() ? 0 : 1;
  });
  if (status == 3) GTEST_SKIP() << "no seccomp here";
  EXPECT_EQ(status, 0);
  EXPECT_EQ(files(), std::set<std::string>{"b.db"});
  EXPECT_EQ(messages_in(to_), 10);
}

}  // namespace
}  // namespace veche::store

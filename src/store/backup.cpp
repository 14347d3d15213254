#include "store/backup.h"

#include "store/sqlite.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace veche::store {
namespace {

namespace fs = std::filesystem;

/// What is to be made: as the caller named it, for the errors, and where that is.
struct Target {
  fs::path given;
  fs::path path;  // absolute: SQLite takes a name like "file:x" for an URI

  base::Error error(std::string why, std::string hint) const {
    return {"backup " + given.string(), std::move(why), std::move(hint)};
  }
  base::Error exists() const { return error("exists already", "name another file, or move that one away"); }
  /// Of a system call that was to write it.
  base::Error system_error(int error_number) const {
    switch (error_number) {
      case ENOSPC:
      case EDQUOT:
        return error("the disk is full", "free some space, or name a file on another disk");
      case EACCES:
      case EPERM:
      case EROFS:
        return error("its directory cannot be written: " + base::errno_text(error_number),
                     "look at its owner and mode, or name a file elsewhere");
      default:
        return error("cannot be written: " + base::errno_text(error_number), "name a file elsewhere");
    }
  }
};

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  explicit operator bool() const { return number_ >= 0; }
  int operator*() const { return number_; }

 private:
  int number_;
};

/// The file that the backup is until it is whole; gone with this object, unless it was published. It belongs
/// to whoever holds its lock (flock), and only he removes it: so no backup takes away what another one still
/// writes, and a killed one holds nothing.
class PartialFile {
 public:
  static base::Result<PartialFile> make(const Target& target);
  PartialFile(PartialFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), file_(std::move(other.file_)) {}
  PartialFile& operator=(PartialFile&&) = delete;
  ~PartialFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  const fs::path& path() const { return path_; }
  base::Result<> flush(const Target& target) const {
    if (::fsync(*file_) != 0) return tl::unexpected(target.system_error(errno));
    return {};
  }
  /// Gives it the target's name for good; `directory` is the target's.
  base::Result<> publish(const Target& target, const Descriptor& directory);

 private:
  PartialFile(fs::path path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  fs::path path_;  // empty: published, or moved from
  Descriptor file_;
};

/// Whether the open file is the one that has this name now.
bool is_at(const Descriptor& file, const fs::path& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(*file, &open) == 0 && ::lstat(path.c_str(), &named) == 0 && open.st_dev == named.st_dev &&
         open.st_ino == named.st_ino;
}

base::Result<PartialFile> PartialFile::make(const Target& target) {
  const fs::path path = target.path.string() + ".partial";
  const auto in_the_way = [&] {
    return tl::unexpected(
        target.error(path.string() + " is in the way: " + base::errno_text(errno), "move it away"));
  };
  while (true) {
    Descriptor fresh(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fresh && errno != EEXIST) return tl::unexpected(target.system_error(errno));
    std::optional<Descriptor> stale;
    if (!fresh) {
      stale.emplace(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
      if (!*stale && errno == ENOENT) continue;  // its owner has just finished
      if (!*stale) return in_the_way();
    }
    const Descriptor& file = fresh ? fresh : *stale;
    // A file system without locks is nobody's reason to go without a backup.
    if (::flock(*file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      return tl::unexpected(
          target.error("another backup is being written to it", "wait for that one, or name another file"));
    }
    if (!is_at(file, path)) continue;  // who had the lock before has removed or published it
    if (fresh) return PartialFile(path, std::move(fresh));
    if (::unlink(path.c_str()) != 0) return in_the_way();
  }
}

base::Result<> PartialFile::publish(const Target& target, const Descriptor& directory) {
  const char* const to = target.path.c_str();
  int error = ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, to, RENAME_NOREPLACE) == 0 ? 0 : errno;
  if (error == EINVAL || error == ENOSYS) {  // not on this file system, or in this kernel
    error = ::link(path_.c_str(), to) == 0 ? 0 : errno;
    if (error == 0) ::unlink(path_.c_str());
  }
  if (error == EEXIST) return tl::unexpected(target.exists());
  if (error != 0) return tl::unexpected(target.system_error(error));
  path_ = target.path;  // still to be removed if its name does not reach the disk
  // A file system that cannot flush a directory says EINVAL.
  if (::fsync(*directory) != 0 && errno != EINVAL) return tl::unexpected(target.system_error(errno));
  path_.clear();
  return {};
}

/// Looks at what can be seen before anything is made; gives the directory.
base::Result<Descriptor> check_place(const Target& target) {
  struct stat there {};
  if (::lstat(target.path.c_str(), &there) == 0) {
    if (!S_ISDIR(there.st_mode)) return tl::unexpected(target.exists());
    return tl::unexpected(target.error("it is a directory", "name a file in it"));
  }
  const fs::path parent = target.path.parent_path();
  Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) {
    const std::string hint = errno == ENOENT ? "make it first" : "name a file elsewhere";
    return tl::unexpected(target.error(parent.string() + ": " + base::errno_text(errno), hint));
  }
  // SQLite would take them for the new file's, and play what they hold into it.
  for (const char* suffix : {"-wal", "-journal"}) {
    const std::string left = target.path.string() + suffix;
    if (::lstat(left.c_str(), &there) != 0) continue;
    return tl::unexpected(target.error(left + " is there still, of a database that is gone",
                                       "move it away, or name another file"));
  }
  return directory;
}

base::Error copy_error(int code, const Database& source, const Target& target) {
  const bool writing = code == SQLITE_FULL || code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_TRUNCATE;
  if (code == SQLITE_FULL) return target.system_error(ENOSPC);
  base::Error error = database_error(sqlite3_db_filename(source.connection(), "main"), code);
  return writing ? target.error(std::move(error.why), std::move(error.hint)) : error;
}

base::Result<> copy(const Database& source, const Target& target, const PartialFile& partial) {
  struct Closer {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  // Without SQLite's own locks: the file is ours, and over NFS they would run against the lock that says so.
  sqlite3* opened = nullptr;
  int status = sqlite3_open_v2(partial.path().c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                               "unix-none");
  const std::unique_ptr<sqlite3, Closer> connection(opened);
  // A copy that fails is removed whole, and a whole one is flushed once.
  if (status == SQLITE_OK) {
    status = sqlite3_exec(opened, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", nullptr, nullptr,
                          nullptr);
  }
  sqlite3_backup* const job =
      status == SQLITE_OK ? sqlite3_backup_init(opened, "main", source.connection(), "main") : nullptr;
  if (!job) return tl::unexpected(target.error(database_error(opened).why, "name a file elsewhere"));
  status = sqlite3_backup_step(job, -1);  // in one step, so from one snapshot
  sqlite3_backup_finish(job);
  if (status != SQLITE_DONE) return tl::unexpected(copy_error(status, source, target));
  return {};
}

}  // namespace

base::Result<> back_up(const fs::path& database, const fs::path& to) {
  if (to.empty()) return base::fail("backup", "its file has no name", "name one");
  std::error_code error;
  const Target target{to, fs::absolute(to, error)};
  if (error)
    return tl::unexpected(target.error(error.message(), "name it from '/' on"));  // no working directory
  if (!to.has_filename()) return tl::unexpected(target.error("its name ends in '/'", "name the file itself"));

  const auto directory = check_place(target);
  if (!directory) return tl::unexpected(directory.error());
  auto source = Database::open(database, Database::Access::read);
  if (!source) return tl::unexpected(source.error());
  if (auto done = source->execute("PRAGMA query_only = ON; PRAGMA mmap_size = 0"); !done) return done;

  auto partial = PartialFile::make(target);
  if (!partial) return tl::unexpected(partial.error());
  if (auto done = copy(*source, target, *partial); !done) return done;
  if (auto done = partial->flush(target); !done) return done;
  return partial->publish(target, *directory);
}

}  // namespace veche::store

#include "store/data_dir.h"

#include <fcntl.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace veche::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWhat = "data directory ";
constexpr std::string_view kInUse = "in use by ";

std::string what(const fs::path& path) { return std::string(kWhat) + path.string(); }

base::Result<> make_directory(const fs::path& path) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (!error && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    error.assign(errno, std::generic_category());
  if (error) {
    return base::fail(what(path), "cannot be made: " + error.message(), "name another one with --data DIR");
  }
  if (!fs::is_directory(path, error)) {
    return base::fail(what(path), error ? error.message() : "it is not a directory",
                      "name another one with --data DIR");
  }
  return {};
}

/// What the lock file says, for the error only: the lock decides, not the number.
std::string holder(int lock) {
  char text[32] = {};
  const ssize_t size = ::pread(lock, text, sizeof text - 1, 0);
  const long pid = size > 0 ? std::strtol(text, nullptr, 10) : 0;
  return pid > 0 ? "process " + std::to_string(pid) : "another process";  // nothing yet: it has just begun
}

}  // namespace

base::Result<DataDir> DataDir::open(const fs::path& given) {
  std::error_code error;
  fs::path path = fs::absolute(given, error).lexically_normal();
  if (error || given.empty()) return base::fail(what(given), "no such directory", "name one with --data DIR");
  if (!path.has_filename()) path = path.parent_path();  // written with a slash at the end
  if (auto made = make_directory(path); !made) return tl::unexpected(made.error());

  const fs::path file = path / "veche.lock";
  const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) {
    return base::fail(what(path), "cannot be written: " + base::errno_text(errno),
                      "look at its owner and mode, or name another one with --data DIR");
  }
  DataDir data(path, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return base::fail(what(path), "cannot be locked: " + base::errno_text(errno), "put it on a local disk");
    }
    return base::fail(what(path), std::string(kInUse) + holder(lock),
                      "stop that server, or name another one with --data DIR");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  const bool written = ::ftruncate(lock, 0) == 0 &&
                       ::pwrite(lock, pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
  if (!written) {
    return base::fail(what(path), "cannot be written: " + base::errno_text(errno),
                      "free some space on its disk");
  }
  return data;
}

DataDir::DataDir(DataDir&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDir::~DataDir() {
  if (lock_ >= 0) ::close(lock_);
}

bool is_in_use(const base::Error& error) {
  return error.what.starts_with(kWhat) && error.why.starts_with(kInUse);
}

}  // namespace veche::store

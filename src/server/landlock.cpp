#include "server/landlock.h"

#include "net/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdint>

namespace veche::server {
namespace {

// By version, for headers that are older than the kernel.
constexpr std::uint64_t kOfVersion1 = (1u << 13) - 1;
constexpr std::uint64_t kRefer = 1u << 13;     // version 2
constexpr std::uint64_t kTruncate = 1u << 14;  // version 3
constexpr std::uint64_t kIoctl = 1u << 15;     // version 5: of devices

constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kRead = kReadFile | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kNeverWanted =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK | kIoctl;

std::uint64_t handled_by(int version) {
  return kOfVersion1 | kRefer | (version >= 3 ? kTruncate : 0) | (version >= 5 ? kIoctl : 0);
}

base::Result<> allow(int ruleset, const std::filesystem::path& path, std::uint64_t access, bool required) {
  const net::Fd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat there {};
  if (!place || ::fstat(place.get(), &there) != 0) {
    if (!required) return {};
    return base::fail("Landlock: " + path.string(), base::errno_text(errno), "make that directory");
  }
  if (required && !S_ISDIR(there.st_mode)) return base::fail("Landlock: " + path.string(), "not a directory");
  landlock_path_beneath_attr rule{};
  rule.allowed_access = S_ISDIR(there.st_mode) ? access : access & kReadFile;
  rule.parent_fd = place.get();
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0) return {};
  return base::fail("Landlock: " + path.string(), base::errno_text(errno));
}

}  // namespace

int landlock_version() {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version > 0 ? static_cast<int>(version) : 0;
}

base::Result<> restrict_files(const LandlockRules& rules) {
  const std::uint64_t handled = handled_by(landlock_version());
  landlock_ruleset_attr wanted{};
  wanted.handled_access_fs = handled;
  const net::Fd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &wanted, sizeof wanted, 0)));
  if (!ruleset) return base::fail("Landlock", base::errno_text(errno));
  for (const auto& path : rules.write) {
    if (auto done = allow(ruleset.get(), path, handled & ~kNeverWanted, true); !done) return done;
  }
  for (const auto& path : rules.read) {
    if (auto done = allow(ruleset.get(), path, kRead, false); !done) return done;
  }
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0) return {};
  return base::fail("Landlock", base::errno_text(errno));
}

}  // namespace veche::server

#include "server/privileges.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <vector>

namespace veche::server {
namespace {

namespace fs = std::filesystem;

base::Error not_his(const fs::path& path, uid_t owner, const fs::path& data, const SystemUser& user) {
  return {path.string(),
          "belongs to uid " + std::to_string(owner) + ", and the server runs as " + user.name + " (uid " +
              std::to_string(user.uid) + ")",
          "chown -R " + user.name + " " + data.string()};
}

base::Result<> keep_capability(std::uint32_t capability) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  sets[capability / 32].permitted = sets[capability / 32].effective = 1u << (capability % 32);
  if (::syscall(SYS_capset, &header, sets.data()) == 0) return {};
  return base::fail("capabilities", base::errno_text(errno));
}

}  // namespace

base::Result<SystemUser> find_user(const std::string& name) {
  const std::string what = "server.user " + name;
  std::vector<char> buffer(16 * 1024);
  passwd entry{};
  passwd* found = nullptr;
  const int error = ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) {
    return base::fail(what, error == 0 ? "there is no such user on this machine" : base::errno_text(error),
                      "make one: useradd --system --no-create-home " + name);
  }
  if (found->pw_uid == 0) return base::fail(what, "that is root", "name a user who may do little");
  return SystemUser{name, found->pw_uid, found->pw_gid};
}

base::Result<> prepare_data_dir(const fs::path& path, const SystemUser& user) {
  std::error_code error;
  struct stat there {};
  if (::lstat(path.c_str(), &there) != 0 && errno == ENOENT) {
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    if (error) return base::fail("data directory " + path.string(), "cannot be made: " + error.message());
    if (::mkdir(path.c_str(), 0700) != 0 || ::lchown(path.c_str(), user.uid, user.gid) != 0) {
      return base::fail("data directory " + path.string(), "cannot be made: " + base::errno_text(errno));
    }
    return {};
  }
  if (::stat(path.c_str(), &there) != 0) {
    return base::fail("data directory " + path.string(), base::errno_text(errno));
  }
  if (there.st_uid != user.uid) return tl::unexpected(not_his(path, there.st_uid, path, user));
  for (const auto& entry : fs::directory_iterator(path, error)) {
    if (::lstat(entry.path().c_str(), &there) != 0) continue;
    if (there.st_uid != user.uid) return tl::unexpected(not_his(entry.path(), there.st_uid, path, user));
  }
  return {};
}

base::Result<> become(const SystemUser& user, bool low_ports) {
  const auto failed = [&](const char* step) {
    return base::fail("server.user " + user.name, std::string(step) + ": " + base::errno_text(errno),
                      "start the server as root, or as that user");
  };
  if (low_ports && ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return failed("keepcaps");
  if (::initgroups(user.name.c_str(), user.gid) != 0) return failed("initgroups");
  if (::setresgid(user.gid, user.gid, user.gid) != 0) return failed("setresgid");
  if (::setresuid(user.uid, user.uid, user.uid) != 0) return failed("setresuid");
  // Without `low_ports` the kernel has taken all capabilities away with the uid.
  if (low_ports) {
    if (auto kept = keep_capability(CAP_NET_BIND_SERVICE); !kept) return kept;
    ::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
  }
  if (::setuid(0) == 0 || ::geteuid() != user.uid) {
    return base::fail("server.user " + user.name, "root could be had again");
  }
  return {};
}

}  // namespace veche::server

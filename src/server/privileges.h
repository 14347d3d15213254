// From root to a user who may do little: what a server that was started as root does once it needs root no
// more. Everything here is for the main thread before there is another one: capabilities are a thread's own,
// and are inherited by those it starts.
#pragma once

#include "base/result.h"

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace veche::server {

struct SystemUser {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};

/// The user of that name. Fails if there is none, or if it is root.
base::Result<SystemUser> find_user(const std::string& name);

/// As root: makes the data directory `path` for `user` alone if there is none, or sees that it and what a
/// server keeps in it belong to him. Changes no owner: what belongs to another may be another's for a reason.
base::Result<> prepare_data_dir(const std::filesystem::path& path, const SystemUser& user);

/// As root: becomes `user`, with his groups, for good. With `low_ports` one capability stays, that of
/// listening on ports below 1024: `resume` opens them again.
base::Result<> become(const SystemUser& user, bool low_ports);

}  // namespace veche::server

// Landlock (landlock(7), since Linux 5.13): the process gives up, for good, every file but those below a few
// directories. No library, three system calls. For the main thread before there is another one: a restriction
// is a thread's own, and is inherited by those it starts.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <vector>

namespace veche::server {

struct LandlockRules {
  std::vector<std::filesystem::path> write{};  ///< directories, with all that is in them; they must be there
  std::vector<std::filesystem::path>
      read{};  ///< directories and files; those that are not there are left out
};

/// The version of Landlock that the kernel has; 0: none, or not switched on.
int landlock_version();
/// The oldest one that lets a file be linked from one directory into another, as clearing the log does.
inline constexpr int kLandlockVersionMin = 2;

/// From now on nothing else can be opened, made, renamed or removed; what is open stays so. Needs
/// kLandlockVersionMin, and `no_new_privileges` before. If it fails nothing is restricted.
base::Result<> restrict_files(const LandlockRules& rules);

}  // namespace veche::server

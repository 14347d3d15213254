// What a server that faces the Internet gives up before it serves (docs/adr/0016): root, new privileges by
// exec, core dumps and being looked into, and, if the operator wants it, the files that are not its own.
//
//   drop_root   ─►  lock_down  ─►  the data directory is opened  ─►  confine  ─►  the first thread starts
//
// All of it on the main thread, in this order, once.
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "control/config.h"

#include <filesystem>
#include <string>
#include <vector>

namespace veche::server {

/// What holds for the process, for `status` and the log.
struct Hardening {
  std::string user;                ///< who it runs as
  bool root = false;               ///< which is root
  bool low_ports = false;          ///< may listen below 1024 without being root
  bool no_new_privileges = false;  ///< nothing it could start would get more rights than it has
  bool core_dumps = true;          ///< it may be dumped, and looked into by others of its user
  int landlock = 0;                ///< the version that confines it; 0: nothing does
  std::string landlock_missing{};  ///< why it is not confined, though that was wanted if it can be
  std::vector<std::filesystem::path> writable{};  ///< below which alone it can write, if it is confined

  /// Whether a file of that name could be written, as far as Landlock goes.
  bool may_write(const std::filesystem::path& file) const;
  /// Short words for what is on: "no new privileges", "no core dumps", "Landlock 7" ...
  std::vector<std::string> words() const;
  /// In sentences, to the log; what an operator should know is a warning.
  void tell(base::Log& log) const;
};

/// If `config` names a user and the process is root: sees to the data directory and becomes him. Fails if it
/// is neither root nor him, or if the directory is another's.
base::Result<Hardening> drop_root(const control::Config& config);

/// No new privileges, and unless the operator wants core dumps, none and no looking into the process.
base::Result<> lock_down(const control::ServerConfig& config, Hardening& hardening);

/// If the operator wants it: only the directory `data` (and his `landlock_write`) can be written, only these,
/// the directory of `config_file` (may be empty) and of what `config` names, and what names and clocks need
/// can be read.
base::Result<> confine(const control::Config& config, const std::filesystem::path& data,
                       const std::filesystem::path& config_file, Hardening& hardening);

}  // namespace veche::server

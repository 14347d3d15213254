// Clearing the log without losing it: its files move to BACKUPS/log-YYYYMMDD-HHMMSS (UTC), all of them or
// none, even if the process is killed on the way. So a move is three steps:
//
//   link_log          hard links to all files, in BACKUPS/log-YYYYMMDD-HHMMSS.partial
//   publish_archive   that directory gets its final name: the point of no return
//   unlink_archived   the originals go
//
// What a kill leaves behind is told apart at the next start: a .partial directory is only more links to files
// that are still the log's, and is removed; a log file that is also in a finished archive is unlinked. An
// archive keeps its files' inodes in use, so no new file is ever taken for an archived one.
//
// Nobody may write to, rotate or clear the log meanwhile. Hard links need both directories on one file
// system. One thread at a time.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <filesystem>

namespace veche::base {

/// All three steps. Gives the archive's directory, or an empty path if there is no file to move. If a step
/// before the point of no return fails, all is as before; if an original cannot be unlinked after it, the
/// error says so, and finish_interrupted_clear() is to try again.
Result<std::filesystem::path> archive_log(const std::filesystem::path& log_file,
                                          const std::filesystem::path& backups, WallTime now);

/// Before the log is opened, by the only process that uses it: ends what a killed archive_log() began. Fails
/// if a directory cannot be read or something cannot be removed; what was done so far is good.
Result<> finish_interrupted_clear(const std::filesystem::path& log_file,
                                  const std::filesystem::path& backups);

// The steps.

/// Links `log_file` and its rotated files (veche.log, veche.1.log, ...) into a fresh directory of mode 0700
/// and sees them on the disk. Makes `backups` and its parents. Gives the .partial directory, or an empty path
/// and no directory if there is no file. Fails, and leaves no directory, if one of them is no regular file.
Result<std::filesystem::path> link_log(const std::filesystem::path& log_file,
                                       const std::filesystem::path& backups, WallTime now);

/// Gives `partial` its final name, which it returns, and sees that on the disk. If it fails there is no
/// directory any more.
Result<std::filesystem::path> publish_archive(const std::filesystem::path& partial);

/// Unlinks `log_file` and its rotated files as far as the finished archive has them.
Result<> unlink_archived(const std::filesystem::path& log_file, const std::filesystem::path& archive);

}  // namespace veche::base

// A copy of the database as it was at one moment, made while the server goes on writing. The copy grows as
// TARGET.partial beside its target and gets its name when it is whole and on the disk, so a file of that name
// is a whole backup, whatever happened meanwhile.
#pragma once

#include "base/result.h"

#include <filesystem>

namespace veche::store {

/// Copies `database` (made by a SqliteJournal, in use or not) into a new file `to`, readable by its owner
/// alone. It holds every commit that returned before the call, and opens with SqliteJournal::open. On an
/// error nothing of it is left behind. Refused, with what to do: a target that exists or is a directory, a
/// directory that is not there or cannot be written, a full disk, a target that another backup is being
/// written to. What a killed backup to the same target left is replaced.
///
/// Any thread; it takes as long as reading the file and flushing the copy do. Commits go on meanwhile, but
/// the write-ahead log grows until it is done.
base::Result<> back_up(const std::filesystem::path& database, const std::filesystem::path& to);

}  // namespace veche::store

// The database's tables, and how a file made by an older veche becomes one of today's. A file says whose it
// is by PRAGMA application_id and how old by PRAGMA user_version, the number of migrations that it has been
// through. A release never changes a migration that an earlier one shipped; it appends its own.
#pragma once

#include "base/result.h"
#include "store/sqlite.h"

#include <cstdint>
#include <span>

namespace veche::store {

inline constexpr std::int64_t kApplicationId = 0x76656368;  // "vech"

/// SQL that takes a file from version i (its place in the table) to i + 1.
using Migration = const char*;

/// All of veche's migrations, oldest first.
std::span<const Migration> migrations();

/// Brings the file up to date: runs the migrations that it has not been through, all in one transaction.
/// Refuses, changing nothing, what is no database, is damaged, belongs to another program or was made by a
/// newer veche. Reads the whole file once (PRAGMA quick_check: about 2 s for each GB that is in the system's
/// cache).
base::Result<> prepare_schema(Database& database, std::span<const Migration> steps = migrations());

}  // namespace veche::store

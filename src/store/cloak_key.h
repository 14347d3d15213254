// The key of the cloaks (base/cloak.h): made at the first start, kept in the data directory for its owner
// alone. A line of hexadecimal digits; whoever deletes the file gives everybody another cloak.
#pragma once

#include "base/cloak.h"
#include "base/result.h"

#include <filesystem>

namespace veche::store {

/// The key in `file`, which is made if it is not there. Fails if it cannot be read or made, or holds
/// something else. Blocks; any thread.
base::Result<base::CloakKey> open_cloak_key(const std::filesystem::path& file);

}  // namespace veche::store

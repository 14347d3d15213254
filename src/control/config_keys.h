// The table of the configuration's keys, a row each. Reading (config.cpp), writing (config_text.cpp) and the
// hints in errors all go by it, so a key cannot be read here and forgotten there. Immutable; any thread.
#pragma once

#include "control/config_key.h"
#include "control/config_section.h"

#include <span>
#include <string_view>
#include <vector>

namespace veche::control {

/// In the order of the file.
std::span<const ConfigKey> config_keys();
/// Those of the section that have an effect.
std::vector<const ConfigKey*> keys_with_effect(const ConfigSection& section);

/// Null if there is none.
const ConfigKey* find_key(std::string_view section, std::string_view name);

}  // namespace veche::control

// The table of the configuration's keys, a row each. Reading (config.cpp), writing (config_text.cpp) and the
// hints in errors all go by it, so a key cannot be read here and forgotten there. Immutable; any thread.
#pragma once

#include "control/config_key.h"

#include <span>
#include <string_view>

namespace veche::control {

struct ConfigSection {
  std::string_view name;
  bool repeated = false;  ///< [[name]], any number of times
};

/// In the order of the file.
std::span<const ConfigSection> config_sections();
std::span<const ConfigKey> config_keys();

/// Null if there is none.
const ConfigSection* find_section(std::string_view name);
const ConfigKey* find_key(std::string_view section, std::string_view name);

}  // namespace veche::control

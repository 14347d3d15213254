// The sections of the configuration, and what sets a repeated one apart: its entries, and which of them can
// stand beside each other. Immutable; any thread.
#pragma once

#include "control/config_key.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace veche::control {

/// What only a repeated section has.
struct ConfigEntries {
  /// An entry in which nothing was written yet.
  ConfigEntry (*make)();
  std::vector<ConfigEntry> (*list)(const Config&);
  /// Puts `entries`, each one of this section, in place of those that are there.
  void (*replace)(Config&, std::span<const ConfigEntry> entries);
  /// What is wrong with an entry that stands behind another one for which this gives the same words.
  std::string (*taken)(const ConfigEntry&);
  /// By what an entry is found again in another configuration; null: by its place.
  std::string (*label)(const ConfigEntry&);
};

struct ConfigSection {
  std::string_view name;
  std::string_view comment{};               ///< for `config init`, above the section; may be empty
  const ConfigEntries* repeated = nullptr;  ///< [[name]], any number of times; null: [name], once

  /// `[name]` or `[[name]]`.
  std::string header() const;
};

/// In the order of the file.
std::span<const ConfigSection> config_sections();
/// Null if there is none.
const ConfigSection* find_section(std::string_view name);

/// The section's entries in `config`; of one that is not repeated, a single empty one.
std::vector<ConfigEntry> entries_of(const ConfigSection& section, const Config& config);

}  // namespace veche::control

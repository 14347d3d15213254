#include "control/config_diff.h"

#include "control/config_keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace veche::control {
namespace {

/// An entry, with what it is found by in the other configuration.
struct Labelled {
  std::string label;  ///< "operator root", "listen 2"; of a section that is not repeated, its name
  ConfigEntry entry;
};

std::vector<Labelled> labelled(const ConfigSection& section, const Config& config) {
  std::vector<Labelled> all;
  for (ConfigEntry& entry : entries_of(section, config)) {
    std::string label(section.name);
    if (section.repeated) {
      label += ' ';
      label += section.repeated->label ? section.repeated->label(entry) : std::to_string(all.size() + 1);
    }
    all.push_back({std::move(label), std::move(entry)});
  }
  return all;
}

const Labelled* find(const std::vector<Labelled>& all, std::string_view label) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.label == label; });
  return found == all.end() ? nullptr : &*found;
}

/// Entries of a repeated section come and go whole, so one key that needs a restart speaks for all.
bool needs_restart(const ConfigSection& section) {
  const auto keys = keys_with_effect(section);
  return std::any_of(keys.begin(), keys.end(), [](const ConfigKey* key) { return key->needs_restart; });
}

std::string entry_text(const ConfigSection& section, const Config& config, const ConfigEntry& entry) {
  std::vector<std::string> parts;
  for (const ConfigKey* key : keys_with_effect(section)) {
    parts.push_back(
        fmt::format("{} = {}", key->name, value_text(*key, shown(*key, key->get(config, entry)))));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::vector<ConfigChange> changes(const Config& running, const Config& fresh) {
  std::vector<ConfigChange> found;
  for (const ConfigSection& section : config_sections()) {
    const std::vector<Labelled> before = labelled(section, running);
    const std::vector<Labelled> after = labelled(section, fresh);
    for (const Labelled& old : before) {
      const Labelled* now = find(after, old.label);
      if (!now) {
        found.push_back({old.label, entry_text(section, running, old.entry), "", needs_restart(section)});
        continue;
      }
      for (const ConfigKey* key : keys_with_effect(section)) {
        KeyValue was = key->get(running, old.entry);
        KeyValue is = key->get(fresh, now->entry);
        if (was == is) continue;
        found.push_back({fmt::format("{}.{}", old.label, key->name),
                         plain_text(*key, shown(*key, std::move(was))),
                         plain_text(*key, shown(*key, std::move(is))), key->needs_restart});
      }
    }
    for (const Labelled& now : after) {
      if (find(before, now.label)) continue;
      found.push_back({now.label, "", entry_text(section, fresh, now.entry), needs_restart(section)});
    }
  }
  return found;
}

Config adopt(const Config& running, Config fresh) {
  for (const ConfigSection& section : config_sections()) {
    if (section.repeated) {
      if (needs_restart(section)) section.repeated->replace(fresh, section.repeated->list(running));
      continue;
    }
    ConfigEntry nowhere;
    for (const ConfigKey* key : keys_with_effect(section)) {
      if (key->needs_restart) key->set(fresh, nowhere, key->get(running, nowhere));
    }
  }
  return fresh;
}

}  // namespace veche::control

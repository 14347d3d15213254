// What a reload would change: two configurations compared key by key, by the table in config_keys.cpp. Pure;
// any thread.
#pragma once

#include "control/config.h"

#include <string>
#include <vector>

namespace veche::control {

/// One key, or one entry of [[listen]] or [[operator]] that came or went. Values are as plain_text shows
/// them, a password as "(hidden)": of one that was replaced, `before` and `after` read the same.
struct ConfigChange {
  std::string key;     ///< "limits.idle_timeout", "listen 2.port", "operator root.grants", "operator root"
  std::string before;  ///< empty also for an entry that came
  std::string after;   ///< empty also for an entry that went; entries are `name = value`, separated by commas
  bool needs_restart = false;  ///< a running server cannot take it over
};

/// In the order of the file; empty if `fresh` means the same as `running`. Listeners are compared by their
/// place, operators by their name (as casefold makes it), in whatever order they stand.
std::vector<ConfigChange> changes(const Config& running, const Config& fresh);

/// What a server that runs with `running` runs with after a reload: `fresh`, but for the keys that need a
/// restart. Compared with this, the next reload still reports them.
Config adopt(const Config& running, Config fresh);

}  // namespace veche::control

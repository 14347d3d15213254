// One key of the configuration: where it stands in the file, what it may hold, which field of Config it
// fills. It knows nothing of TOML. Immutable; any thread.
#pragma once

#include "base/result.h"
#include "control/config.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace veche::control {

enum class KeyKind : std::uint8_t { flag, number, size, duration, text, choice, list };

/// What a key holds, freed of its spelling: a size is bytes, a duration milliseconds, a choice its word.
using KeyValue = std::variant<bool, std::uint64_t, std::string, std::vector<std::string>>;

/// What a number, a size or a duration may be. Beside that, `zero_too` lets 0 stand for "no limit".
struct KeyRange {
  std::uint64_t min = 0;
  std::uint64_t max = 1'000'000'000;
  bool zero_too = false;
};

/// The entry of a repeated section ([[listen]], [[operator]]) that a key stands in; nothing for the others.
using ConfigEntry =
    std::variant<std::monostate, ListenConfig, OperatorConfig, WebircConfig, CertificateConfig>;

/// What is shown in place of a password, and never taken for one.
inline constexpr std::string_view kHidden = "(hidden)";

struct ConfigKey {
  std::string_view section;
  std::string_view name;
  KeyKind kind = KeyKind::text;
  KeyRange range;
  std::vector<std::string_view> words;  ///< a choice's
  std::vector<std::string_view> later;  ///< a choice's words that this version does not have yet
  std::string comment;                  ///< for `config init`; empty if the key has no effect
  KeyValue example;                     ///< the default; of a required key, what it might be
  bool required = false;                ///< every entry of its (repeated) section has it
  bool secret = false;                  ///< a password: nothing but the reader of the file sees its value
  bool needs_restart = false;           ///< a running server cannot take over a new value
  /// What is wrong with a value that has the right type and range; the error's `what` is left empty.
  std::function<base::Result<>(const KeyValue&)> check;
  /// The field, for keys with an effect. The entry is one of the key's section.
  std::function<KeyValue(const Config&, const ConfigEntry&)> get;
  std::function<void(Config&, ConfigEntry&, const KeyValue&)> set;

  bool has_effect() const { return set != nullptr; }
  /// "limits.command_rate".
  std::string full_name() const;
};

/// A value written without quotes, as on the command line: `4`, `90s`, `64KiB`, `events`. Not for lists. The
/// error's `what` is left empty.
base::Result<KeyValue> parse_value(const ConfigKey& key, std::string_view text);

/// Range, words and the row's own check. The error's `what` is left empty.
base::Result<> check_value(const ConfigKey& key, const KeyValue& value);

/// `value` as anybody may see it: kHidden in place of a secret, unless that is empty.
KeyValue shown(const ConfigKey& key, KeyValue value);
/// `value` as the file writes it: `"30s"`, `true`, `"64KiB"`, `["a", "b"]`.
std::string value_text(const ConfigKey& key, const KeyValue& value);
/// `value` as the reader of an error or of JSON wants it: 30s, 64KiB, no quotes.
std::string plain_text(const ConfigKey& key, const KeyValue& value);

}  // namespace veche::control

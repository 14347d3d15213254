// Any bytes are a configuration or a list of errors; what was accepted can be written and reads back the
// same, but for the passwords.
#include "base/check.h"
#include "control/config.h"
#include "control/config_diff.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

/// Passwords are written as "(hidden)", which the reader refuses: gives each of them another text. The
/// pattern cannot be part of a value, whose quotes are escaped.
std::string with_passwords(std::string text) {
  const std::string hidden = "\npassword = \"(hidden)\"\n";
  for (std::size_t at = text.find(hidden); at != std::string::npos; at = text.find(hidden, at)) {
    text.replace(at, hidden.size(), "\npassword = \"x\"\n");
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace veche;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = control::parse_config(text, "fuzz.toml");
  (void)control::keys_without_effect(text);
  (void)control::parse_listen(text);
  if (!config) {
    base::check(!config.error().lines.empty(), "a refusal says why");
    return 0;
  }
  const std::string written = control::config_text(*config);
  const auto again = control::parse_config(with_passwords(written), "again.toml");
  base::check(again.has_value(), "what is written can be read");
  base::check(control::config_text(*again) == written, "what is read back is the same");

  base::check(control::changes(*config, *config).empty(), "nothing differs from itself");
  for (const auto& change : control::changes(control::adopt(control::Config{}, *config), *config)) {
    base::check(change.needs_restart, "only what needs a restart is not adopted");
  }
  return 0;
}

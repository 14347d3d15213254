// Any bytes are a configuration or a list of errors; what was accepted can be written and reads back the
// same.
#include "base/check.h"
#include "control/config.h"

#include <cstddef>
#include <cstdint>

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
  const auto again = control::parse_config(written, "again.toml");
  base::check(again.has_value(), "what is written can be read");
  base::check(control::config_text(*again) == written, "what is read back is the same");
  return 0;
}

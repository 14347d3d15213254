// Any bytes become one line of valid UTF-8 without controls; for JSON, one that does not end its string
// early.
#include "base/check.h"
#include "base/log_line.h"
#include "base/text.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace veche::base;
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    const std::string line = log_line(input, format);
    check(is_utf8(line), "a line is UTF-8");
    check(printable(line) == line && line.find('\t') == std::string::npos, "a line has no controls");
  }

  const std::string json = log_line(input, LogFormat::json);
  for (std::size_t i = 0; i < json.size(); ++i) {
    check(json[i] != '"', "no quote stands alone");
    if (json[i] != '\\') continue;
    ++i;
    check(i < json.size() && std::string_view("\"\\nrtu").find(json[i]) != std::string_view::npos,
          "an escape is one of JSON's");
  }
  return 0;
}

// Any text: what is read is in range and reads back from its shortest form.
#include "base/check.h"
#include "base/units.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace veche::base;
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  if (const auto duration = parse_duration(text)) {
    check(duration->count() >= 0 && *duration <= kDurationMax, "a duration is in range");
    check(parse_duration(format_duration(*duration)) == *duration, "a duration reads back");
  } else {
    check(!duration.error().why.empty() && !duration.error().hint.empty(), "an error has words");
  }
  if (const auto bytes = parse_size(text)) {
    check(parse_size(format_size(*bytes)) == *bytes, "a size reads back");
    check(format_size(*bytes).size() <= text.size(), "nothing shorter was written");
  }

  std::uint64_t number = 0;
  std::memcpy(&number, data, size < sizeof number ? size : sizeof number);
  check(parse_size(format_size(number)) == number, "every size can be written");
  format_duration(std::chrono::milliseconds(static_cast<std::int64_t>(number)));
  return 0;
}

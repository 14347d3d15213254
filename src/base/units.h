// Durations and sizes as people write them in the configuration and on the command line. Pure; any thread.
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace veche::base {

/// The longest duration that may be written, a hundred years: short enough that adding it to a time in
/// nanoseconds cannot overflow.
inline constexpr std::chrono::days kDurationMax{36'500};

/// `250ms`, `5s`, `2m`, `1h`, `7d`; a bare number is seconds. Whole, non-negative numbers up to kDurationMax.
/// The error's `why` says what is wrong and its `hint` how to write it.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// The shortest exact form that parse_duration reads back: "90s", "2m", "0".
std::string format_duration(std::chrono::milliseconds duration);

/// `64KiB`, `1MiB`, `2GiB`; a bare number is bytes.
Result<std::uint64_t> parse_size(std::string_view text);
/// The shortest exact form that parse_size reads back.
std::string format_size(std::uint64_t bytes);

}  // namespace veche::base

// toml++ 3.3 with two of its defects mended. It is heavy: for config.cpp alone.
//
// 1. It asserts (and without assertions goes on blindly) where it should refuse a malformed text:
// "[[[listen]]",
//    "[сервер]", "x = [}", "x = 2020-01-01T:" (upstream issue 294). Its hook for assertions makes that
//    BrokenToml.
// 2. For most non-ASCII letters, Cyrillic ones among them, its test for white space runs into a point that it
// calls
//    unreachable, be it for a mistake (a letter outside of quotes) or rightly (a text of several lines that
//    goes on with such a letter behind a backslash). The answer there is: no white space.
#pragma once

#include <stdexcept>

namespace veche::control {

struct BrokenToml : std::logic_error {
  BrokenToml() : std::logic_error("this line cannot be read") {}
};

/// A function, since some of the library's checks stand where nothing may be thrown (they hold for any text).
[[noreturn]] inline void refuse_toml() { throw BrokenToml(); }

}  // namespace veche::control

// clang-format off: the order matters
#undef NDEBUG
#define TOML_ASSERT(holds) (static_cast<bool>(holds) ? void() : veche::control::refuse_toml())
#define TOML_ENABLE_FORMATTERS 0  // they write TOML and JSON, and take long to compile
#include <toml++/impl/forward_declarations.h>
#undef TOML_UNREACHABLE
#define TOML_UNREACHABLE return false
#include <toml++/impl/unicode.h>
#undef TOML_UNREACHABLE
#define TOML_UNREACHABLE __builtin_unreachable()
#include <toml++/toml.h>
// clang-format on

// The programmer's fault is an assertion, and it stays on in release: a server that goes on with a broken
// invariant loses messages. (The peer's fault is an event, the environment's a Result.)
#pragma once

namespace veche::base {

/// Where in the code a call stands. Not std::source_location, which clang 14 lacks.
struct CodePlace {
  const char* file;
  const char* function;
  unsigned line;

  static constexpr CodePlace here(const char* file = __builtin_FILE(),
                                  const char* function = __builtin_FUNCTION(),
                                  unsigned line = __builtin_LINE()) {
    return {file, function, line};
  }
};

/// Ends the process with `what` and the place of the call.
[[noreturn]] void check_failed(const char* what, const CodePlace& where);

/// Asserts an invariant, in every build. `what` says what should have held.
inline void check(bool holds, const char* what, const CodePlace& where = CodePlace::here()) {
  if (!holds) [[unlikely]]
    check_failed(what, where);
}

}  // namespace veche::base

// What an operation that can fail for reasons outside the program gives back: a value, or an Error with
// words for a person. Exceptions are for nothing but a library that throws; they end at its wrapper.
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace veche::base {

/// Why something could not be done, as `WHAT: WHY (HINT)`; `hint` may be empty.
struct Error {
  std::string what;
  std::string why;
  std::string hint;

  /// "WHAT: WHY (HINT)", as it is printed behind "veche: ".
  std::string text() const;
};

template <class T = void>
using Result = tl::expected<T, Error>;

/// `return fail("data directory", "in use by process 12", "stop it first");`
inline tl::unexpected<Error> fail(std::string what, std::string why, std::string hint = {}) {
  return tl::unexpected(Error{std::move(what), std::move(why), std::move(hint)});
}

/// The system's words for an errno value: "No such file or directory".
std::string errno_text(int error);

}  // namespace veche::base

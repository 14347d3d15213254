#include "base/result.h"

#include <system_error>

namespace veche::base {

std::string Error::text() const {
  std::string out = what;
  if (!why.empty()) out += ": " + why;
  if (!hint.empty()) out += " (" + hint + ")";
  return out;
}

std::string errno_text(int error) { return std::generic_category().message(error); }

}  // namespace veche::base

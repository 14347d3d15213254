#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace veche::base {

void check_failed(const char* what, const CodePlace& where) {
  std::fprintf(stderr, "veche: broken invariant: %s (%s:%u, %s)\n", what, where.file, where.line,
               where.function);
  std::abort();
}

}  // namespace veche::base

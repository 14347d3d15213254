#include "cli/exit_code.h"

#include "base/text.h"

#include <cerrno>
#include <cstdio>
#include <string>

namespace veche::cli {

void print_error(std::string_view text) { std::fprintf(stderr, "veche: %s\n", base::harmless(text).c_str()); }

int report(const base::Error& error, int exit_code) {
  print_error(error.text());
  return exit_code;
}

bool print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return true;
  report({"standard output", base::errno_text(errno), ""}, kFailed);
  return false;
}

}  // namespace veche::cli

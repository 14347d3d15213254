#include "base/secret.h"

#include <string.h>

namespace veche::base {

void wipe(void* memory, std::size_t bytes) noexcept {
  if (bytes > 0) ::explicit_bzero(memory, bytes);
}

void wipe(std::string& secret) {
  secret.resize(secret.capacity());
  wipe(secret.data(), secret.size());
  secret.clear();
}

void wipe_stack() noexcept {
  constexpr std::size_t kBytes = 16 * 1024;
  char below[kBytes];
  wipe(below, kBytes);
}

}  // namespace veche::base

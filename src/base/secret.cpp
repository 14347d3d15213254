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

}  // namespace veche::base

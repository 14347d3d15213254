// Base64 (RFC 4648 section 4), over libsodium. Pure; any thread.
#pragma once

#include "base/secret.h"

#include <optional>
#include <string>
#include <string_view>

namespace veche::wire {

/// With padding, without line ends.
std::string to_base64(std::string_view bytes);

/// Nothing unless `text` is just what to_base64 would write for some bytes: no white space, no other
/// alphabet, padding as it has to be, no bits left over. In a time that tells nothing of the bytes.
std::optional<std::string> from_base64(std::string_view text);
/// The same for what must not lie about in memory.
std::optional<base::Secret> secret_from_base64(std::string_view text);

}  // namespace veche::wire

#include "wire/base64.h"

#include <sodium.h>

namespace veche::wire {

namespace {

constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;

base::Secret encoded(std::string_view bytes) {
  auto text = base::Secret::of_size(sodium_base64_encoded_len(bytes.size(), kVariant));
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.shrink(text.size() - 1);  // the terminating zero that it counts
  return text;
}

}  // namespace

std::string to_base64(std::string_view bytes) { return std::string(encoded(bytes).view()); }

std::optional<base::Secret> secret_from_base64(std::string_view text) {
  if (text.empty()) return base::Secret();  // libsodium takes no null pointers
  auto bytes = base::Secret::of_size(text.size() / 4 * 3);
  std::size_t size = 0;
  if (text.size() % 4 != 0 ||
      sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, kVariant) != 0) {
    return std::nullopt;
  }
  bytes.shrink(size);
  // It takes some bytes past ASCII for letters (libsodium 1.0.18).
  if (encoded(bytes) != text) return std::nullopt;
  return bytes;
}

std::optional<std::string> from_base64(std::string_view text) {
  const auto bytes = secret_from_base64(text);
  return bytes ? std::optional(std::string(bytes->view())) : std::nullopt;
}

}  // namespace veche::wire

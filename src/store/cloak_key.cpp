#include "store/cloak_key.h"

#include "base/secret.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

namespace veche::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigits = 2 * std::tuple_size_v<base::CloakKey>;

base::Result<base::CloakKey> failed(const fs::path& file, std::string why) {
  return base::fail("key of the cloaks " + file.string(), std::move(why),
                    "without the file a new key is made, and everybody has another cloak");
}

base::Result<base::CloakKey> make(const fs::path& file, int fd) {
  base::CloakKey key{};
  randombytes_buf(key.data(), key.size());
  std::array<char, kDigits + 1> line{};
  sodium_bin2hex(line.data(), line.size(), key.data(), key.size());
  line.back() = '\n';
  const bool written =
      ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(fd) == 0;
  const int error = errno;
  base::wipe(line.data(), line.size());
  if (written) return key;
  ::unlink(file.c_str());
  return failed(file, "cannot be written: " + base::errno_text(error));
}

base::Result<base::CloakKey> read(const fs::path& file, int fd) {
  std::array<char, kDigits + 2> line{};
  const ssize_t size = ::read(fd, line.data(), line.size());
  if (size < 0) return failed(file, "cannot be read: " + base::errno_text(errno));
  std::string_view digits(line.data(), static_cast<std::size_t>(size));
  if (digits.ends_with('\n')) digits.remove_suffix(1);
  base::CloakKey key{};
  std::size_t bytes = 0;
  const bool is_key =
      digits.size() == kDigits &&
      sodium_hex2bin(key.data(), key.size(), digits.data(), digits.size(), nullptr, &bytes, nullptr) == 0;
  base::wipe(line.data(), line.size());
  if (!is_key || bytes != key.size()) return failed(file, "holds no key");
  ::fchmod(fd, 0600);
  return key;
}

}  // namespace

base::Result<base::CloakKey> open_cloak_key(const fs::path& file) {
  if (sodium_init() < 0) return failed(file, "libsodium cannot be started");
  int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  const bool fresh = fd >= 0;
  if (!fresh && errno == EEXIST) fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return failed(file, "cannot be opened: " + base::errno_text(errno));
  auto key = fresh ? make(file, fd) : read(file, fd);
  ::close(fd);
  return key;
}

}  // namespace veche::store

#include "control/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

namespace veche::control {
namespace {

/// Writes everything; the errno value, or 0.
int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) return errno;
    text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

base::Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t bytes_max) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return base::fail(path, base::errno_text(EISDIR));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  char piece[16 * 1024];
  while (file && text.size() < bytes_max) {
    file.read(piece, static_cast<std::streamsize>(std::min(sizeof piece, bytes_max - text.size())));
    text.append(piece, static_cast<std::size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad()) return base::fail(path, base::errno_text(errno != 0 ? errno : EIO));
  return text;
}

base::Result<> make_text_file(const std::filesystem::path& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) {
    return base::fail(path, "exists already", "it is not overwritten; name another file, or move it away");
  }
  if (file < 0) return base::fail(path, base::errno_text(errno));
  int error = write_all(file, text);
  if (::close(file) != 0 && error == 0) error = errno;
  if (error != 0) {
    ::unlink(path.c_str());  // half a configuration is worse than none
    return base::fail(path, base::errno_text(error));
  }
  return {};
}

}  // namespace veche::control

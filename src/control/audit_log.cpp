#include "control/audit_log.h"

#include "control/account_protocol.h"

#include <boost/json.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace veche::control {

namespace json = boost::json;

base::Result<AuditLog> AuditLog::open(const std::filesystem::path& path) {
  net::Fd file(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return base::fail("audit log " + path.string(), base::errno_text(errno));
  return AuditLog(path, std::move(file));
}

base::Result<> AuditLog::write(const AuditEntry& entry) {
  const json::object object{{"time", time_text(entry.time)},
                            {"who", entry.who},
                            {"via", entry.via},
                            {"command", entry.command},
                            {"result", entry.result}};
  std::string line = json::serialize(object) + "\n";
  // Half a line, from a full disk, must not swallow the next one.
  struct stat info {};
  char last = '\n';
  if (::fstat(file_.get(), &info) == 0 && info.st_size > 0) {
    if (::pread(file_.get(), &last, 1, info.st_size - 1) == 1 && last != '\n') line.insert(0, "\n");
  }
  const ssize_t written = ::write(file_.get(), line.data(), line.size());
  if (written == static_cast<ssize_t>(line.size()) && ::fdatasync(file_.get()) == 0) return {};
  return base::fail("audit log " + path_.string(), written < 0 ? base::errno_text(errno) : "the disk is full",
                    "free some space");
}

}  // namespace veche::control

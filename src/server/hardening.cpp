#include "server/hardening.h"

#include "server/landlock.h"
#include "server/privileges.h"

#include <fmt/format.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define VECHE_LEAKS_ARE_LOOKED_FOR 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define VECHE_LEAKS_ARE_LOOKED_FOR 1
#endif

namespace veche::server {
namespace {

namespace fs = std::filesystem;

/// The leak checker attaches to the process at its end, which must therefore be possible.
#ifdef VECHE_LEAKS_ARE_LOOKED_FOR
constexpr int kDumpable = 1;
#else
constexpr int kDumpable = 0;
#endif

/// What a process reads that looks up names, tells the time, prints to a terminal or asks the kernel about
/// itself. SQLite's temporary files go to the data directory.
constexpr std::array kSystemFiles = {
    "/proc",
    "/sys/devices/system/cpu",
    "/dev/urandom",
    "/usr/lib",
    "/usr/share",
    "/lib",
    "/lib64",
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/localtime",
    "/etc/ld.so.cache",
    "/etc/ssl/openssl.cnf",
    "/etc/terminfo",
    "/run/systemd/resolve",
};

/// Ports below this are root's.
unsigned first_free_port() {
  unsigned port = 1024;
  std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> port;
  return port;
}

bool listens_low(const control::Config& config) {
  const unsigned first = first_free_port();
  return std::any_of(config.listen.begin(), config.listen.end(),
                     [&](const auto& listen) { return listen.port != 0 && listen.port < first; });
}

bool is_below(const fs::path& path, const fs::path& directory) {
  const auto apart = std::mismatch(directory.begin(), directory.end(), path.begin(), path.end());
  return apart.first == directory.end();
}

/// Where `file` is, and where the file is that it is a link to: both change when it is replaced.
void add_places_of(const fs::path& file, std::vector<fs::path>& places) {
  if (file.empty()) return;
  std::error_code error;
  const fs::path whole = fs::absolute(file, error);
  if (error) return;
  places.push_back(whole.parent_path());
  const fs::path real = fs::canonical(whole, error);
  if (!error && real.parent_path() != places.back()) places.push_back(real.parent_path());
}

}  // namespace

bool Hardening::may_write(const fs::path& file) const {
  if (landlock == 0) return true;
  std::error_code error;
  const fs::path directory = fs::weakly_canonical(fs::absolute(file, error).parent_path(), error);
  return std::any_of(writable.begin(), writable.end(),
                     [&](const fs::path& allowed) { return is_below(directory, allowed); });
}

std::vector<std::string> Hardening::words() const {
  std::vector<std::string> words;
  if (no_new_privileges) words.emplace_back("no new privileges");
  if (!core_dumps) words.emplace_back("no core dumps");
  if (landlock != 0) words.push_back(fmt::format("Landlock {}", landlock));
  return words;
}

void Hardening::tell(base::Log& log) const {
  log.info("runs as {}{}; {}", user, low_ports ? ", who may listen on ports below 1024" : "",
           fmt::join(words(), ", "));
  if (landlock != 0) {
    std::string places;
    for (const fs::path& path : writable) places += (places.empty() ? "" : ", ") + path.string();
    log.info("Landlock: can write below {} alone", places);
  }
  if (!landlock_missing.empty()) log.warning("Landlock is not on: {}", landlock_missing);
  if (root) log.warning("runs as root: name a user who may do less, [server] user = \"...\"");
  if (core_dumps) log.warning("core dumps are on (server.core_dumps): a dump holds what people have typed");
}

base::Result<Hardening> drop_root(const control::Config& config) {
  Hardening hardening;
  hardening.user = "uid " + std::to_string(::geteuid());
  hardening.root = ::geteuid() == 0;
  const std::string& wanted = config.server.user;
  if (wanted.empty()) return hardening;
  const auto user = find_user(wanted);
  if (!user) return tl::unexpected(user.error());
  hardening.user = fmt::format("{} (uid {})", user->name, user->uid);
  if (!hardening.root) {
    if (::geteuid() == user->uid) return hardening;
    return base::fail("server.user " + wanted, "only root can become another user",
                      "start the server as root or as that user, or take the key away");
  }
  if (auto ready = prepare_data_dir(config.server.data_dir, *user); !ready)
    return tl::unexpected(ready.error());
  hardening.low_ports = listens_low(config);
  if (auto done = become(*user, hardening.low_ports); !done) return tl::unexpected(done.error());
  hardening.root = false;
  return hardening;
}

base::Result<> lock_down(const control::ServerConfig& config, Hardening& hardening) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return base::fail("no_new_privs", base::errno_text(errno));
  hardening.no_new_privileges = true;
  hardening.core_dumps = config.core_dumps;
  if (config.core_dumps) {  // becoming another user takes it away
    ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    return {};
  }
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return base::fail("core dumps", base::errno_text(errno));
  if (::prctl(PR_SET_DUMPABLE, kDumpable, 0, 0, 0) != 0)
    return base::fail("core dumps", base::errno_text(errno));
  return {};
}

base::Result<> confine(const control::Config& config, const fs::path& data, const fs::path& config_file,
                       Hardening& hardening) {
  if (config.server.landlock == "off") return {};
  const int version = landlock_version();
  if (version < kLandlockVersionMin) {
    const std::string why = version == 0 ? "this kernel has none, or it is switched off"
                                         : "this kernel's is too old (Linux 5.19 is needed)";
    if (config.server.landlock == "require")
      return base::fail("server.landlock", why, "landlock = \"auto\" goes on without it");
    hardening.landlock_missing = why;
    return {};
  }
  LandlockRules rules;
  rules.write.push_back(data);
  for (const std::string& extra : config.server.landlock_write) rules.write.emplace_back(extra);
  rules.read.assign(kSystemFiles.begin(), kSystemFiles.end());
  add_places_of(config_file, rules.read);
  add_places_of(config.server.motd_file, rules.read);
  add_places_of(config.tls.cert, rules.read);
  add_places_of(config.tls.key, rules.read);
  for (const control::ListenConfig& listen : config.listen) {
    add_places_of(listen.tls_cert, rules.read);
    add_places_of(listen.tls_key, rules.read);
  }
  for (const control::CertificateConfig& further : config.certificates) {
    add_places_of(further.cert, rules.read);
    add_places_of(further.key, rules.read);
  }
  for (const fs::path& path : rules.write) {
    std::error_code error;
    hardening.writable.push_back(fs::weakly_canonical(path, error));
  }
  ::setenv("SQLITE_TMPDIR", data.c_str(), 1);  // before there is another thread
  if (auto done = restrict_files(rules); !done) return done;
  hardening.landlock = version;
  return {};
}

}  // namespace veche::server

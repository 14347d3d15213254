#include "load/usage.h"

#include <unistd.h>

#include <sys/types.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace veche::load {
namespace {

namespace fs = std::filesystem;

fs::path directory_of(int pid) { return "/proc/" + std::to_string(pid); }

/// To the nanosecond, which no file of /proc is for a process with threads that have ended.
double cpu_ns_of(int pid) {
  clockid_t clock{};
  timespec time{};
  if (pid <= 0 || ::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double switches_of(int pid) {
  double switches = 0;
  std::error_code error;
  for (fs::directory_iterator task(directory_of(pid) / "task", error), end; !error && task != end;
       task.increment(error)) {
    std::ifstream status(task->path() / "status");
    for (std::string line; std::getline(status, line);) {
      const auto at = line.find("ctxt_switches:");  // voluntary and not
      if (at != std::string::npos) switches += std::atof(line.c_str() + at + 14);
    }
  }
  return switches;
}

/// Not file mappings: of the libraries that all programs share, each has less with every other that starts.
double own_bytes_of(int pid) {
  std::ifstream rollup(directory_of(pid) / "smaps_rollup");
  for (std::string line; std::getline(rollup, line);) {
    if (line.starts_with("Pss_Anon:")) return std::atof(line.c_str() + 9) * 1024;
  }
  // Somebody else's process shows only its counters.
  double size = 0, resident = 0, shared = 0;
  std::ifstream(directory_of(pid) / "statm") >> size >> resident >> shared;
  return (resident - shared) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// The fields of /proc/PID/stat behind the name, which may hold anything; empty if there is no such process.
std::vector<std::string> stat_of(int pid) {
  std::ifstream file(directory_of(pid) / "stat");
  std::string text;
  std::getline(file, text, '\0');
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(fields), {}};
}

// Counted from the state, which stands first.
constexpr std::size_t kParent = 1, kChildrenUser = 13, kChildrenSystem = 14;

std::vector<int> children_of(int pid) {
  std::vector<int> children;
  std::error_code error;
  for (fs::directory_iterator process("/proc", error), end; !error && process != end;
       process.increment(error)) {
    const std::string name = process->path().filename();
    int child = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), child).ec != std::errc{}) continue;
    const auto fields = stat_of(child);
    if (fields.size() > kParent && fields[kParent] == std::to_string(pid)) children.push_back(child);
  }
  return children;
}

}  // namespace

Usage usage_of(int pid) {
  Usage usage{cpu_ns_of(pid), switches_of(pid), 0};
  double size = 0, resident = 0;
  std::ifstream(directory_of(pid) / "statm") >> size >> resident;
  usage.resident_bytes = resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return usage;
}

Usage usage_of_family(int pid) {
  Usage usage;
  if (pid <= 0) return usage;
  std::vector<int> family = children_of(pid);
  family.push_back(pid);
  for (const int process : family) {
    usage.cpu_ns += cpu_ns_of(process);
    usage.switches += switches_of(process);
    usage.resident_bytes += own_bytes_of(process);
  }
  if (const auto fields = stat_of(pid); fields.size() > kChildrenSystem) {
    const double ticks =
        std::atof(fields[kChildrenUser].c_str()) + std::atof(fields[kChildrenSystem].c_str());
    usage.cpu_ns += ticks * 1e9 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }
  return usage;
}

double resident_at_rest(const std::function<double()>& resident_bytes, const std::function<bool()>& pause,
                        std::chrono::seconds same) {
  const auto give_up = std::chrono::steady_clock::now() + same + std::chrono::seconds{13};
  double resident = resident_bytes();
  auto since = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() < std::min(give_up, since + same) && pause()) {
    const double now = resident_bytes();
    if (now == resident) continue;
    resident = now;
    since = std::chrono::steady_clock::now();
  }
  return resident;
}

}  // namespace veche::load

#include "load/usage.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace veche::load {

Usage usage_of(int pid) {
  Usage usage;
  const std::filesystem::path process = "/proc/" + std::to_string(pid);
  std::error_code error;
  for (std::filesystem::directory_iterator task(process / "task", error), end; !error && task != end;
       task.increment(error)) {
    double running = 0;  // ns; the first of three numbers
    std::ifstream(task->path() / "schedstat") >> running;
    usage.cpu_ns += running;
    std::ifstream status(task->path() / "status");
    for (std::string line; std::getline(status, line);) {
      const auto at = line.find("ctxt_switches:");  // voluntary and not
      if (at != std::string::npos) usage.switches += std::atof(line.c_str() + at + 14);
    }
  }
  double size = 0, resident = 0;
  std::ifstream(process / "statm") >> size >> resident;
  usage.resident_bytes = resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return usage;
}

}  // namespace veche::load

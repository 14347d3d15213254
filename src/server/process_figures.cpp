#include "server/process_figures.h"

#include <unistd.h>

#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace veche::server {

ProcessFigures process_figures() {
  ProcessFigures figures;
  std::uint64_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  figures.resident_bytes = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::error_code error;
  std::filesystem::directory_iterator open("/proc/self/fd", error);
  // The one that lists them is among them.
  if (!error) figures.descriptors = static_cast<std::size_t>(std::distance(begin(open), end(open))) - 1;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.descriptors_max = limit.rlim_cur;
  return figures;
}

}  // namespace veche::server

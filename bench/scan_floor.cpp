// The least that asking ports by connect() costs on this machine, as it is now: one socket that asks one port
// after the other and does nothing else. No window, no schedule, no results, no thread.
//
//   bench_scan_floor ADDRESS    asks the ports 1 to 65535 of a host that answers each at once, and prints the
//   processor
//                               time of a port in microseconds; ends with 1 where ports do not answer at once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace {

constexpr int kPorts = 65535;
constexpr int kLooksMax = 1000;  // at one port: an answer may need another processor

double processor_us() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto in_us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return in_us(used.ru_utime) + in_us(used.ru_stime);
}

int connect_to(int fd, const sockaddr_in& address) {
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

/// Whether the port answered.
bool ask(int fd, const sockaddr_in& address) {
  int said = connect_to(fd, address);
  for (int i = 0; i < kLooksMax && (said == EINPROGRESS || said == EALREADY); ++i) {
    said = connect_to(fd, address);
  }
  if (said == ECONNREFUSED) return true;  // and the socket is idle again
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  ::connect(fd, &nobody, sizeof nobody);
  return said == 0 || said == EISCONN;
}

}  // namespace

int main(int argc, char** argv) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (argc != 2 || ::inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) {
    std::fputs("usage: bench_scan_floor IPV4-ADDRESS\n", stderr);
    return 2;
  }
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    std::fprintf(stderr, "scan_floor: socket: %s\n", std::strerror(errno));
    return 1;
  }
  const double before = processor_us();
  for (int port = 1; port <= kPorts; ++port) {
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (ask(fd, address)) continue;
    std::fprintf(stderr, "scan_floor: port %d did not answer at once\n", port);
    return 1;
  }
  std::printf("%.3f\n", (processor_us() - before) / kPorts);
  return 0;
}

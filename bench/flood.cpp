// A flood: connections at a rate, from many loopback addresses in turn, each closed when the server closes it
// or says anything else than that it is turned away. `flood PORT RATE SECONDS ADDRESSES`; the addresses are
// 127.0.1.1 to 127.0.1.10, 127.0.2.1 and so on, ten of each /24. Prints what became of them as JSON.
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned kHostsOfANetwork = 10;
constexpr std::size_t kOpenMax = 4096;  // no more at once: then the server, or this program, is behind

struct Figures {
  std::uint64_t begun = 0;
  std::uint64_t turned_away = 0;
  std::uint64_t let_in = 0;
  std::uint64_t failed = 0;
};

class Flood {
 public:
  Flood(std::uint16_t port, unsigned addresses) : epoll_(::epoll_create1(0)), addresses_(addresses) {
    target_.sin_family = AF_INET;
    target_.sin_port = htons(port);
    target_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }

  bool has_room() const { return open_ < kOpenMax; }
  std::size_t open() const { return open_; }
  const Figures& figures() const { return figures_; }

  void begin_one() {
    const unsigned turn = static_cast<unsigned>(figures_.begun++ % addresses_);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) return void(++figures_.failed);
    const int on = 1;  // or each bind would look for a port that is free with every peer
    ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr =
        htonl(0x7f000000u + ((turn / kHostsOfANetwork + 1) << 8) + turn % kHostsOfANetwork + 1);
    const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&source), sizeof source) == 0;
    const bool begun = bound && (::connect(fd, reinterpret_cast<sockaddr*>(&target_), sizeof target_) == 0 ||
                                 errno == EINPROGRESS);
    epoll_event event{EPOLLIN | EPOLLRDHUP, {.fd = fd}};
    if (!begun || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
      ++figures_.failed;
      ::close(fd);
      return;
    }
    ++open_;
  }

  void take(int wait_ms) {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms);
    for (int i = 0; i < count; ++i) end_one(events[static_cast<std::size_t>(i)].data.fd);
  }

 private:
  void end_one(int fd) {
    std::array<char, 1024> buffer;
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
      ++figures_.failed;
    } else if (std::string_view(buffer.data(), static_cast<std::size_t>(got)).starts_with("ERR")) {
      ++figures_.turned_away;
    } else {
      ++figures_.let_in;
    }
    ::close(fd);
    --open_;
  }

  const int epoll_;
  const unsigned addresses_;
  sockaddr_in target_{};
  std::size_t open_ = 0;
  Figures figures_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fputs("flood PORT RATE SECONDS ADDRESSES\n", stderr), 2;
  Flood flood(static_cast<std::uint16_t>(std::atoi(argv[1])), static_cast<unsigned>(std::atoi(argv[4])));
  const double rate = std::atof(argv[2]);
  const auto start = Clock::now();
  const auto end =
      start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::atof(argv[3])));
  const auto seconds = [start] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  while (Clock::now() < end) {
    const auto due = static_cast<std::uint64_t>(seconds() * rate);
    while (flood.figures().begun < due && flood.has_room()) flood.begin_one();
    flood.take(1);
  }
  const double took = seconds();
  const Figures& figures = flood.figures();
  std::printf(
      "{\"a_second\": %.0f, \"turned_away\": %llu, \"let_in\": %llu, \"failed\": %llu, \"open\": %zu}\n",
      static_cast<double>(figures.begun) / took, static_cast<unsigned long long>(figures.turned_away),
      static_cast<unsigned long long>(figures.let_in), static_cast<unsigned long long>(figures.failed),
      flood.open());
}

// The load for the chat comparison: one room (or channel) of N receivers and one sender with W messages in
// flight. A message is in flight until every receiver has it. Speaks the line protocol (after /bare) and
// Redis pub/sub; takes the server's processor time from /proc, so server and load may share a machine.
//
//   chat_load line|redis HOST PORT PID --receivers N --window W --seconds S [--bytes B]
//   chat_load line|redis HOST PORT PID --idle N          resident bytes per idle member
//
// Prints one JSON object.
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "chat_load: %s\n", why.c_str());
  std::exit(1);
}

struct Options {
  bool redis = false;
  std::string host;
  int port = 0;
  int pid = 0;
  int receivers = 500;
  int window = 8;
  double seconds = 5;
  int bytes = 100;
  int idle = 0;
};

int connect_to(const Options& options) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(options.port));
  ::inet_pton(AF_INET, options.host.c_str(), &address.sin_addr);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die(std::strerror(errno));
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), 0);
    if (sent < 0) die(std::string("send: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void read_until(int fd, std::string_view what) {
  std::string seen;
  std::array<char, 4096> buffer;
  while (seen.find(what) == std::string::npos) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) die("closed before it was ready: " + seen);
    seen.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

std::string bulk(std::string_view word) {
  return "$" + std::to_string(word.size()) + "\r\n" + std::string(word) + "\r\n";
}

/// Nanoseconds of processor time of all threads of `pid`, and their context switches.
struct Usage {
  double cpu_ns = 0;
  double switches = 0;
};
Usage usage_of(int pid) {
  Usage usage;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream schedstat(task.path() / "schedstat");
    double running = 0;
    schedstat >> running;
    usage.cpu_ns += running;
    std::ifstream status(task.path() / "status");
    for (std::string line; std::getline(status, line);) {
      const auto at = line.find("ctxt_switches:");
      if (at != std::string::npos) usage.switches += std::atof(line.c_str() + at + 14);
    }
  }
  return usage;
}

double resident_bytes(int pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

class Room {
 public:
  explicit Room(const Options& options) : options_(options), epoll_(::epoll_create1(0)) {}

  /// Connects `count` members. Many at a time: each arrival is news to all who are there already.
  std::vector<int> join(int first, int count) {
    std::vector<int> members;
    while (static_cast<int>(members.size()) < count) {
      const std::size_t begin = members.size();
      const int batch = std::min(250, count - static_cast<int>(begin));
      for (int i = 0; i < batch; ++i) {
        const int number = first + static_cast<int>(members.size());
        members.push_back(connect_to(options_));
        send_all(members.back(), options_.redis ? "*2\r\n" + bulk("SUBSCRIBE") + bulk("bench")
                                                : "m" + std::to_string(number) + "\n\n/bare\n");
      }
      for (std::size_t i = begin; i < members.size(); ++i) {
        read_until(members[i], options_.redis ? ":1\r\n" : "READY\n");
      }
      for (const int member : members) drain(member);
    }
    return members;
  }

  void run() {
    const std::vector<int> members = join(0, options_.receivers);
    for (std::size_t i = 0; i < members.size(); ++i) {
      epoll_event event{EPOLLIN, {.u32 = static_cast<std::uint32_t>(i)}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, members[i], &event);
    }
    const int sender = options_.redis ? connect_to(options_) : join(options_.receivers, 1).front();
    settle(members);

    const std::string text(static_cast<std::size_t>(options_.bytes), 'x');
    const std::string message =
        options_.redis ? "*3\r\n" + bulk("PUBLISH") + bulk("bench") + bulk(text) : text + "\n";
    frame_bytes_ = options_.redis
                       ? ("*3\r\n" + bulk("message") + bulk("bench") + bulk(text)).size()
                       : ("MSG #bench m" + std::to_string(options_.receivers) + " " + text + "\n").size();
    received_.assign(members.size(), 0);

    const Usage before = usage_of(options_.pid);
    const auto start = Clock::now();
    const auto end = start + std::chrono::duration<double>(options_.seconds);
    std::uint64_t sent = 0;
    std::vector<std::uint32_t> have(1024, 0);  // receivers that have message k, for k in flight
    std::uint64_t complete = 0;
    std::vector<char> buffer(1 << 16);
    std::vector<char> answers(1 << 16);
    std::vector<epoll_event> events(512);
    while (true) {
      const bool over = Clock::now() >= end;
      std::string burst;
      while (!over && sent - complete < static_cast<std::uint64_t>(options_.window)) {
        burst += message;
        ++sent;
      }
      if (!burst.empty()) send_all(sender, burst);
      if (over && complete == sent) break;
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1000);
      for (int i = 0; i < count; ++i) {
        const std::uint32_t member = events[static_cast<std::size_t>(i)].data.u32;
        const ssize_t got = ::recv(members[member], buffer.data(), buffer.size(), 0);
        if (got <= 0) die("a receiver was disconnected");
        const std::uint64_t old_frames = received_[member] / frame_bytes_;
        received_[member] += static_cast<std::uint64_t>(got);
        for (std::uint64_t k = old_frames; k < received_[member] / frame_bytes_; ++k) {
          if (++have[k % have.size()] == members.size()) {
            have[k % have.size()] = 0;
            ++complete;
          }
        }
      }
      while (options_.redis && ::recv(sender, answers.data(), answers.size(), MSG_DONTWAIT) > 0) {
      }
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    const Usage after = usage_of(options_.pid);
    const double deliveries = static_cast<double>(sent) * static_cast<double>(members.size());
    std::printf(
        "{\"messages\":%llu,\"deliveries\":%.0f,\"deliveries_per_s\":%.0f,\"cpu_us_per_delivery\":%.4f,"
        "\"switches_per_message\":%.2f}\n",
        static_cast<unsigned long long>(sent), deliveries, deliveries / seconds,
        (after.cpu_ns - before.cpu_ns) / 1000 / deliveries,
        (after.switches - before.switches) / static_cast<double>(sent));
  }

  void idle() {
    const double before = resident_bytes(options_.pid);
    const std::vector<int> members = join(0, options_.idle);
    settle(members);
    std::printf("{\"idle_bytes_per_client\":%.0f}\n",
                (resident_bytes(options_.pid) - before) / options_.idle);
  }

 private:
  static void drain(int fd) {
    std::array<char, 65536> buffer;
    while (::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
    }
  }
  /// Until nothing more comes of the arrivals.
  static void settle(const std::vector<int>& members) {
    ::usleep(500'000);
    for (const int fd : members) drain(fd);
  }

  const Options& options_;
  int epoll_;
  std::size_t frame_bytes_ = 0;
  std::vector<std::uint64_t> received_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5)
    die("usage: chat_load line|redis HOST PORT PID [--receivers N --window W --seconds S --bytes B | --idle "
        "N]");
  Options options;
  options.redis = std::string_view(argv[1]) == "redis";
  options.host = argv[2];
  options.port = std::atoi(argv[3]);
  options.pid = std::atoi(argv[4]);
  for (int i = 5; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--receivers")
      options.receivers = std::atoi(argv[i + 1]);
    else if (name == "--window")
      options.window = std::min(std::atoi(argv[i + 1]), 1000);
    else if (name == "--seconds")
      options.seconds = std::atof(argv[i + 1]);
    else if (name == "--bytes")
      options.bytes = std::atoi(argv[i + 1]);
    else if (name == "--idle")
      options.idle = std::atoi(argv[i + 1]);
    else
      die("unknown option " + std::string(name));
  }
  Room room(options);
  if (options.idle > 0)
    room.idle();
  else
    room.run();
}

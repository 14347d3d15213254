// A slow path: joins two network namespaces by a TUN device in each and carries IP packets between them with
// delay, a rate cap with a drop-tail queue, and random loss. What netem does, for kernels that are built
// without it.
//
//   bench_slow_path NAMESPACE_A NAMESPACE_B [--delay-ms D] [--rate N] [--queue N] [--loss P] [--seed N]
//
// Each direction by itself: a packet is lost with probability P; else it waits for its turn at the cap, N
// packets a second, unless N others wait there already, when it is dropped; D ms later it arrives. Without
// --rate there is no cap. Makes the device `slow0` in each namespace (`ip netns add` names them), without
// addresses and down, prints "ready", and carries until SIGTERM or SIGINT; then prints what it did as JSON:
// what it lost and dropped, and by how much packets were late (behind their time) at worst.
//
// On time within a fraction of a millisecond, beside a scanner that takes both cores: it runs at real-time
// priority if it may, and looks at its devices every 100 us while something is on the way rather than be
// woken for every packet. Measured with ping, D = 10: 20.19 ms there and back, with a deviation of 0.06. A
// packet costs it 1.8 us of processor, both stacks' work included: bursts faster than that are late, and
// `late_us` tells by how much.
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <string_view>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr std::size_t kPacketSizeMax = 65536;  // of IP
// What a device holds until we read it: much more than comes in the longest time that we are not on a
// processor.
constexpr int kDevicePackets = 32768;
constexpr std::size_t kOnTheWayMax = 1
                                     << 18;  // packets a direction: a bound on memory, which no scan comes to
constexpr nanoseconds kTurn = microseconds(100);
constexpr int kPacketsATurn = 32;  // of one kind; then the others have their turn, so that none is seen late

struct Options {
  std::array<const char*, 2> namespaces{};
  nanoseconds delay{};
  double packets_per_s = 0;  // 0: no cap
  double queue_packets = 200;
  double loss = 0;  // 0 to 1
  std::uint64_t seed = 1;
};

struct Packet {
  Clock::time_point due;
  std::string bytes;
};

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "slow_path: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

/// The device `slow0` in a namespace, where this thread is from then on.
int open_device(const char* name) {
  const std::string path = std::string("/run/netns/") + name;
  const int space = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (space < 0 || ::setns(space, CLONE_NEWNET) != 0) die(path);
  ::close(space);
  const int fd = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) die("/dev/net/tun");
  ifreq request{};
  std::strcpy(request.ifr_name, "slow0");
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (::ioctl(fd, TUNSETIFF, &request) != 0) die(path + ": slow0");
  const int control = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  request.ifr_qlen = kDevicePackets;
  if (::ioctl(control, SIOCSIFTXQLEN, &request) != 0) die("the queue of slow0");
  ::close(control);
  return fd;
}

/// One way of the path.
class Direction {
 public:
  Direction(const Options& options, int from, int to, std::uint64_t seed)
      : options_(options), from_(from), to_(to), random_(seed) {}

  /// Takes what has come; whether there may be more.
  bool take() {
    for (int i = 0; i < kPacketsATurn; ++i) {
      const ssize_t got = ::read(from_, buffer_.data(), buffer_.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && (errno == EAGAIN || errno == EIO)) return false;  // EIO: the device is down as yet
      if (got <= 0) die("read");
      accept({buffer_.data(), static_cast<std::size_t>(got)}, Clock::now());
    }
    return true;
  }

  /// Hands over what is due; whether there may be more.
  bool give() {
    for (int i = 0; i < kPacketsATurn; ++i) {
      if (on_the_way_.empty()) return false;
      const Packet& packet = on_the_way_.front();
      const auto now = Clock::now();
      if (packet.due > now) return false;
      late_max_ = std::max(late_max_, now - packet.due);
      late_sum_ += now - packet.due;
      // What cannot be handed over is lost, as anywhere: the device is down, or its namespace is short of
      // memory.
      const bool is_taken = ::write(to_, packet.bytes.data(), packet.bytes.size()) > 0;
      ++(is_taken ? forwarded_ : refused_);
      on_the_way_.pop_front();
    }
    return true;
  }

  bool is_idle() const { return on_the_way_.empty(); }

  void print(const char* name, const char* after) const {
    const auto in_us = [](nanoseconds time) {
      return std::chrono::duration<double, std::micro>(time).count();
    };
    const auto given = std::max<std::uint64_t>(forwarded_ + refused_, 1);
    std::printf(
        "\"%s\":{\"forwarded\":%llu,\"lost\":%llu,\"dropped\":%llu,\"refused\":%llu,\"queue_max\":%.0f,"
        "\"late_us_mean\":%.1f,\"late_us_max\":%.1f}%s",
        name, static_cast<unsigned long long>(forwarded_), static_cast<unsigned long long>(lost_),
        static_cast<unsigned long long>(dropped_), static_cast<unsigned long long>(refused_), waiting_max_,
        in_us(late_sum_) / static_cast<double>(given), in_us(late_max_), after);
  }

 private:
  void accept(std::string_view bytes, Clock::time_point now) {
    if (options_.loss > 0 && std::uniform_real_distribution<double>()(random_) < options_.loss) {
      ++lost_;
      return;
    }
    auto leaves = now;
    if (options_.packets_per_s > 0) {
      // Who waits at the cap follows from when it will be free.
      const auto until_free = std::chrono::duration<double>(free_at_ - now).count();
      const double waiting = std::max(until_free, 0.0) * options_.packets_per_s;
      // `waiting` counts the one that is leaving now, which has its own place.
      if (waiting > options_.queue_packets) {
        ++dropped_;
        return;
      }
      waiting_max_ = std::max(waiting_max_, waiting);
      leaves = std::max(now, free_at_) +
               duration_cast<nanoseconds>(std::chrono::duration<double>(1 / options_.packets_per_s));
      free_at_ = leaves;
    }
    if (on_the_way_.size() >= kOnTheWayMax) {
      ++dropped_;
      return;
    }
    on_the_way_.push_back({leaves + options_.delay, std::string(bytes)});
  }

  const Options& options_;
  int from_;
  int to_;
  std::mt19937_64 random_;
  std::deque<Packet> on_the_way_;  // in the order of `due`
  Clock::time_point free_at_{};    // when the cap lets the next one pass
  std::uint64_t forwarded_ = 0;
  std::uint64_t lost_ = 0;     // at random
  std::uint64_t dropped_ = 0;  // the queue was full
  std::uint64_t refused_ = 0;  // the device did not take it
  double waiting_max_ = 0;
  nanoseconds late_max_{};
  nanoseconds late_sum_{};
  std::array<char, kPacketSizeMax> buffer_{};
};

volatile std::sig_atomic_t is_over = 0;

[[noreturn]] void usage(std::string_view what) {
  std::fprintf(stderr,
               "slow_path: %.*s\nusage: bench_slow_path NAMESPACE_A NAMESPACE_B [--delay-ms D] [--rate N] "
               "[--queue N] [--loss P] [--seed N]\n",
               static_cast<int>(what.size()), what.data());
  std::exit(2);
}

Options read_options(int argc, char** argv) {
  if (argc < 3 || argc % 2 == 0) usage("two namespaces, and a value for every option");
  Options options;
  options.namespaces = {argv[1], argv[2]};
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    char* end = nullptr;
    const double value = std::strtod(argv[i + 1], &end);
    if (end == argv[i + 1] || *end != '\0' || !(value >= 0) || value > 1e9) usage(argv[i + 1]);
    if (name == "--delay-ms") {
      options.delay = duration_cast<nanoseconds>(std::chrono::duration<double, std::milli>(value));
    } else if (name == "--rate") {
      options.packets_per_s = value;
    } else if (name == "--queue") {
      options.queue_packets = value;
    } else if (name == "--loss") {
      options.loss = value;
    } else if (name == "--seed") {
      options.seed = static_cast<std::uint64_t>(value);
    } else {
      usage(name);
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  const int a = open_device(options.namespaces[0]);
  const int b = open_device(options.namespaces[1]);
  Direction there(options, a, b, 2 * options.seed);
  Direction back(options, b, a, 2 * options.seed + 1);

  const sched_param priority{.sched_priority = 1};
  const bool is_real_time = ::sched_setscheduler(0, SCHED_FIFO, &priority) == 0;
  ::prctl(PR_SET_TIMERSLACK,
          1000UL);  // ns, for the sleeps between turns where there is no real-time priority

  // The signals come only while it sleeps, so that none falls between the look at `is_over` and the sleep.
  sigset_t signals;
  sigset_t unblocked;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::sigprocmask(SIG_BLOCK, &signals, &unblocked);
  struct sigaction action {};
  action.sa_handler = [](int) { is_over = 1; };
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);

  std::puts("ready");
  std::fflush(stdout);
  std::array<pollfd, 2> devices{{{a, POLLIN, 0}, {b, POLLIN, 0}}};
  const timespec turn{0, kTurn.count()};
  nanoseconds gap_max{};  // between two looks at the devices while something is on the way: no packet waits
                          // longer unseen
  Clock::time_point looked_at = Clock::now();
  bool was_idle = true;
  while (is_over == 0) {
    const auto now = Clock::now();
    if (!was_idle) gap_max = std::max(gap_max, now - looked_at);
    looked_at = now;
    const int more = there.take() + back.take() + there.give() + back.give();
    was_idle = there.is_idle() && back.is_idle();
    if (more > 0) continue;
    // Idle: until a packet comes. Else a turn's time, whatever comes.
    ::ppoll(devices.data(), was_idle ? devices.size() : 0, was_idle ? nullptr : &turn, &unblocked);
  }

  std::printf("{");
  there.print("there", ",");
  back.print("back", ",");
  std::printf("\"gap_us_max\":%.1f,\"real_time\":%s}\n",
              std::chrono::duration<double, std::micro>(gap_max).count(), is_real_time ? "true" : "false");
  return 0;
}

#include "load/echo_load.h"

#include "base/text.h"
#include "load/latencies.h"
#include "load/readable.h"
#include "load/usage.h"
#include "net/fd.h"

#include <fmt/core.h>
#include <poll.h>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <limits>
#include <random>
#include <utility>
#include <vector>

namespace veche::load {
namespace {

using base::fail;
using base::Result;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kStop =
    std::numeric_limits<std::size_t>::max();  // the index of the descriptor that ends it
constexpr std::size_t kPlaces = 4096;         // where in the text a message may begin
constexpr std::size_t kStride = 61;
constexpr std::size_t kRefusalBytesMax = 200;
constexpr std::size_t kReadBytes = 65536;

enum class State : std::uint8_t { asking, served, gone };

struct Client {
  net::Fd socket;
  State state = State::asking;
  bool in_flight = false;
  std::uint32_t place = 0;
  std::size_t sent = 0, received = 0;
  Clock::time_point since;
  std::string said{};  // instead of what it was asked
};

double own_cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

/// A connected socket; only connecting blocks.
Result<net::Fd> connected(const EchoLoadOptions& options) {
  net::Fd socket(::socket(options.target.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return fail("socket", base::errno_text(errno));
  const timeval timeout{options.patience.count(), 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);  // connect's too
  if (::connect(socket.get(), options.target.data(), options.target.size()) != 0) {
    return fail("connect to " + options.target.text(),
                base::errno_text(errno == EINPROGRESS ? ETIMEDOUT : errno));
  }
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

class EchoLoad {
 public:
  explicit EchoLoad(const EchoLoadOptions& options)
      : options_(options), text_(options.message_bytes + kPlaces, 0) {
    std::mt19937_64 random(options.message_bytes);
    for (char& c : text_) c = static_cast<char>(random());
    figures_.clients = options.clients;
    figures_.message_bytes = options.message_bytes;
    figures_.of_server = options.pid > 0;
    if (options.stop >= 0) readable_.add(options.stop, kStop);
  }

  Result<EchoFigures> run() {
    const Usage empty = usage_of_family(options_.pid);
    if (auto done = connect_all(); !done) return tl::unexpected(done.error());
    if (auto done = greet(); !done) return tl::unexpected(done.error());
    if (figures_.of_server) {
      if (auto done = rest(empty); !done) return tl::unexpected(done.error());
    }
    if (auto done = ping_pong(); !done) return tl::unexpected(done.error());
    return std::move(figures_);
  }

 private:
  /// Connects, and sends the first message.
  Result<> connect_all() {
    clients_.reserve(options_.clients);
    for (std::size_t i = 0; i < options_.clients; ++i) {
      if (i % 64 == 0 && stopped(0)) return interrupted();
      auto socket = connected(options_);
      if (!socket && i == 0) return tl::unexpected(socket.error());
      if (!socket) {  // the rest would fare no better, each after its patience
        figures_.refused = options_.clients - i;
        figures_.refusal = socket.error().text();
        return {};
      }
      Client& client = clients_.emplace_back();
      client.socket = std::move(*socket);
      client.place = static_cast<std::uint32_t>(i * kStride % kPlaces);
      readable_.add(client.socket.get(), i, EPOLLIN | EPOLLOUT | EPOLLET);
      ++asking_;
      say(client, Clock::now());
    }
    return {};
  }

  /// Until everybody has had his first message back, was refused, or nothing happens any more.
  Result<> greet() {
    auto since = Clock::now();
    for (std::size_t before = asking_; asking_ > 0 && Clock::now() < since + options_.quiet;) {
      if (auto done = turn(); !done) return done;
      if (asking_ == before) continue;
      before = asking_;
      since = Clock::now();
    }
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      Client& client = clients_[i];
      if (client.state != State::asking) continue;
      if (!client.said.empty()) return other_bytes(i, client.said);
      readable_.remove(client.socket.get());
      client.in_flight = false;
      --in_flight_;
      ++figures_.waiting;
    }
    if (figures_.served > 0) return {};
    return fail(fmt::format("{} clients", options_.clients), "none of them was served",
                figures_.waiting > 0 ? "they are connected, and get no answer" : figures_.refusal);
  }

  Result<> rest(const Usage& empty) {
    bool going = true;
    const auto resident = [this] { return usage_of_family(options_.pid).resident_bytes; };
    const auto pause = [&] { return going = !stopped(100); };
    const double bytes = resident_at_rest(resident, pause) - empty.resident_bytes;
    if (!going) return interrupted();
    figures_.idle_bytes_per_client = bytes / static_cast<double>(figures_.served + figures_.waiting);
    return {};
  }

  /// The measured part. The server is at rest before its first message and after its last, so that all of
  /// what it used in between is theirs.
  Result<> ping_pong() {
    const Usage before = usage_of_family(options_.pid);
    const double own_before = own_cpu_ns();
    const auto start = last_ = Clock::now();
    end_ = start + options_.duration;
    for (Client& client : clients_) {
      if (client.state == State::served) say(client, Clock::now());
    }
    while (in_flight_ > 0) {
      if (auto done = turn(); !done) return done;
      if (last_ < end_ + options_.patience && Clock::now() < end_ + options_.patience) continue;
      figures_.lost += in_flight_;
      figures_.loss = "no answer";
      break;
    }
    if (figures_.messages == 0) {
      return fail("every client", "was lost under load", figures_.loss);
    }
    const double ns = std::chrono::duration<double, std::nano>(last_ - start).count();
    const double own = own_cpu_ns() - own_before;
    const Usage after = usage_of_family(options_.pid);
    const auto messages = static_cast<double>(figures_.messages);
    figures_.seconds = ns / 1e9;
    figures_.load_share = own / ns;
    figures_.latency_ms_p50 = latencies_.quantile_ms(0.5);
    figures_.latency_ms_p99 = latencies_.quantile_ms(0.99);
    figures_.cpu_us_per_message = (after.cpu_ns - before.cpu_ns) / 1000 / messages;
    figures_.switches_per_message = (after.switches - before.switches) / messages;
    figures_.server_share = (after.cpu_ns - before.cpu_ns) / ns;
    return {};
  }

  Result<> turn() {
    return readable_.each(std::chrono::milliseconds{100},
                          [this](std::size_t index) { return index == kStop ? interrupted() : take(index); });
  }

  Result<> take(std::size_t index) {
    Client& client = clients_[index];
    if (client.state == State::gone) return {};
    if (client.sent < options_.message_bytes && client.in_flight && !send_rest(client)) return {};
    while (true) {
      const ssize_t got = ::recv(client.socket.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) return {};
      if (got <= 0) {
        lose(client, got == 0 ? "the server closed the connection" : base::errno_text(errno));
        return {};
      }
      const std::string_view bytes(buffer_.data(), static_cast<std::size_t>(got));
      if (!client.said.empty() || !expected(client, bytes)) {
        if (client.state == State::served || client.said.size() > kRefusalBytesMax)
          return other_bytes(index, bytes);
        client.said += bytes;
      } else if ((client.received += bytes.size()) == options_.message_bytes) {
        answered(client);
        // Edge-triggered: a short read says that nothing is left, unless it is the end; and that is for the
        // next message to find. In the midst of one it is read for.
        if (client.state == State::gone || bytes.size() < buffer_.size()) return {};
      }
    }
  }

  bool expected(const Client& client, std::string_view bytes) const {
    return client.received + bytes.size() <= client.sent &&
           std::memcmp(bytes.data(), text_.data() + client.place + client.received, bytes.size()) == 0;
  }

  void answered(Client& client) {
    client.in_flight = false;
    --in_flight_;
    if (client.state == State::asking) {
      client.state = State::served;
      --asking_;
      ++figures_.served;
      return;
    }
    last_ = Clock::now();
    latencies_.add(last_ - client.since);
    ++figures_.messages;
    if (last_ < end_) say(client, last_);
  }

  void say(Client& client, Clock::time_point now) {
    client.place = static_cast<std::uint32_t>((client.place + kStride) % kPlaces);
    client.sent = client.received = 0;
    client.since = now;
    client.in_flight = true;
    ++in_flight_;
    send_rest(client);
  }

  /// False if the client was lost over it.
  bool send_rest(Client& client) {
    const ssize_t sent = ::send(client.socket.get(), text_.data() + client.place + client.sent,
                                options_.message_bytes - client.sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      client.sent += static_cast<std::size_t>(sent);
      return true;
    }
    if (errno == EAGAIN) return true;
    // Who is refused may have been told why: that is still to be read, and then it is lost.
    if (client.state == State::asking) return true;
    lose(client, base::errno_text(errno));
    return false;
  }

  void lose(Client& client, const std::string& why) {
    if (client.in_flight) --in_flight_;
    client.in_flight = false;
    if (client.state == State::asking) {
      --asking_;
      ++figures_.refused;
      if (figures_.refusal.empty()) figures_.refusal = client.said.empty() ? why : shown(client.said);
    } else {
      ++figures_.lost;
      if (figures_.loss.empty()) figures_.loss = why;
    }
    client.state = State::gone;
    client.socket.reset();
  }

  static std::string shown(std::string_view bytes) {
    std::string text(bytes.substr(0, std::min(bytes.find_first_of("\r\n"), kRefusalBytesMax)));
    return base::is_utf8(text) ? base::printable(text) : fmt::format("{} bytes", bytes.size());
  }

  static Result<> other_bytes(std::size_t index, std::string_view bytes) {
    return fail(fmt::format("client {}", index + 1), "got other bytes back than it sent",
                fmt::format("this is no echo: '{}'", shown(bytes)));
  }
  static Result<> interrupted() { return fail("the load", "was interrupted"); }

  bool stopped(int wait_ms) const {
    pollfd stop{options_.stop, POLLIN, 0};  // a negative one is nobody's: then this only waits
    return ::poll(&stop, 1, wait_ms) > 0;
  }

  const EchoLoadOptions& options_;
  std::string text_;
  Readable readable_;
  std::vector<Client> clients_;
  std::vector<char> buffer_ = std::vector<char>(kReadBytes);
  std::size_t asking_ = 0, in_flight_ = 0;
  Clock::time_point end_, last_;
  Latencies latencies_;
  EchoFigures figures_;
};

}  // namespace

Result<EchoFigures> run_echo_load(const EchoLoadOptions& options) { return EchoLoad(options).run(); }

}  // namespace veche::load

#include "load/chat_load.h"

#include "load/readable.h"
#include "load/usage.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace veche::load {
namespace {

/// Who only logs in has another number than any member of a room, which may be another load's.
constexpr std::size_t kFirstVisitor = 500'000;

using Clock = std::chrono::steady_clock;
using std::chrono::duration;

constexpr std::size_t kStampChars = 16;  // a time in hexadecimal, at the head of a paced message

double seconds_since(Clock::time_point start) { return duration<double>(Clock::now() - start).count(); }

base::Error disconnected() { return {"a client", "was disconnected under load", ""}; }

class ChatLoad {
 public:
  ChatLoad(const ChatLoadOptions& options, const Dialect& dialect)
      : options_(options),
        dialect_(dialect),
        crowd_(dialect, options.crowd),
        text_(options.message_bytes, 'x') {}

  base::Result<ChatLoadResult> run() {
    switch (options_.mode) {
      case LoadMode::saturate:
        return saturate();
      case LoadMode::paced:
        return paced();
      case LoadMode::idle:
        return idle();
      case LoadMode::logins:
        break;
    }
    return log_ins();
  }

 private:
  // One room's messages in flight.
  struct Room {
    std::uint64_t sent = 0;
    std::uint64_t complete = 0;
    std::vector<std::uint32_t> have;  // members that have message k, for k in flight
  };

  base::Result<ChatLoadResult> saturate() {
    if (auto done = gather(); !done) return tl::unexpected(done.error());
    const std::size_t speaking = crowd_.senders().size();
    const std::size_t frame = dialect_.heard(0, 0, text_).size();
    std::vector<Room> rooms(speaking);
    for (Room& room : rooms) room.have.assign(options_.window, 0);
    std::vector<std::uint64_t> received(crowd_.members().size(), 0);  // bytes

    const Usage before = usage_of(options_.pid);
    const auto start = Clock::now();
    const auto end = start + options_.duration;
    std::uint64_t in_flight = 0;
    const auto take = [&](std::size_t index) -> base::Result<> {
      if (index >= received.size()) return skip(crowd_.senders()[index - received.size()]);
      const Member& member = crowd_.members()[index];
      const ssize_t got = ::recv(member.socket.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) return {};
      if (got <= 0) return tl::unexpected(disconnected());
      const std::uint64_t first = received[index] / frame;
      received[index] += static_cast<std::uint64_t>(got);
      Room& room = rooms[member.room];
      for (std::uint64_t k = first; k < received[index] / frame; ++k) {
        std::uint32_t& have = room.have[k % options_.window];
        if (++have < options_.crowd.members) continue;
        have = 0;
        ++room.complete;
        --in_flight;
      }
      return {};
    };
    bool over = false;
    do {
      over = Clock::now() >= end;
      for (std::size_t i = 0; i < speaking && !over; ++i) {
        Room& room = rooms[i];
        std::string burst;
        for (; room.sent - room.complete < options_.window; ++room.sent, ++in_flight)
          burst += dialect_.say(i, text_);
        if (burst.empty()) continue;
        if (auto done = send_all(crowd_.senders()[i].socket.get(), burst); !done)
          return tl::unexpected(done.error());
      }
      if (over && in_flight > 0 && Clock::now() > end + options_.crowd.patience) {
        return base::fail("load", fmt::format("{} messages were not delivered", in_flight));
      }
      if (auto done = readable_.each(std::chrono::milliseconds{100}, take); !done)
        return tl::unexpected(done.error());
    } while (!over || in_flight > 0);

    ChatLoadResult result;
    result.seconds = seconds_since(start);
    for (const Room& room : rooms) result.messages += room.sent;
    result.deliveries = result.messages * options_.crowd.members;
    charge(result, before);
    return result;
  }

  base::Result<ChatLoadResult> paced() {
    if (auto done = gather(); !done) return tl::unexpected(done.error());
    const std::string text(std::max(options_.message_bytes, kStampChars), 'x');
    const std::string frame = dialect_.heard(crowd_.senders().front().number, 0, text);
    const std::size_t stamp_at = frame.find(text);
    std::vector<std::string> partial(crowd_.members().size());
    std::vector<float> latencies_ms;

    const Usage before = usage_of(options_.pid);
    const auto start = Clock::now();
    const auto interval = std::chrono::duration_cast<Clock::duration>(duration<double>(1 / options_.rate));
    const auto total =
        static_cast<std::uint64_t>(options_.rate * duration<double>(options_.duration).count());
    const std::uint64_t expected = total * options_.crowd.members;
    latencies_ms.reserve(expected);
    const auto take = [&](std::size_t index) -> base::Result<> {
      if (index >= partial.size()) return skip(crowd_.senders()[index - partial.size()]);
      const ssize_t got =
          ::recv(crowd_.members()[index].socket.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) return {};
      if (got <= 0) return tl::unexpected(disconnected());
      const auto now = (Clock::now() - start).count();
      std::string& bytes = partial[index].append(buffer_.data(), static_cast<std::size_t>(got));
      std::size_t at = 0;
      for (; at + frame.size() <= bytes.size(); at += frame.size()) {
        std::int64_t due = 0;
        const char* stamp = bytes.data() + at + stamp_at;
        std::from_chars(stamp, stamp + kStampChars, due, 16);
        latencies_ms.push_back(static_cast<float>(static_cast<double>(now - due) / 1e6));
      }
      bytes.erase(0, at);
      return {};
    };
    std::uint64_t sent = 0;
    while (latencies_ms.size() < expected) {
      const auto now = Clock::now();
      // A message is stamped with when it was due: one that is sent late is late for those who wait for it.
      for (; sent < total && start + static_cast<std::int64_t>(sent) * interval <= now; ++sent) {
        const auto due = static_cast<std::int64_t>(sent) * interval;
        const std::string said = fmt::format("{:016x}{}", due.count(), text.substr(kStampChars));
        const auto done = send_all(crowd_.senders().front().socket.get(), dialect_.say(0, said));
        if (!done) return tl::unexpected(done.error());
      }
      if (now > start + static_cast<std::int64_t>(total) * interval + options_.crowd.patience) {
        return base::fail("load", fmt::format("{} deliveries did not come", expected - latencies_ms.size()));
      }
      const auto wait = sent < total ? start + static_cast<std::int64_t>(sent) * interval - now : interval;
      if (auto done = readable_.each(wait, take); !done) return tl::unexpected(done.error());
    }
    ChatLoadResult result;
    result.seconds = seconds_since(start);
    result.messages = total;
    result.deliveries = expected;
    charge(result, before);
    std::sort(latencies_ms.begin(), latencies_ms.end());
    const auto quantile = [&](double part) {
      const auto index = static_cast<std::size_t>(part * static_cast<double>(latencies_ms.size()));
      return latencies_ms.empty()
                 ? 0.0
                 : static_cast<double>(latencies_ms[std::min(index, latencies_ms.size() - 1)]);
    };
    result.latency_ms_median = quantile(0.5);
    result.latency_ms_p99 = quantile(0.99);
    result.latency_ms_p999 = quantile(0.999);
    result.latency_ms_max = quantile(1);
    return result;
  }

  base::Result<ChatLoadResult> idle() {
    const Usage before = usage_of(options_.pid);
    if (auto done = crowd_.settle(); !done) return tl::unexpected(done.error());
    ChatLoadResult result;
    const auto clients = static_cast<double>(crowd_.members().size() + crowd_.senders().size());
    const auto resident = [this] { return usage_of(options_.pid).resident_bytes; };
    const auto pause = [] {
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
      return true;
    };
    result.idle_bytes_per_client = (resident_at_rest(resident, pause) - before.resident_bytes) / clients;
    return result;
  }

  base::Result<ChatLoadResult> log_ins() {
    struct Client {
      net::Fd socket;
      std::string seen;
    };
    std::vector<Client> clients(options_.window);
    std::size_t number = kFirstVisitor;
    std::uint64_t done_count = 0;
    const std::string answer = dialect_.logged_in();
    const auto begin = [&](std::size_t index) -> base::Result<> {
      auto socket = connect_to(options_.crowd.target, options_.crowd.patience);
      if (!socket) return tl::unexpected(socket.error());
      // Closed by a reset: what is left waiting in TIME_WAIT would use up the ports.
      const linger now{1, 0};
      ::setsockopt(socket->get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
      clients[index] = {std::move(*socket), {}};
      readable_.add(clients[index].socket.get(), index);
      return send_all(clients[index].socket.get(), dialect_.log_in(number++));
    };
    const Usage before = usage_of(options_.pid);
    const auto start = Clock::now();
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (auto done = begin(i); !done) return tl::unexpected(done.error());
    }
    const auto take = [&](std::size_t index) -> base::Result<> {
      Client& client = clients[index];
      const ssize_t got = ::recv(client.socket.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) return {};
      if (got <= 0) return tl::unexpected(disconnected());
      client.seen.append(buffer_.data(), static_cast<std::size_t>(got));
      if (client.seen.find(answer) == std::string::npos) return {};
      ++done_count;
      client.socket.reset();
      return begin(index);
    };
    while (Clock::now() < start + options_.duration) {
      if (auto done = readable_.each(std::chrono::milliseconds{100}, take); !done)
        return tl::unexpected(done.error());
    }
    ChatLoadResult result;
    result.seconds = seconds_since(start);
    result.messages = done_count;
    result.logins_per_s = static_cast<double>(done_count) / result.seconds;
    const Usage after = usage_of(options_.pid);
    if (done_count > 0)
      result.cpu_us_per_login = (after.cpu_ns - before.cpu_ns) / 1000 / static_cast<double>(done_count);
    return result;
  }

  base::Result<> gather() {
    if (auto done = crowd_.gather(); !done) return done;
    std::size_t index = 0;
    for (const Member& member : crowd_.members()) readable_.add(member.socket.get(), index++);
    for (const Member& sender : crowd_.senders()) readable_.add(sender.socket.get(), index++);
    return {};
  }

  /// What a sender hears is nobody's measure.
  base::Result<> skip(const Member& sender) {
    const ssize_t got = ::recv(sender.socket.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    return got == 0 ? base::Result<>(tl::unexpected(disconnected())) : base::Result<>();
  }

  void charge(ChatLoadResult& result, const Usage& before) const {
    const Usage after = usage_of(options_.pid);
    if (result.deliveries == 0) return;
    result.cpu_us_per_delivery =
        (after.cpu_ns - before.cpu_ns) / 1000 / static_cast<double>(result.deliveries);
    result.switches_per_message = (after.switches - before.switches) / static_cast<double>(result.messages);
  }

  const ChatLoadOptions& options_;
  const Dialect& dialect_;
  Crowd crowd_;
  Readable readable_;
  const std::string text_;
  std::vector<char> buffer_ = std::vector<char>(1 << 16);
};

std::string_view mode_name(LoadMode mode) { return mode_names()[static_cast<std::size_t>(mode)]; }

double rounded(double value) { return std::round(value * 10'000) / 10'000; }

}  // namespace

std::span<const std::string_view> mode_names() {
  static constexpr std::array<std::string_view, 4> kNames = {"saturate", "paced", "idle", "logins"};
  return kNames;
}

base::Result<ChatLoadResult> run_chat_load(const ChatLoadOptions& options) {
  const auto dialect = make_dialect(options.protocol);
  if (!dialect) return tl::unexpected(dialect.error());
  return ChatLoad(options, **dialect).run();
}

std::string json_of(const ChatLoadOptions& options, const ChatLoadResult& result) {
  boost::json::object object{
      {"mode", boost::json::string_view(mode_name(options.mode).data(), mode_name(options.mode).size())},
      {"protocol", options.protocol}};
  if (options.mode == LoadMode::logins) {
    object["logins"] = result.messages;
    object["logins_per_s"] = std::round(result.logins_per_s);
    object["cpu_us_per_login"] = rounded(result.cpu_us_per_login);
    return boost::json::serialize(object) + "\n";
  }
  object["rooms"] = options.crowd.rooms;
  object["members"] = options.crowd.members;
  if (options.mode == LoadMode::idle) {
    object["idle_bytes_per_client"] = std::round(result.idle_bytes_per_client);
    return boost::json::serialize(object) + "\n";
  }
  object["senders"] = options.crowd.senders;
  object["bytes"] = options.message_bytes;
  object["messages"] = result.messages;
  object["deliveries"] = result.deliveries;
  object["deliveries_per_s"] = std::round(static_cast<double>(result.deliveries) / result.seconds);
  object["cpu_us_per_delivery"] = rounded(result.cpu_us_per_delivery);
  object["switches_per_message"] = rounded(result.switches_per_message);
  if (options.mode == LoadMode::saturate) {
    object["window"] = options.window;
  } else {
    object["rate"] = options.rate;
    object["median_ms"] = rounded(result.latency_ms_median);
    object["p99_ms"] = rounded(result.latency_ms_p99);
    object["p999_ms"] = rounded(result.latency_ms_p999);
    object["max_ms"] = rounded(result.latency_ms_max);
  }
  return boost::json::serialize(object) + "\n";
}

std::string text_of(const ChatLoadOptions& options, const ChatLoadResult& result) {
  switch (options.mode) {
    case LoadMode::logins:
      return fmt::format(
          "{} log-ins in {:.1f} s: {:.0f} a second, {:.1f} us of the server's processor each\n",
          result.messages, result.seconds, result.logins_per_s, result.cpu_us_per_login);
    case LoadMode::idle:
      return fmt::format("{:.0f} bytes of the server's memory a client\n", result.idle_bytes_per_client);
    case LoadMode::saturate:
      return fmt::format(
          "{} messages, {} deliveries in {:.1f} s: {:.0f} a second, {:.4f} us of the server's processor "
          "each\n",
          result.messages, result.deliveries, result.seconds,
          static_cast<double>(result.deliveries) / result.seconds, result.cpu_us_per_delivery);
    case LoadMode::paced:
      break;
  }
  return fmt::format("{} deliveries: median {:.2f} ms, 99 % {:.2f}, 99.9 % {:.2f}, worst {:.2f}\n",
                     result.deliveries, result.latency_ms_median, result.latency_ms_p99,
                     result.latency_ms_p999, result.latency_ms_max);
}

}  // namespace veche::load

#include "load/chat_load.h"

#include "load/dialect.h"
#include "load/pace.h"
#include "load/readable.h"
#include "load/usage.h"

#include <fmt/core.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace veche::load {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration;

double seconds_since(Clock::time_point start) { return duration<double>(Clock::now() - start).count(); }

PaceOptions pace_of(const ChatLoadOptions& options) {
  return {options.rate, options.message_bytes, options.crowd.patience};
}

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
        return log_ins();
      case LoadMode::rush:
        break;
    }
    return rush();
  }

 private:
  // One room's messages in flight.
  struct Room {
    std::uint64_t senders = 0;
    std::uint64_t sent = 0;
    std::uint64_t complete = 0;
    std::vector<std::uint32_t> have;  // members that have the room's k-th message, for k in flight
  };

  base::Result<ChatLoadResult> saturate() {
    if (auto done = crowd_.gather(); !done) return tl::unexpected(done.error());
    crowd_.watch(readable_);
    std::vector<Member>& members = crowd_.members();
    std::vector<Member>& senders = crowd_.senders();
    const MessageShape shape{dialect_.head(), crowd_.heard(senders.front(), text_).size()};
    std::vector<Room> rooms(options_.crowd.rooms);
    for (const Member& sender : senders) {
      ++rooms[sender.room].senders;
      if (crowd_.heard(sender, text_).size() != shape.bytes) {
        return base::fail("load", fmt::format("{} is shown longer or shorter than others", sender.source));
      }
    }
    for (Room& room : rooms) room.have.assign(options_.window * room.senders, 0);
    std::vector<std::uint64_t> heard(members.size(), 0);  // messages

    const Usage before = usage_of(options_.pid);
    const auto start = Clock::now();
    const auto end = start + options_.duration;
    std::uint64_t in_flight = 0;
    const auto take = [&](std::size_t index) -> base::Result<> {
      const bool listens = index < members.size();
      Member& member = listens ? members[index] : senders[index - members.size()];
      const auto bytes = receive(member, buffer_);
      if (!bytes) return tl::unexpected(bytes.error());
      Room& room = rooms[member.room];
      const auto message = [&](std::string_view) {
        if (!listens || room.senders == 0) return;
        std::uint32_t& have = room.have[heard[index]++ % room.have.size()];
        if (++have < options_.crowd.members) return;
        have = 0;
        ++room.complete;
        --in_flight;
      };
      member.hearing.take(*bytes, shape, message,
                          [&](std::string_view line) { answer(dialect_, member, line); });
      return {};
    };
    // Whose message is complete is not looked at: a room's senders speak in turn, as many messages as there
    // is room for.
    std::vector<std::string> bursts(senders.size());
    bool over = false;
    do {
      over = Clock::now() >= end;
      for (std::size_t i = 0; i < rooms.size() && !over; ++i) {
        Room& room = rooms[i];
        for (; room.sent - room.complete < room.have.size(); ++room.sent, ++in_flight)
          bursts[i + room.sent % room.senders * rooms.size()] += dialect_.say(i, text_);
      }
      for (std::size_t i = 0; i < senders.size(); ++i) {
        if (auto done = send_all(senders[i].socket.get(), bursts[i]); !done)
          return tl::unexpected(done.error());
        bursts[i].clear();
      }
      if (over && in_flight > 0 && Clock::now() > end + options_.crowd.patience) {
        return base::fail("load", fmt::format("{} messages were not delivered", in_flight));
      }
      if (auto done = readable_.each(std::chrono::milliseconds{100}, take); !done)
        return tl::unexpected(done.error());
    } while (!over || in_flight > 0);

    ChatLoadResult result;
    result.seconds = seconds_since(start);
    for (const Room& room : rooms) {
      result.messages += room.sent;
      const std::uint64_t others = dialect_.sender_is_member() && room.senders > 0 ? room.senders - 1 : 0;
      result.deliveries += room.sent * (options_.crowd.members + others);
    }
    charge(result, before);
    return result;
  }

  base::Result<ChatLoadResult> paced() {
    if (auto done = crowd_.gather(); !done) return tl::unexpected(done.error());
    const auto total =
        static_cast<std::uint64_t>(options_.rate * duration<double>(options_.duration).count());
    const Usage before = usage_of(options_.pid);
    const auto start = Clock::now();
    std::vector<float> latencies_ms;
    latencies_ms.reserve(total * options_.crowd.members);
    const auto sent = speak_at_pace(
        dialect_, crowd_, pace_of(options_), [&](std::uint64_t messages) { return messages < total; },
        [&](const Delivery& delivery) {
          latencies_ms.push_back(duration<float, std::milli>(delivery.came - delivery.due).count());
        });
    if (!sent) return tl::unexpected(sent.error());
    ChatLoadResult result;
    result.seconds = seconds_since(start);
    result.messages = *sent;
    result.deliveries = latencies_ms.size();
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
    // What the server allocates; not the pages of its program, which the first client brings in.
    const auto resident = [this] { return usage_of_family(options_.pid).resident_bytes; };
    const double before = resident();
    if (auto done = crowd_.settle(); !done) return tl::unexpected(done.error());
    ChatLoadResult result;
    const auto clients = static_cast<double>(crowd_.members().size() + crowd_.senders().size());
    const auto pause = [] {
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
      return true;
    };
    constexpr std::chrono::seconds kTidying{12};  // veche gives back what a crowd took every ten seconds
    result.idle_bytes_per_client = (resident_at_rest(resident, pause, kTidying) - before) / clients;
    return result;
  }

  base::Result<ChatLoadResult> log_ins() {
    std::vector<Member> clients(options_.window);
    std::size_t number = kFirstVisitor;
    std::uint64_t done_count = 0;
    const std::string answered = dialect_.logged_in();
    std::vector<std::string> seen(clients.size());
    const auto begin = [&](std::size_t index) -> base::Result<> {
      auto socket = connect_to(options_.crowd.target, options_.crowd.patience);
      if (!socket) return tl::unexpected(socket.error());
      // Closed by a reset: what is left waiting in TIME_WAIT would use up the ports.
      const linger now{1, 0};
      ::setsockopt(socket->get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
      clients[index] = {std::move(*socket), number++};
      seen[index].clear();
      readable_.add(clients[index].socket.get(), index);
      return send_all(clients[index].socket.get(), dialect_.log_in(clients[index].number));
    };
    const Usage before = usage_of(options_.pid);
    const auto start = Clock::now();
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (auto done = begin(i); !done) return tl::unexpected(done.error());
    }
    const auto take = [&](std::size_t index) -> base::Result<> {
      Member& client = clients[index];
      const auto bytes = receive(client, buffer_);
      if (!bytes) return tl::unexpected(bytes.error());
      seen[index] += *bytes;
      const auto line = [&](std::string_view other) { answer(dialect_, client, other); };
      client.hearing.take(*bytes, MessageShape{}, line, line);
      if (seen[index].find(answered) == std::string::npos) return {};
      ++done_count;
      if (auto done = send_all(client.socket.get(), dialect_.log_out()); !done) return done;
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

  base::Result<ChatLoadResult> rush() {
    auto rushed = run_rush(dialect_, {options_.crowd, pace_of(options_), options_.pid});
    if (!rushed) return tl::unexpected(rushed.error());
    ChatLoadResult result;
    result.rush = *rushed;
    return result;
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

}  // namespace

std::span<const std::string_view> mode_names() {
  static constexpr std::array<std::string_view, 5> kNames = {"saturate", "paced", "idle", "logins", "rush"};
  return kNames;
}

base::Result<ChatLoadResult> run_chat_load(const ChatLoadOptions& options) {
  const auto dialect = make_dialect(options.protocol);
  if (!dialect) return tl::unexpected(dialect.error());
  return ChatLoad(options, **dialect).run();
}

}  // namespace veche::load

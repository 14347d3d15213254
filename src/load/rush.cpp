#include "load/rush.h"

#include "load/readable.h"
#include "load/usage.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace veche::load {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBystanders = 10;
constexpr std::size_t kLogInsAtOnce = 1'000;
constexpr int kGivesWay =
    19;  // nice: a bystander's times are the server's, and not of the core that both loads share

/// Those in another room, whom somebody speaks to at a pace, on a thread of their own.
class Bystanders {
 public:
  Bystanders(const Dialect& dialect, const RushOptions& options)
      : dialect_(dialect), options_(options), crowd_(dialect, crowd_of(options)) {}
  ~Bystanders() { (void)end(); }

  base::Result<> begin() {
    if (auto done = crowd_.gather(); !done) return done;
    thread_ = std::thread([this] {
      auto spoken = speak_at_pace(
          dialect_, crowd_, options_.pace, [this](std::uint64_t) { return !over_; },
          [this](const Delivery& delivery) { deliveries_.push_back(delivery); });
      if (!spoken) error_ = tl::unexpected(spoken.error());
    });
    return {};
  }
  base::Result<> end() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
    return error_;
  }
  /// After the end: what a message took that was due since `start`, and not after `end`.
  double worst_ms(Clock::time_point start, Clock::time_point end) const {
    Clock::duration worst{0};
    for (const Delivery& delivery : deliveries_) {
      if (delivery.due >= start && delivery.due <= end) worst = std::max(worst, delivery.came - delivery.due);
    }
    return std::chrono::duration<double, std::milli>(worst).count();
  }

 private:
  static CrowdOptions crowd_of(const RushOptions& options) {
    CrowdOptions crowd = options.crowd;
    crowd.rooms = crowd.senders = 1;
    crowd.members = kBystanders;
    return crowd;
  }

  const Dialect& dialect_;
  const RushOptions& options_;
  Crowd crowd_;
  std::vector<Delivery> deliveries_;  // the thread's until it has ended; so is the error
  base::Result<> error_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

class Rush {
 public:
  Rush(const Dialect& dialect, const RushOptions& options) : dialect_(dialect), options_(options) {}

  base::Result<RushResult> run() {
    if (auto done = log_in(); !done) return tl::unexpected(done.error());
    Bystanders bystanders(dialect_, options_);
    if (auto done = bystanders.begin(); !done) return tl::unexpected(done.error());
    ::setpriority(PRIO_PROCESS, 0, kGivesWay);  // of this thread
    RushResult result;
    const auto start = Clock::now();
    const auto joined = measured(result.join, [this] { return join(); });
    const auto middle = Clock::now();
    const auto left = joined ? measured(result.quit, [this] { return quit(); }) : joined;
    const auto end = Clock::now();
    if (!left) return tl::unexpected(left.error());
    if (auto done = bystanders.end(); !done) return tl::unexpected(done.error());
    result.join.worst_ms = bystanders.worst_ms(start, middle);
    result.quit.worst_ms = bystanders.worst_ms(middle, end);
    return result;
  }

 private:
  struct Client {
    Member member = {};
    std::string ready = {};
    bool there = false;  // where the phase leads
  };

  base::Result<> log_in() {
    clients_.resize(options_.crowd.members);
    for (std::size_t first = 0; first < clients_.size(); first += kLogInsAtOnce) {
      const std::size_t last = std::min(first + kLogInsAtOnce, clients_.size());
      for (std::size_t i = first; i < last; ++i) {
        auto socket = connect_to(options_.crowd.target, options_.crowd.patience);
        if (!socket) return tl::unexpected(socket.error());
        clients_[i].member = {std::move(*socket), kFirstVisitor + i, kVisitorsRoom};
        clients_[i].ready = dialect_.ready(kFirstVisitor + i, kVisitorsRoom);
        const int fd = clients_[i].member.socket.get();
        if (auto done = send_all(fd, dialect_.log_in(kFirstVisitor + i)); !done) return done;
        readable_.add(fd, i);
      }
      for (std::size_t i = first; i < last; ++i) {
        if (auto done = read_past(dialect_, clients_[i].member, dialect_.logged_in()); !done) return done;
      }
    }
    return {};
  }

  template <class Phase>
  base::Result<> measured(RushPhase& result, Phase phase) {
    const Usage before = usage_of(options_.pid);
    const auto start = Clock::now();
    bytes_ = 0;
    auto done = phase();
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    result.bytes = bytes_;
    result.cpu_seconds = (usage_of(options_.pid).cpu_ns - before.cpu_ns) / 1e9;
    return done;
  }

  /// Twice: when all have been answered once the last one is in, and what the second answer comes behind is
  /// all.
  base::Result<> join() {
    const auto hello = [this](const Member& member) { return dialect_.hello(member.number, member.room); };
    const auto probe = [this](const Member& member) { return dialect_.probe(member.number); };
    const auto answered = [this](Client& client, std::string_view line) {
      if (line.ends_with(client.ready)) arrive(client);
    };
    if (auto done = tell_all(hello); !done) return done;
    if (auto done = until_all_are_there(answered, false); !done) return done;
    if (auto done = tell_all(probe); !done) return done;
    return until_all_are_there(answered, false);
  }

  base::Result<> quit() {
    if (auto done = tell_all([this](const Member&) { return dialect_.log_out(); }); !done) return done;
    return until_all_are_there([](Client&, std::string_view) {}, true);
  }

  template <class Words>
  base::Result<> tell_all(Words words) {
    there_ = 0;
    for (Client& client : clients_) client.there = false;
    for (const Client& client : clients_) {
      if (auto done = send_all(client.member.socket.get(), words(client.member)); !done) return done;
    }
    return {};
  }

  void arrive(Client& client) {
    there_ += client.there ? 0 : 1;
    client.there = true;
  }

  template <class Line>
  base::Result<> until_all_are_there(Line line, bool by_hanging_up) {
    auto last_news = Clock::now();
    const auto take = [&](std::size_t index) -> base::Result<> {
      Client& client = clients_[index];
      const auto bytes = receive(client.member, buffer_);
      if (!bytes && !by_hanging_up) return tl::unexpected(bytes.error());
      last_news = Clock::now();
      if (!bytes) {
        client.member.socket.reset();
        arrive(client);
        return {};
      }
      bytes_ += bytes->size();
      const auto heard = [&](std::string_view one) {
        answer(dialect_, client.member, one);
        if (!client.there) line(client, one);
      };
      client.member.hearing.take(*bytes, MessageShape{}, heard, heard);
      return {};
    };
    while (there_ < clients_.size()) {
      if (auto done = readable_.each(std::chrono::milliseconds{100}, take); !done) return done;
      if (Clock::now() > last_news + options_.crowd.patience) {
        return base::fail("load", std::to_string(clients_.size() - there_) + " of the rush are not there");
      }
    }
    return {};
  }

  const Dialect& dialect_;
  const RushOptions& options_;
  Readable readable_;
  std::vector<Client> clients_;
  std::vector<char> buffer_ = std::vector<char>(1 << 16);
  std::uint64_t bytes_ = 0;
  std::size_t there_ = 0;
};

}  // namespace

base::Result<RushResult> run_rush(const Dialect& dialect, const RushOptions& options) {
  if (!dialect.logs_in_first()) {
    return base::fail("--mode rush", "members cannot be logged in and in no room", "--protocol irc");
  }
  return Rush(dialect, options).run();
}

}  // namespace veche::load

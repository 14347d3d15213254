// What a loop's turn costs beside the barest epoll loop that could do the same: 64-byte messages echoed over
// N connections, the server's half of it (wait, receive, send) timed alone. The difference is veche's own.
#include "base/log.h"
#include "net/event_loop.h"
#include "net/socket.h"

#include <benchmark/benchmark.h>

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <new>
#include <vector>

namespace {
std::size_t allocations = 0;  // one thread
}

// Not inline, or g++ 12 sees a malloc freed by delete and complains.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace veche::net {
namespace {

double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

constexpr std::size_t kMessageBytes = 64;

struct Sockets {
  std::vector<Fd> clients, servers;
  explicit Sockets(std::size_t count) {
    const Fd listening = listen_on(Address::parse("127.0.0.1", 0).value()).value();
    const Address address = local_address(listening.get()).value();
    for (std::size_t i = 0; i < count; ++i) {
      clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      ::connect(clients.back().get(), address.data(), address.size());
      servers.emplace_back(::accept4(listening.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    }
  }
};

class Echo final : public Handler {
 public:
  explicit Echo(std::size_t& echoed) : echoed_(echoed) {}
  void opened(Connection& connection) override { connection_ = &connection; }
  void received(std::string_view bytes) override {
    connection_->send(bytes);
    ++echoed_;
  }
  void peer_finished() override { connection_->finish(); }
  void closed(CloseReason) override {}

 private:
  std::size_t& echoed_;
  Connection* connection_ = nullptr;
};

/// One round: every client sends, `serve` runs until all was echoed (timed), every client receives.
template <class Serve>
void measure(benchmark::State& state, const Sockets& sockets, Serve serve) {
  std::array<char, kMessageBytes> message{};
  const auto round = [&] {
    for (const Fd& client : sockets.clients)
      ::send(client.get(), message.data(), message.size(), MSG_NOSIGNAL);
    const double start = processor_seconds();
    serve();
    const double taken = processor_seconds() - start;
    for (const Fd& client : sockets.clients)
      ::recv(client.get(), message.data(), message.size(), MSG_WAITALL);
    return taken;
  };
  round();  // fills what is kept for later rounds
  const std::size_t before = allocations;
  for (auto _ : state) state.SetIterationTime(round());
  const auto messages = state.iterations() * static_cast<std::int64_t>(sockets.clients.size());
  state.counters["allocations"] = static_cast<double>(allocations - before) / static_cast<double>(messages);
  state.SetItemsProcessed(messages);
}

void bare_epoll(benchmark::State& state) {
  const Sockets sockets(static_cast<std::size_t>(state.range(0)));
  const Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
  for (const Fd& server : sockets.servers) {
    epoll_event event{.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data = {.fd = server.get()}};
    ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, server.get(), &event);
  }
  std::vector<char> buffer(64 * 1024);
  std::array<epoll_event, 256> events;
  measure(state, sockets, [&] {
    for (std::size_t echoed = 0; echoed < sockets.servers.size();) {
      const int count = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (got <= 0) continue;
        ::send(fd, buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
        ++echoed;
      }
    }
  });
}

void event_loop(benchmark::State& state) {
  Sockets sockets(static_cast<std::size_t>(state.range(0)));
  const base::SystemClock clock;
  const auto log = base::Log::nowhere();
  const auto loop = EventLoop::create(clock, *log).value();
  std::size_t echoed = 0;
  for (Fd& server : sockets.servers)
    loop->adopt(std::move(server), Address(), std::make_unique<Echo>(echoed));
  measure(state, sockets, [&] {
    for (echoed = 0; echoed < sockets.servers.size();) loop->run_once(std::chrono::seconds{10});
  });
}

BENCHMARK(bare_epoll)->Arg(50)->Arg(500)->Arg(5000)->UseManualTime();
BENCHMARK(event_loop)->Arg(50)->Arg(500)->Arg(5000)->UseManualTime();

}  // namespace
}  // namespace veche::net

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

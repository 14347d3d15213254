// Which of many sockets have something to read, for the loads: one thread, its own; not for servers (net/).
#pragma once

#include "base/result.h"
#include "net/fd.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>

namespace veche::load {

class Readable {
 public:
  Readable() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

  /// `index` is what `each` calls it; `events` as epoll_ctl(2) takes them.
  void add(int socket, std::size_t index, std::uint32_t events = EPOLLIN) {
    epoll_event event{events, {.u64 = index}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event);
  }
  void remove(int socket) { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket, nullptr); }

  /// Calls `read(index)` for each that is readable, after at most `wait`; ends at its first error.
  template <class Read>
  base::Result<> each(std::chrono::nanoseconds wait, Read read) {
    const auto ns = std::max(wait, std::chrono::nanoseconds{0}).count();
    const timespec timeout{ns / 1'000'000'000, ns % 1'000'000'000};
    const int count =
        ::epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()), &timeout, nullptr);
    for (int i = 0; i < count; ++i) {
      const std::size_t index = events_[static_cast<std::size_t>(i)].data.u64;
      if (auto done = read(index); !done) return done;
    }
    return {};
  }

 private:
  net::Fd epoll_;
  std::array<epoll_event, 512> events_;
};

}  // namespace veche::load

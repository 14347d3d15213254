#include "scan/banner_reader.h"

#include "base/check.h"
#include "scan/plan.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace veche::scan {

BannerReader::BannerReader() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

void BannerReader::add(net::Fd fd, base::MonoTime now, Done done) {
  const int number = fd.get();
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP;
  event.data.fd = number;
  if (!epoll_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, number, &event) != 0) return done({});
  readings_.try_emplace(number, Reading{std::move(fd), now + kBannerTime, {}, std::move(done)});
}

/// Whether that was all.
bool BannerReader::read(Reading& reading) {
  std::array<char, kBannerBytes> buffer;
  for (;;) {
    const std::size_t room = kBannerBytes - reading.bytes.size();
    const ssize_t got = ::recv(reading.fd.get(), buffer.data(), room, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return reading.bytes.find('\n') != std::string::npos;
    if (got <= 0) return true;
    reading.bytes.append(buffer.data(), static_cast<std::size_t>(got));
    if (reading.bytes.size() == kBannerBytes) return true;
  }
}

void BannerReader::run(base::MonoTime now) {
  if (readings_.empty()) return;
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  const auto finish = [](Reading reading) { reading.done(std::move(reading.bytes)); };
  for (int i = 0; i < count; ++i) {
    const auto found = readings_.find(events[static_cast<std::size_t>(i)].data.fd);
    base::check(found != readings_.end(), "what is registered is being read");
    if (!read(found->second)) continue;
    Reading reading = std::move(found->second);
    readings_.erase(found);
    finish(std::move(reading));
  }
  for (auto it = readings_.begin(); it != readings_.end();) {
    if (it->second.until > now) {
      ++it;
      continue;
    }
    Reading reading = std::move(it->second);
    it = readings_.erase(it);
    read(reading);  // what has come, but was one event too many for this turn
    finish(std::move(reading));
  }
}

std::optional<base::MonoTime> BannerReader::deadline() const {
  std::optional<base::MonoTime> first;
  for (const auto& [number, reading] : readings_) {
    if (!first || reading.until < *first) first = reading.until;
  }
  return first;
}

}  // namespace veche::scan

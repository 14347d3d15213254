#include "net/waiting.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>

namespace veche::net {

base::MonoTime mono_now() { return base::SystemClock().mono(); }

void poll_until(std::span<pollfd> fds, base::MonoTime until) {
  using namespace std::chrono;
  for (pollfd& fd : fds) fd.revents = 0;
  for (;;) {
    const auto left = std::max(until - mono_now(), nanoseconds{0});
    const auto whole = duration_cast<seconds>(left);
    const timespec wait{static_cast<std::time_t>(whole.count()), static_cast<long>((left - whole).count())};
    if (::ppoll(fds.data(), fds.size(), &wait, nullptr) >= 0 || errno != EINTR) return;
  }
}

}  // namespace veche::net

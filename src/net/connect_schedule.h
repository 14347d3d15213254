// When which address of a host is tried, in the spirit of RFC 8305 (Happy Eyeballs): the families take turns,
// and a silent address holds up the next one for a quarter of a second only, a refused one not at all. Pure:
// the time is given; one thread.
#pragma once

#include "base/clock.h"
#include "net/address.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace veche::net {

/// RFC 8305, 5: the Connection Attempt Delay.
inline constexpr std::chrono::milliseconds kConnectAttemptDelay{250};

/// The same addresses, the families in turns, beginning with that of the first; otherwise in their order.
std::vector<Address> interleave_families(const std::vector<Address>& addresses);

/// For `count` addresses, known by their numbers.
class ConnectSchedule {
 public:
  explicit ConnectSchedule(std::size_t count) : count_(count) {}

  /// The address whose attempt begins now; nothing if none is due. Ask until there is none.
  std::optional<std::size_t> take_due(base::MonoTime now);
  /// An attempt has failed: the next one is due at once.
  void attempt_failed() { due_ = base::MonoTime::min(); }
  /// When the next attempt is due if none fails before; never (max) if all have begun.
  base::MonoTime next_at() const { return has_begun_all() ? base::MonoTime::max() : due_; }
  bool has_begun_all() const { return next_ == count_; }

 private:
  const std::size_t count_;
  std::size_t next_ = 0;
  base::MonoTime due_ = base::MonoTime::min();
};

}  // namespace veche::net

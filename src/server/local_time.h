// The server's time zone: what it adds to UTC. Asked for every line that shows a time, so the answer is kept
// for the quarter of an hour in which no zone changes it.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <ctime>

namespace veche::server {

/// One thread.
class LocalTime {
 public:
  std::chrono::seconds offset_at(base::WallTime time) {
    using Quarter = std::chrono::duration<std::int64_t, std::ratio<900>>;
    const auto quarter = std::chrono::floor<Quarter>(time.time_since_epoch());
    if (quarter != quarter_) {
      quarter_ = quarter;
      const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(quarter).count();
      std::tm local{};
      localtime_r(&seconds, &local);
      offset_ = std::chrono::seconds{local.tm_gmtoff};
    }
    return offset_;
  }

 private:
  std::chrono::duration<std::int64_t, std::ratio<900>> quarter_{-1};
  std::chrono::seconds offset_{0};
};

}  // namespace veche::server

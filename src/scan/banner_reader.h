// Waits for what open ports say first: the names and versions that SSH, SMTP or FTP greet with. Nothing is
// sent. Lives on the thread of the scan that it belongs to.
#pragma once

#include "base/clock.h"
#include "net/fd.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

namespace veche::scan {

class BannerReader {
 public:
  /// What was said, up to kBannerBytes; may be empty.
  using Done = std::function<void(std::string banner)>;

  /// Reads `fd`, which is connected and was registered with nobody.
  void add(net::Fd fd, base::MonoTime now, Done done);
  std::size_t size() const { return readings_.size(); }
  /// Readable when some descriptor is.
  int fd() const { return epoll_.get(); }

  /// Takes what has come, and calls those who are done: a line is whole, the other end has closed,
  /// kBannerBytes are read, or kBannerTime is over.
  void run(base::MonoTime now);
  /// When time is over for the first.
  std::optional<base::MonoTime> deadline() const;
  /// Calls nobody.
  void clear() { readings_.clear(); }

  BannerReader();

 private:
  struct Reading {
    net::Fd fd;
    base::MonoTime until;
    std::string bytes;
    Done done;
  };

  bool read(Reading& reading);

  net::Fd epoll_;
  std::unordered_map<int, Reading> readings_;  // by descriptor
};

}  // namespace veche::scan

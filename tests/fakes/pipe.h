// A pipe for tests, and what has come through one.
#pragma once

#include "net/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <string>

namespace veche::fakes {

/// One end to write to, one to read from.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    read = net::Fd(ends[0]);
    write = net::Fd(ends[1]);
  }
  net::Fd read;
  net::Fd write;
};

/// What has come there until now.
inline std::string take(int fd) {
  std::string all;
  std::array<char, 4096> buffer;
  for (pollfd ready{fd, POLLIN, 0}; ::poll(&ready, 1, 0) == 1;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got <= 0) break;
    all.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return all;
}

}  // namespace veche::fakes

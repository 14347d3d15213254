// For the tests of this folder: a pseudo-terminal and the person at it.
#pragma once

#include "net/fd.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

namespace veche::echo::testing {

/// What is typed is written to `person`, before the program reads or while it does.
struct Pty {
  Pty() {
    int person_fd = -1, terminal_fd = -1;
    EXPECT_EQ(::openpty(&person_fd, &terminal_fd, nullptr, nullptr, nullptr), 0);
    person = net::Fd(person_fd);
    terminal = net::Fd(terminal_fd);
    out_ = ::fdopen(::dup(terminal.get()), "w");
  }
  ~Pty() { std::fclose(out_); }
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  std::FILE* out() const { return out_; }
  /// Everything on the screen until now.
  std::string seen() const {
    std::string all;
    std::array<char, 4096> buffer;
    for (pollfd fd{person.get(), POLLIN, 0}; ::poll(&fd, 1, 0) == 1;) {
      const ssize_t got = ::read(person.get(), buffer.data(), buffer.size());
      if (got <= 0) break;
      all.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

  net::Fd person, terminal;

 private:
  std::FILE* out_ = nullptr;
};

}  // namespace veche::echo::testing

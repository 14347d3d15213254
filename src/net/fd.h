// The one owner of a file descriptor in veche: whatever happens, it is closed exactly once.
#pragma once

#include <unistd.h>

#include <utility>

namespace veche::net {

class Fd {
 public:
  Fd() = default;
  /// Takes over `number`; a negative one (a failed call's result) is nobody's.
  explicit Fd(int number) : number_(number) {}
  Fd(Fd&& other) noexcept : number_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = other.release();
    }
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  /// Gives the descriptor away without closing it.
  int release() { return std::exchange(number_, -1); }
  /// Closes. EINTR is not retried: on Linux the number is free by then, and may be another thread's.
  void reset() {
    if (number_ >= 0) ::close(release());
  }

 private:
  int number_ = -1;
};

}  // namespace veche::net

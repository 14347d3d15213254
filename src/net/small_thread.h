// A thread of which there may be thousands: its stack is as large as is asked for (std::thread takes 8 MiB of
// address space each), and that there is no room for one more is an error, not an exception.
#pragma once

#include "base/result.h"

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace veche::net {

/// Joined at the latest when it is destroyed.
class SmallThread {
 public:
  /// Runs `body` on a thread with `stack_bytes` of stack, called `name` (at most 15 bytes). Fails where the
  /// system has no room for another thread.
  static base::Result<std::unique_ptr<SmallThread>> start(std::string name, std::size_t stack_bytes,
                                                          std::function<void()> body);
  ~SmallThread();
  SmallThread(const SmallThread&) = delete;
  SmallThread& operator=(const SmallThread&) = delete;

 private:
  SmallThread(std::string name, std::function<void()> body)
      : name_(std::move(name)), body_(std::move(body)) {}
  static void* run(void* self);

  const std::string name_;
  const std::function<void()> body_;
  pthread_t thread_{};
  bool started_ = false;
};

}  // namespace veche::net

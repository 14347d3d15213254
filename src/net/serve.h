// A program that is one service, in one call; examples/hello.cpp is the smallest. For more (bounds,
// deadlines, who comes and goes) there is net/service.h.
#pragma once

#include "net/coroutine.h"
#include "net/service.h"

#include <functional>
#include <memory>
#include <string_view>

namespace veche::net {

/// Serves `address` ("127.0.0.1:8000") until SIGINT or SIGTERM, every client by `coroutine` or by a handler
/// that `make` makes. Errors go to standard error. Gives main's exit code. To be called before the process
/// has another thread.
int serve(std::string_view address, Coroutine coroutine);
int serve(std::string_view address, std::function<std::unique_ptr<Handler>()> make,
          ModelKind model = ModelKind::events);

}  // namespace veche::net

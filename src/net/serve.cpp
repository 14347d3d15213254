#include "net/serve.h"

#include "base/clock.h"
#include "base/log.h"

#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <utility>

namespace veche::net {
namespace {

/// Nobody asks.
class NoBook final : public Guestbook {
 public:
  void came(const Address&) override {}
  void went(const Address&, std::string_view) override {}
  void refused(const Address&, std::string_view) override {}
};

base::Result<> serve_until_told(std::string_view text, ModelKind model, MakeHandler make) {
  ignore_write_signals();
  raise_descriptor_limit();
  auto address = Address::parse(text);
  if (!address) return tl::unexpected(address.error());
  auto signals = SignalFd::open({SIGINT, SIGTERM});
  if (!signals) return tl::unexpected(signals.error());
  ServiceOptions options;
  options.address = *address;
  options.model = model;
  const base::SystemClock clock;
  const auto log = base::Log::nowhere();
  NoBook book;
  auto service = Service::open(options, std::move(make), book, clock, *log);
  if (!service) return tl::unexpected(service.error());
  fmt::print("Serving on {}. Ctrl-C ends it.\n", (*service)->local().text());
  std::fflush(stdout);
  (*service)->run(*signals);
  return {};
}

int exit_code(const base::Result<>& done) {
  if (done) return 0;
  fmt::print(stderr, "{}\n", done.error().text());
  return 1;
}

}  // namespace

int serve(std::string_view address, Coroutine coroutine) {
  return exit_code(serve_until_told(
      address, ModelKind::events,
      [coroutine = std::move(coroutine)](Guestbook&) { return std::make_unique<Stream>(coroutine); }));
}

int serve(std::string_view address, std::function<std::unique_ptr<Handler>()> make, ModelKind model) {
  return exit_code(serve_until_told(address, model, [make = std::move(make)](Guestbook&) { return make(); }));
}

}  // namespace veche::net

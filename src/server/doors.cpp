#include "server/doors.h"

#include "base/check.h"
#include "net/socket.h"
#include "server/dialects.h"

#include <utility>

namespace veche::server {
namespace {

constexpr unsigned kPortsToTry = 100;

}  // namespace

Doors::Doors(net::EventLoop& loop, net::EventLoop& main_loop, Welcome welcome)
    : loop_(loop), main_loop_(main_loop), welcome_(std::move(welcome)) {}

base::Result<> Doors::open(const control::ListenConfig& wanted) {
  const auto dialect = base::dialect_named(wanted.protocol);
  base::check(dialect.has_value(), "a configuration is checked when it is read");
  net::ListenerOptions options;
  options.refusal = server_full_words(*dialect);
  const auto accepted = [this, dialect = *dialect](net::Fd client, const net::Address& peer) {
    welcome_(std::move(client), peer, dialect);
  };
  // A port that nobody asked for by number may be another one; one that somebody named is that or none.
  const unsigned tries = wanted.named ? 1 : kPortsToTry;
  base::Error why;
  for (unsigned i = 0; i < tries && wanted.port + i <= 65535; ++i) {
    auto address = net::Address::parse(wanted.address, static_cast<std::uint16_t>(wanted.port + i));
    if (!address) return tl::unexpected(address.error());
    auto listener = net::Listener::open(loop_, *address, options, accepted);
    if (listener) {
      doors_.push_back({(*listener)->local(), wanted.port, *dialect});
      listeners_.push_back(std::move(*listener));
      return {};
    }
    why = listener.error();
    if (!net::is_address_in_use(why)) break;
  }
  return tl::unexpected(why);
}

void Doors::pause(std::function<void()> done) {
  paused_ = true;
  loop_.post([this, done = std::move(done)] {
    for (const auto& listener : listeners_) listener->pause();
    main_loop_.post(done);
  });
}

void Doors::resume(std::function<void(base::Result<>)> done) {
  loop_.post([this, done = std::move(done)] {
    main_loop_.post([this, done, resumed = resume_all()] {
      paused_ = !resumed;
      done(resumed);
    });
  });
}

base::Result<> Doors::resume_all() {
  for (const auto& listener : listeners_) {
    if (auto resumed = listener->resume(); !resumed) {
      for (const auto& open : listeners_) open->pause();
      return resumed;
    }
  }
  return {};
}

}  // namespace veche::server

#include "server/doors.h"

#include "net/socket.h"

#include <utility>

namespace veche::server {
namespace {

constexpr unsigned kPortsToTry = 100;

}  // namespace

Doors::Doors(net::EventLoop& loop, net::EventLoop& main_loop, Welcome welcome)
    : loop_(loop), main_loop_(main_loop), welcome_(std::move(welcome)) {}

base::Result<> Doors::open(const control::ListenConfig& wanted, Entrance entrance) {
  net::ListenerOptions options;
  options.refusal = entrance.full_words();
  const auto accepted = [this, place = entrances_.size()](net::Fd client, const net::Address& peer) {
    welcome_(std::move(client), peer, entrances_[place]);
  };
  // A port that nobody asked for by number may be another one; one that somebody named is that or none.
  const unsigned tries = wanted.named ? 1 : kPortsToTry;
  base::Error why;
  for (unsigned i = 0; i < tries && wanted.port + i <= 65535; ++i) {
    auto address = net::Address::parse(wanted.address, static_cast<std::uint16_t>(wanted.port + i));
    if (!address) return tl::unexpected(address.error());
    auto listener = net::Listener::open(loop_, *address, options, accepted);
    if (listener) {
      doors_.push_back(
          {(*listener)->local(), wanted.port, entrance.dialect, entrance.tls != nullptr, entrance.proxied});
      listeners_.push_back(std::move(*listener));
      entrances_.push_back(std::move(entrance));
      return {};
    }
    why = listener.error();
    if (!net::is_address_in_use(why)) break;
  }
  return tl::unexpected(why);
}

void Doors::renew(std::vector<Entrance> entrances, std::function<void()> done) {
  loop_.post([this, entrances = std::move(entrances), done = std::move(done)]() mutable {
    entrances_ = std::move(entrances);
    main_loop_.post(std::move(done));
  });
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

#include "server/doors.h"

#include "net/socket.h"

#include <utility>

namespace veche::server {
namespace {

constexpr unsigned kPortsToTry = 100;

}  // namespace

Doors::Doors(net::LoopGroup& loops, net::EventLoop& main_loop, net::LoopGroup::HandlerFactory make_client)
    : loops_(loops), main_loop_(main_loop), make_client_(std::move(make_client)) {}

base::Result<> Doors::open(const control::ListenConfig& wanted) {
  const auto accepted = [this](net::Fd client, const net::Address& peer) {
    loops_.share_out(std::move(client), peer, make_client_);
  };
  net::ListenerOptions options;
  options.refusal = "ERR server-full The server has no room for another connection; try again later.\r\n";
  // A port that nobody asked for by number may be another one; one that somebody named is that or none.
  const unsigned tries = wanted.named ? 1 : kPortsToTry;
  base::Error why;
  for (unsigned i = 0; i < tries && wanted.port + i <= 65535; ++i) {
    auto address = net::Address::parse(wanted.address, static_cast<std::uint16_t>(wanted.port + i));
    if (!address) return tl::unexpected(address.error());
    auto listener = net::Listener::open(loops_.loop(0), *address, options, accepted);
    if (listener) {
      doors_.push_back({(*listener)->local(), wanted.port});
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
  loops_.loop(0).post([this, done = std::move(done)] {
    for (const auto& listener : listeners_) listener->pause();
    main_loop_.post(done);
  });
}

void Doors::resume(std::function<void(base::Result<>)> done) {
  loops_.loop(0).post([this, done = std::move(done)] {
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

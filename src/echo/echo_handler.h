// The echo protocol (RFC 862): every byte comes back, in order. Twice: as a handler, which runs under every
// model, and as a coroutine. What comes before the peer's FIN is echoed before ours.
#pragma once

#include "base/clock.h"
#include "net/coroutine.h"
#include "net/handler.h"
#include "net/model.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace veche::echo {

/// Outlives its handlers.
struct EchoOptions {
  const base::Clock& clock;
  std::chrono::milliseconds idle_timeout{0};  ///< a client who sends nothing for so long is let go; 0: never
};

/// One client. Whoever sends and does not read is not read from either, once so much of his is on its way
/// back.
class EchoHandler final : public net::Handler {
 public:
  static constexpr std::size_t kOnItsWayMax = 64 * 1024;

  EchoHandler(const EchoOptions& options, net::Guestbook& book) : options_(options), book_(book) {}

  void opened(net::Connection& connection) override;
  void received(std::string_view bytes) override;
  void peer_finished() override { connection_->finish(); }
  void writable() override { connection_->resume_reading(); }
  void timer() override;
  void closed(net::CloseReason reason) override;

 private:
  const EchoOptions& options_;
  net::Guestbook& book_;
  net::Connection* connection_ = nullptr;
  base::MonoTime came_{};
  std::uint64_t received_ = 0;
  std::uint64_t received_before_ = 0;  // when the timer was set
  bool idle_ = false;                  // and let go for that
};

/// The same in sequence.
net::Task echo_coroutine(net::Stream& client, const EchoOptions& options, net::Guestbook& book);

}  // namespace veche::echo

#include "echo/echo_handler.h"

#include <fmt/core.h>

namespace veche::echo {
namespace {

/// "12 bytes in 3.4 s, finished".
std::string farewell(std::uint64_t bytes, base::MonoTime::duration time, std::string_view why) {
  return fmt::format("{} bytes in {:.1f} s, {}", bytes, std::chrono::duration<double>(time).count(), why);
}

}  // namespace

void EchoHandler::opened(net::Connection& connection) {
  connection_ = &connection;
  came_ = options_.clock.mono();
  if (options_.idle_timeout.count() != 0) connection_->set_timer(options_.idle_timeout);
}

void EchoHandler::received(std::string_view bytes) {
  received_ += bytes.size();
  connection_->send_last(bytes);
  if (connection_->backlog() > kOnItsWayMax) connection_->pause_reading();
}

/// Silence is looked for once a timeout, so that a message costs no look at the clock: he is let go after one
/// to two of them.
void EchoHandler::timer() {
  if (received_ == std::exchange(received_before_, received_)) {
    idle_ = true;
    return connection_->finish();
  }
  connection_->set_timer(options_.idle_timeout);
}

void EchoHandler::closed(net::CloseReason reason) {
  book_.went(connection_->peer(), farewell(received_, options_.clock.mono() - came_,
                                           idle_ ? "silent for too long" : net::close_reason_text(reason)));
}

namespace {

/// Writes the farewell when the coroutine's frame goes, however it has ended.
struct Visit {
  const net::Stream& client;
  net::Guestbook& book;
  const base::Clock& clock;
  const base::MonoTime came = clock.mono();
  std::uint64_t received = 0;
  bool idle = false;

  ~Visit() {
    const auto why = idle ? "silent for too long" : net::close_reason_text(client.reason());
    book.went(client.peer(), farewell(received, clock.mono() - came, why));
  }
};

}  // namespace

net::Task echo_coroutine(net::Stream& client, const EchoOptions& options, net::Guestbook& book) {
  Visit visit{client, book, options.clock};
  while (true) {
    const net::Got got = co_await client.read(options.idle_timeout);
    visit.idle = got.end == net::Wait::timed_out;
    if (!got) co_return;
    visit.received += got.bytes.size();
    co_await client.write(got.bytes);
  }
}

}  // namespace veche::echo

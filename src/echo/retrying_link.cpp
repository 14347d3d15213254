#include "echo/retrying_link.h"

#include "base/units.h"
#include "net/connect.h"
#include "net/resolver.h"
#include "net/waiting.h"

#include <poll.h>

#include <utility>

namespace veche::echo {
namespace {

using base::Error;
using Why = Loss::Why;

/// Whether it may go better another time. Who answers something else is no echo service, and stays none.
bool may_pass(const Loss& loss) { return loss.why != Why::different && loss.why != Why::surplus; }

}  // namespace

RetryingLink::RetryingLink(const LinkOptions& options, ClientTerminal& terminal, int stop_fd,
                           const base::Translator& t)
    : options_(options),
      terminal_(terminal),
      stop_fd_(stop_fd),
      t_(t),
      target_(net::host_port_text(options.host, options.port)) {}

RetryingLink::Event RetryingLink::open() { return connect(); }

void RetryingLink::send(std::string_view bytes) { link_->send(bytes); }

void RetryingLink::finish() {
  is_finished_ = true;
  link_->finish();
}

RetryingLink::Event RetryingLink::wait(int input, base::MonoTime until) {
  const LinkEvent event = link_->wait(input, {until, stop_fd_});
  switch (event.kind) {
    case LinkEvent::Kind::answered:
      reply_ = event.reply;
      tries_ = 0;
      return Event::answered;
    case LinkEvent::Kind::input:
      return Event::input;
    case LinkEvent::Kind::due:
      return Event::due;
    case LinkEvent::Kind::stopped:
      return Event::stopped;
    case LinkEvent::Kind::finished:
      return Event::finished;
    case LinkEvent::Kind::lost:
      break;
  }
  const Event before = fail_or_wait(error_of(event.loss), may_pass(event.loss));
  return before == Event::again ? connect() : before;
}

/// Until it has come to something: `again`, `stopped` or `failed`.
RetryingLink::Event RetryingLink::connect() {
  link_.reset();  // the server need not keep two
  const bool is_first = peer_.empty();
  for (;;) {
    const net::Patience patience{net::mono_now() + options_.connect_timeout, stop_fd_};
    Event event = Event::failed;
    if (const auto addresses = net::resolve(options_.host, options_.port, patience); !addresses) {
      const net::ResolveFailure& failure = addresses.error();
      if (failure.why == net::ResolveFailure::Why::stopped) return Event::stopped;
      event = fail_or_wait(net::error_of(failure, options_.host, t_),
                           failure.why != net::ResolveFailure::Why::unknown_host);
    } else if (auto connected = net::connect_to_any(*addresses, patience); !connected) {
      if (connected.error().is_stopped) return Event::stopped;
      event = fail_or_wait(net::error_of(connected.error(), target_, options_.connect_timeout, t_), true);
    } else {
      peer_ = connected->address.text();
      link_.emplace(std::move(connected->fd), unanswered_, options_.read_timeout);
      if (is_finished_) link_->finish();
      if (!is_first) terminal_.complain(t_("connected again to {}", peer_));
      return Event::again;
    }
    if (event != Event::again) return event;
  }
}

/// Tells `error`; then waits for the time of the next try (`again`), if there is to be one.
RetryingLink::Event RetryingLink::fail_or_wait(const Error& error, bool may_pass) {
  if (!may_pass || tries_ >= options_.retries) {
    terminal_.complain(error);
    return Event::failed;
  }
  ++tries_;
  terminal_.complain({error.what, error.why,
                      t_("trying again in {}, {} of {}", base::format_duration(options_.retry_delay), tries_,
                         options_.retries)});
  pollfd stop[] = {{stop_fd_, POLLIN, 0}};
  net::poll_until(stop, net::mono_now() + options_.retry_delay);
  return stop[0].revents != 0 ? Event::stopped : Event::again;
}

Error RetryingLink::error_of(const Loss& loss) const {
  const std::string patience = base::format_duration(options_.read_timeout);
  switch (loss.why) {
    case Why::no_reply:
      return {peer_, t_("connected, but no reply within {}", patience), t_("--read-timeout waits longer")};
    case Why::no_end:
      return {peer_, t_("everything came back, but the server did not close within {}", patience), ""};
    case Why::cut_short:
      return {peer_, t_("the server closed the connection before the reply was whole"),
              t_.plural("{} byte is missing", "{} bytes are missing", unanswered_.size())};
    case Why::closed:
      return {peer_, t_("the server closed the connection"), ""};
    case Why::reset:
      return {peer_, t_("the server reset the connection"), ""};
    case Why::different:
      return {peer_, t_("what came back is not what was sent, from byte {} on", loss.at + 1),
              t_("is it an echo service?")};
    case Why::surplus:
      return {peer_, t_("more came back than was sent, from byte {} on", loss.at + 1),
              t_("is it an echo service?")};
    case Why::failed:
      break;
  }
  return {peer_, base::errno_text(loss.error), ""};
}

}  // namespace veche::echo

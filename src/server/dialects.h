// The dialects that clients can speak: what the operator wishes of each, and the sessions that speak them.
// The one place where a word of the configuration becomes a dialect's session.
#pragma once

#include "base/clock.h"
#include "base/dialect.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/network.h"
#include "base/result.h"
#include "chat/admission.h"
#include "chat/command.h"
#include "control/config.h"
#include "net/address.h"
#include "net/handler.h"
#include "session/irc_options.h"
#include "session/line_session.h"
#include "session/session.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace veche::server {

/// Outlives the sessions.
struct DialectOptions {
  session::LineOptions line{};
  session::IrcOptions irc{};
};
/// As the configuration has them; `irc_tls_port` is where IRC is spoken over TLS (0: nowhere). Fails if the
/// text for those who connect cannot be read. Blocks while it is; any thread.
base::Result<DialectOptions> dialect_options_of(const control::Config& config, base::WallTime started,
                                                std::uint16_t irc_tls_port = 0);

std::unique_ptr<session::Session> make_session(base::Dialect dialect, session::Host& host,
                                               const DialectOptions& options);
/// How the chat is told of such a session.
chat::Connect arrival(base::Dialect dialect, const base::AddressBits& address, bool encrypted);
/// What those who see somebody go are told of how he went; empty: nothing.
std::string departure_words(base::Dialect dialect, net::CloseReason reason);
/// What a client hears for whom there is no room: no descriptor, no thread.
std::string_view server_full_words(base::Dialect dialect);
/// What a client hears that is turned away at the door; `arrival` is not welcome.
std::string turned_away_words(base::Dialect dialect, chat::Arrival arrival, std::chrono::seconds retry_after,
                              const net::Address& peer, base::Language language);

}  // namespace veche::server

// The certificates of a configuration's listeners, read from their files. Any thread; blocks while they are
// read.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "control/config.h"
#include "net/tls_context.h"

#include <memory>
#include <string>
#include <vector>

namespace veche::server {

/// One for each of `listeners`, with the further ones of `config` behind it; null for those without TLS. A
/// certificate that has expired, or will soon, is taken, with a warning in the log. `log` outlives them, and
/// hears why handshakes fail. Tickets sealed with `ticket_keys` are good for all that are read with them.
base::Result<std::vector<net::TlsContext::Ptr>> read_certificates(
    const control::Config& config, const std::vector<control::ListenConfig>& listeners,
    const std::shared_ptr<net::TicketKeys>& ticket_keys, const base::Clock& clock, base::Log& log);

}  // namespace veche::server

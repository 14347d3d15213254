// From the name of a host to its addresses. The system's getaddrinfo may block for many seconds when a name
// server is silent, and cannot be interrupted; so it is asked on a thread of its own, which is left behind if
// the answer comes too late.
#pragma once

#include "base/i18n.h"
#include "base/result.h"
#include "net/address.h"
#include "net/waiting.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veche::net {

/// What a person gave as a place to connect to.
struct HostPort {
  std::string host;  ///< a name or an address, without brackets
  std::optional<std::uint16_t> port;
};

/// `example.org`, `example.org:7007`, `192.0.2.7:7007`, `[::1]:7007`, `::1`. Names are not looked up. The
/// errors say how to write it. Pure.
base::Result<HostPort> parse_host_port(std::string_view text, const base::Translator& t);
/// 1 to 65535. Pure.
base::Result<std::uint16_t> parse_port(std::string_view text, const base::Translator& t);
/// `example.org:7007`, `[::1]:7007`.
std::string host_port_text(const std::string& host, std::uint16_t port);

/// What getaddrinfo said of a host: its code (0, EAI_...), errno for EAI_SYSTEM, addresses without a port.
struct Lookup {
  int code = 0;
  int system_error = 0;
  std::vector<Address> addresses;
};
/// Asks the system; blocks as long as it likes.
Lookup look_up(const std::string& host);

struct ResolveFailure {
  enum class Why : std::uint8_t {
    unknown_host,  ///< there is no such name, or it has no address
    no_answer,     ///< nobody could be asked, or the patience ended first
    failed,        ///< the system's own words are in `words`
    stopped,       ///< by the stop_fd
  };
  Why why = Why::failed;
  std::string words;
};

/// The addresses of `host` with `port`, each once, in the order in which the system prefers them (RFC 6724);
/// at least one. A numeric address is itself, at once. Blocks within `patience`. `ask` stands for the system
/// in tests; it is called on another thread and may outlive the call.
tl::expected<std::vector<Address>, ResolveFailure> resolve(
    const std::string& host, std::uint16_t port, const Patience& patience,
    const std::function<Lookup(const std::string&)>& ask = look_up);

/// The words for a failure other than `stopped`.
base::Error error_of(const ResolveFailure& failure, const std::string& host, const base::Translator& t);

}  // namespace veche::net

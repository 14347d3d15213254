// What usually listens on a TCP port: a name for the eye beside an open port, ports for a name behind -p, and
// an order for --top. Names are IANA's (RFC 6335), unless people know the service by another one (rdp, vnc);
// then IANA's is understood all the same. A name says what is usual there, not what answers. Immutable; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace veche::scan {

struct Service {
  std::uint16_t port = 0;
  std::string_view name;  ///< lower case, never empty; several ports may share it
};

/// Every known port, each once, the ones most often found open on the Internet and in local networks first.
std::span<const Service> services();

/// "ssh" for 22; "" if none is known.
std::string_view service_name(std::uint16_t port);

/// The ports of a service, ascending, at least one; by its name in `services()` or another usual one (`dns`
/// for `domain`), in upper or lower case. Nothing if the name is unknown.
std::optional<std::vector<std::uint16_t>> service_ports(std::string_view name);

/// The known name that `name` was probably meant to be; nothing if none is near.
std::optional<std::string_view> nearest_service(std::string_view name);

}  // namespace veche::scan

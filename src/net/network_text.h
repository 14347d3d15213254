// Networks as people write them: `192.0.2.0/24`, `2001:db8::/32`, and a single address. Pure; any thread.
#pragma once

#include "base/network.h"
#include "base/result.h"

#include <string>
#include <string_view>

namespace veche::net {

/// Bits behind the prefix must be zero; the error's hint says which network was probably meant.
base::Result<base::Network> parse_network(std::string_view text);

/// The one way of writing it: `192.0.2.7` for a single address, `192.0.2.0/24`.
std::string network_text(const base::Network& network);

/// Whether `text` can only have been meant as an address or a network: for telling names from them.
bool looks_like_network(std::string_view text);

}  // namespace veche::net

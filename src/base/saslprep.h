// A password's form for SASL (SASLprep, RFC 4013), so that it is the same whatever keyboard it was typed on.
// Pure; any thread.
#pragma once

#include "base/secret.h"

#include <string_view>

namespace veche::base {

/// Spaces of all kinds become ' ', what nobody sees goes, and the rest is in Normalization Form KC. A text
/// that SASLprep refuses (controls, private and unassigned characters, no UTF-8) stays as it is, since veche
/// takes such passwords. The rule against mixed writing directions refuses without changing anything, so it
/// is not looked at.
Secret saslprep(std::string_view text);

}  // namespace veche::base

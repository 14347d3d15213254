// An echo comparison as one page that a teacher can show: well-formed XML that is HTML too, with plots in it,
// without scripts and with nothing that is loaded from elsewhere. Pure; any thread.
#pragma once

#include "load/echo_compare.h"

#include <string>

namespace veche::load {

/// All texts in `comparison` must be valid UTF-8.
std::string html_of(const EchoComparison& comparison);

}  // namespace veche::load

// A password from a person or from a script. One thread.
#pragma once

#include "base/i18n.h"
#include "base/result.h"

#include <string>

namespace veche::cli {

/// A new password. From a terminal: asked for twice, without echo. From anything else: the first line of
/// standard input, without its line end. Checked by control/account_rules.h. The caller wipes it.
base::Result<std::string> read_new_password(const base::Translator& t);

}  // namespace veche::cli

// What an operator may call an account, and what may be its password: the same words on a running server, on
// a stopped one, and before a person is asked for a password. Pure; any thread.
#pragma once

#include "base/result.h"
#include "chat/name.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace veche::control {

/// "account Алиса", as errors name it.
std::string account_words(std::string_view name);

/// `text` as an account's name of at most `code_points_max` code points; the reserved ones are the operator's
/// to give.
base::Result<chat::Name> check_account_name(std::string_view text, std::size_t code_points_max);

/// 1 to kPasswordBytesMax bytes of valid UTF-8 without control characters: what can be typed in every
/// dialect.
base::Result<> check_new_password(std::string_view password);

}  // namespace veche::control

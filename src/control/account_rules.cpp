#include "control/account_rules.h"

#include "base/limits.h"
#include "control/config_checks.h"

#include <fmt/core.h>

namespace veche::control {
namespace {

using base::fail;
using base::Result;

std::string fault_words(chat::NameFault fault, std::size_t code_points_max) {
  switch (fault) {
    case chat::NameFault::empty:
      return "the name is empty";
    case chat::NameFault::too_long:
      return fmt::format("a name has at most {} characters", code_points_max);
    case chat::NameFault::not_utf8:
      return "the name is not valid UTF-8";
    case chat::NameFault::unseen:
      return "a name has no spaces, controls or invisible characters";
    case chat::NameFault::bad_start:
      return "a name does not begin with '#', '/', ':' or a combining mark";
    case chat::NameFault::no_hash:
    case chat::NameFault::reserved:
      break;
  }
  return "the name is reserved";
}

}  // namespace

std::string account_words(std::string_view name) { return fmt::format("account {}", name); }

Result<chat::Name> check_account_name(std::string_view text, std::size_t code_points_max) {
  chat::NameOrFault parsed = chat::parse_name(text, code_points_max, /*allow_reserved=*/true);
  if (auto* name = std::get_if<chat::Name>(&parsed)) return std::move(*name);
  return fail(account_words(text), fault_words(std::get<chat::NameFault>(parsed), code_points_max));
}

Result<> check_new_password(std::string_view password) {
  if (password.empty()) return fail("password", "is empty");
  auto fine = check_text(password, base::limits::kPasswordBytesMax);
  if (!fine) return fail("password", fine.error().why);
  return {};
}

}  // namespace veche::control

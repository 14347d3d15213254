#include "chat/name.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <span>

namespace veche::chat {
namespace {

// The server speaks under these, and over IRC its services; folded forms.
constexpr std::array<std::string_view, 5> kReserved = {"veche", "server", "system", "operator", "anonymous"};
constexpr std::array<std::string_view, 2> kServices = {"nickserv", "chanserv"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::variant<Name, NameFault> normalized(std::string_view text, std::string_view body,
                                         std::size_t code_points_max) {
  if (!base::is_utf8(text)) return NameFault::not_utf8;
  if (body.empty()) return NameFault::empty;
  auto composed = base::nfc(text);
  if (!composed) return NameFault::not_utf8;
  if (base::has_unseen(*composed)) return NameFault::unseen;
  const std::size_t prefix = text.size() - body.size();  // the room's '#', which NFC leaves alone
  const std::string_view rest = std::string_view(*composed).substr(prefix);
  if (base::starts_with_mark(rest)) return NameFault::bad_start;
  if (base::code_points(rest) > code_points_max) return NameFault::too_long;
  auto folded = base::casefold(*composed);
  if (!folded) return NameFault::not_utf8;
  return Name{std::move(*composed), std::move(*folded)};
}

}  // namespace

NameOrFault parse_name(std::string_view text, std::size_t code_points_max, bool allow_reserved) {
  if (text.empty()) return NameFault::empty;
  if (text.front() == '#' || text.front() == '/' || text.front() == ':') return NameFault::bad_start;
  NameOrFault parsed = normalized(text, text, code_points_max);
  if (const Name* name = std::get_if<Name>(&parsed)) {
    const bool is_new = code_points_max != kAnyLength;
    if (is_one_of(name->folded, kServices) && (is_new || !allow_reserved)) return NameFault::reserved;
    if (is_one_of(name->folded, kReserved) && !allow_reserved) return NameFault::reserved;
  }
  return parsed;
}

NameOrFault parse_room_name(std::string_view text, std::size_t code_points_max) {
  if (text.empty()) return NameFault::empty;
  if (text.front() != '#') return NameFault::no_hash;
  return normalized(text, text.substr(1), code_points_max);
}

std::optional<std::string> fold_name(std::string_view text) {
  if (!base::is_utf8(text)) return std::nullopt;
  return base::casefold(text);
}

}  // namespace veche::chat

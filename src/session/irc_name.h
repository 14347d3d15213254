// Names as IRC can carry them. The chat's names (chat/name.h) may hold characters that mean something on an
// IRC line: `!` and `@` divide a mask, `,` a list, `*` and `?` are wildcards, a `+` or `@` at the beginning
// is a rank. Who comes over IRC cannot take such a name; who has one from telnet is shown to IRC with the
// full-width form of the character (U+FF01 for `!`), by which he can be spoken to. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace veche::session {

/// A person's name as an IRC nickname.
std::string irc_nick(std::string_view name);
/// A room's name as an IRC channel.
std::string irc_channel(std::string_view name);
/// The chat's name that `text`, a nickname or channel from an IRC line, stands for.
std::string chat_name(std::string_view text);

/// Whether an IRC client may call itself that, as far as IRC is concerned (the chat has its own rules).
bool is_nickname(std::string_view text);
/// Whether `target` is a channel's name: it begins with '#'.
bool is_channel(std::string_view target);

}  // namespace veche::session

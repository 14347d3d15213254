// What programs put into a message's text: queries to other programs (CTCP), and codes for colours and the
// like. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace veche::chat {

/// Whether `text` is a query from one client's program to another's, and no action
/// (modern.ircdocs.horse/ctcp): it begins with \x01, but not with "\x01ACTION".
bool is_query(std::string_view text);

/// `text` without the codes for bold, colours and the like (modern.ircdocs.horse/formatting).
std::string without_formatting(std::string_view text);

}  // namespace veche::chat

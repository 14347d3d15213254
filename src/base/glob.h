// Masks such as *!*@*.example.org (modern.ircdocs.horse, "Wildcard Expressions"). Pure; any thread.
#pragma once

#include <string_view>

namespace veche::base {

/// Whether all of `text` is what `pattern` describes: `*` stands for any characters, none included, `?` for
/// one character of UTF-8, `\` takes the next character of the pattern literally (at its very end, itself); [
/// and ] are letters. Letters match only themselves: fold the case of both first. A byte that is not UTF-8 is
/// a character of its own. Takes no memory, and time at most in proportion to the product of the lengths.
bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace veche::base

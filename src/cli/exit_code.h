// What the program's exit status says, and how an error reaches a person.
#pragma once

#include "base/result.h"

#include <string_view>

namespace veche::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;  ///< the thing asked for could not be done
inline constexpr int kUsage = 2;   ///< the command line or the configuration is wrong

/// `veche: TEXT` on standard error, with what could disturb a terminal taken out of `text`.
void print_error(std::string_view text);
/// The same for an error; gives back `exit_code`.
int report(const base::Error& error, int exit_code);

/// Writes to standard output; false, after an error message, if it does not take everything (a full disk, a
/// closed pipe).
bool print(std::string_view text);

}  // namespace veche::cli

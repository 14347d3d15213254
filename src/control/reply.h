// Where the answer to one operator's command goes: the console, `veche ctl` at the control socket, or an
// operator's session in the chat. An answer may come later and in pieces.
#pragma once

#include "base/result.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace veche::control {

/// Owned by the front end that asked: one that has gone (a closed socket, the end of `logs --follow`) drops
/// it. Whoever answers later holds a weak_ptr, and if that has expired nobody listens any more. Lives on the
/// main thread.
class Reply {
 public:
  virtual ~Reply() = default;

  /// Whole lines, each with its LF.
  virtual void text(std::string_view lines) = 0;
  /// Why it was not done; `end` follows.
  virtual void error(const base::Error& error) = 0;
  /// The last call. `exit_code`: 0 done, 1 not done, 2 it was no command.
  virtual void end(int exit_code) = 0;

  /// Asks for `word` to be typed, and calls `agreed` when it was. Otherwise the front end itself says that
  /// nothing was done and takes no `end` any more; so does one that has nobody to ask (a pipe, a script).
  virtual void confirm(std::string question, std::string word, std::function<void()> agreed) = 0;
};

}  // namespace veche::control

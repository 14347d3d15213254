// The table of IRC commands: what each needs before it is run. Pure.
#pragma once

#include "session/irc_session.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace veche::session {

/// When a command may be given.
enum class IrcWhen : std::uint8_t { always, before, after };

/// A row of the table.
struct IrcCommand {
  std::string_view name;
  void (IrcSession::*run)(IrcSession::Params p);
  std::uint8_t parameters = 0;  ///< fewer are answered with 461
  IrcWhen when = IrcWhen::after;
  std::string_view help;  ///< for HELP: how it is used
  std::uint8_t cost = 1;  ///< how many commands of the rate it counts as
  bool each = false;      ///< that for each of the targets that its first parameter names
  bool is_life = true;    ///< somebody is there: it ends his being idle

  /// By name.
  static std::span<const IrcCommand> table();
  /// Null: there is none of that name, which is in upper case.
  static const IrcCommand* find(std::string_view name);
};

}  // namespace veche::session
